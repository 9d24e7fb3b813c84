use super::*;

const REJECT: WhenPmsUnavailable = WhenPmsUnavailable::Reject;
const HOLD: WhenPmsUnavailable = WhenPmsUnavailable::Hold;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn down() -> PmsError {
    PmsError::NotDone("connection refused".to_owned())
}

#[test]
fn a_booking_is_tried_while_time_is_left_and_rejected_five_seconds_before_the_limit() {
    let booked = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let at = |offset| TimeLeft::of(booked, booked + TimeDelta::milliseconds(offset));
    assert_eq!(at(0), TimeLeft::Left(seconds(15)));
    assert_eq!(at(14_999), TimeLeft::Left(Duration::from_millis(1)));
    assert_eq!(at(15_000), TimeLeft::Closing);
    assert_eq!(at(20_000), TimeLeft::Closing);
    assert_eq!(at(20_001), TimeLeft::Late(Duration::from_millis(1)));
}

#[test]
fn a_pms_that_is_down_is_tried_again_never_past_the_last_moment() {
    let left = TimeLeft::Left(Duration::from_millis(700));
    assert_eq!(
        after_insert(&down(), 1, left, REJECT),
        Next::After(Duration::from_millis(500))
    );
    assert_eq!(
        after_insert(&down(), 2, left, HOLD),
        Next::After(Duration::from_millis(700))
    );
}

#[test]
fn a_pms_that_stays_down_rejects_by_default_and_holds_on_request() {
    let gone = Next::GiveBack(RejectReason::PmsUnavailable);
    assert_eq!(after_insert(&down(), 5, TimeLeft::Closing, REJECT), gone);
    assert_eq!(
        after_insert(&down(), 5, TimeLeft::Closing, HOLD),
        Next::After(seconds(8))
    );
    assert_eq!(
        after_insert(&down(), 5, TimeLeft::Late(seconds(1)), REJECT),
        Next::After(seconds(8)),
        "presumed confirmed already: keep trying while the platform is patient"
    );
    assert_eq!(
        after_insert(&down(), 5, TimeLeft::Late(LATE_PATIENCE), REJECT),
        gone
    );
    assert_eq!(
        after_insert(&down(), 50, TimeLeft::Late(LATE_PATIENCE), HOLD),
        Next::After(LONGEST_PAUSE)
    );
}

#[test]
fn an_unknown_outcome_is_only_ever_looked_for() {
    let lost = PmsError::Unknown("timed out".to_owned());
    for time in [
        TimeLeft::Left(seconds(9)),
        TimeLeft::Closing,
        TimeLeft::Late(seconds(900)),
    ] {
        assert_eq!(after_insert(&lost, 1, time, REJECT), Next::Find);
        assert_eq!(after_insert(&lost, 9, time, HOLD), Next::Find);
    }
    assert_eq!(
        after_find(&lost, 1),
        Next::After(Duration::from_millis(500))
    );
    assert_eq!(after_find(&down(), 99), Next::After(LONGEST_PAUSE));
    assert_eq!(
        after_find(&PmsError::Unsupported("find"), 1),
        Next::AskPerson
    );
}

#[test]
fn a_clear_no_of_the_diary_is_given_back_at_once() {
    let no = PmsError::Refused(RejectReason::SlotTaken);
    assert_eq!(
        after_insert(&no, 1, TimeLeft::Left(seconds(9)), HOLD),
        Next::GiveBack(RejectReason::SlotTaken)
    );
}

#[test]
fn a_cancellation_that_the_system_cannot_do_is_for_a_person() {
    let cannot = PmsError::Unsupported("online cancellation");
    assert_eq!(
        after_cancel(&cannot, 1, seconds(0), REJECT),
        Next::AskPerson
    );
    assert_eq!(
        after_cancel(&down(), 1, seconds(0), REJECT),
        Next::After(Duration::from_millis(500))
    );
    assert_eq!(
        after_cancel(&down(), 1, LATE_PATIENCE, REJECT),
        Next::GiveBack(RejectReason::PmsUnavailable)
    );
}

#[test]
fn every_verdict_on_an_answer_has_its_consequence() {
    let answer = |verdict| after_answer(&CallError::new("confirmBookingInsert", verdict, ""), 1);
    let half = Duration::from_millis(500);
    assert_eq!(answer(Verdict::NotSent), AfterAnswer::Again(half));
    assert_eq!(answer(Verdict::Unknown), AfterAnswer::Again(half));
    assert_eq!(answer(Verdict::Garbled), AfterAnswer::Again(half));
    assert_eq!(answer(Verdict::Slow(None)), AfterAnswer::Again(half));
    assert_eq!(
        answer(Verdict::Slow(Some(seconds(60)))),
        AfterAnswer::Again(seconds(60))
    );
    assert_eq!(answer(Verdict::Unauthorised), AfterAnswer::Stop);
    assert_eq!(
        answer(Verdict::Refused(Refusal::NotFound)),
        AfterAnswer::LookWhetherPending
    );
    assert_eq!(
        answer(Verdict::Refused(Refusal::Gone)),
        AfterAnswer::LookWhetherPending
    );
    assert_eq!(
        answer(Verdict::Refused(Refusal::Invalid)),
        AfterAnswer::AskPerson
    );
    assert_eq!(
        answer(Verdict::Refused(Refusal::Other(409))),
        AfterAnswer::AskPerson
    );
}

#[test]
fn the_pause_doubles_and_is_capped() {
    let pauses: Vec<u64> = (1..=8)
        .map(|n| pause(n).as_millis().try_into().unwrap())
        .collect();
    assert_eq!(
        pauses,
        [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]
    );
    assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
}
