use chrono::{NaiveDate, Utc};

use super::super::stage::Stage;
use super::*;
use crate::sandbox::Line;

/// A diary with one appointment, of booking 5, and the entry that fits it.
struct Case {
    stage: Stage,
    entry: Entry,
}

fn at(hour: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 12, 1)
        .unwrap()
        .and_hms_opt(hour, 0, 0)
        .unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

impl Case {
    fn new(seed: u64) -> Self {
        let stage = Stage::set(0xface_0000 + seed).unwrap();
        let case = Self {
            stage,
            entry: entry(5, Standing::Confirmed),
        };
        case.sql("insert into patients (id, surname) values ('P1', 'Sample')");
        case.appointment(1, Some("HE-7001-5"), at(9));
        case
    }

    fn practice(&self) -> &DemoPractice {
        &self.stage.practices[0]
    }

    fn sql(&self, text: &str) {
        Connection::open(&self.practice().diary)
            .unwrap()
            .execute_batch(text)
            .unwrap();
    }

    fn appointment(&self, id: i64, key: Option<&str>, start: NaiveDateTime) {
        let start = start.and_utc().timestamp() / 60;
        let key = key.map_or("null".to_owned(), |key| format!("'{key}'"));
        self.sql(&format!(
            "insert into appointments (id, resource, person, start_minute, end_minute, patient,
                 key, created_by)
             select {id}, 'alva', person, {start}, {start} + 30, 1, {key}, 'connector'
             from resources where id = 'alva'"
        ));
    }

    fn judged(&self, book: &[Entry]) -> Vec<String> {
        let verdict = judge(std::slice::from_ref(self.practice()), book).unwrap();
        verdict
            .differences
            .iter()
            .map(|difference| difference.what.clone())
            .collect()
    }
}

fn lines<const N: usize>(happenings: [Happening; N]) -> Vec<Line> {
    let line = |what| Line { at: now(), what };
    happenings.into_iter().map(line).collect()
}

fn entry(booking: i64, standing: Standing) -> Entry {
    Entry {
        booking,
        practice: "7001".to_owned(),
        resource: "alva".to_owned(),
        appointment_type: None,
        start: at(9),
        length_seconds: 1800,
        booked_at: now(),
        patient: "Testa Sample-1".to_owned(),
        forced: false,
        standing,
        pending: false,
        answers: 1,
        pms_appointment_ids: vec!["1".to_owned()],
        pms_patient_id: Some("P1".to_owned()),
        history: Vec::new(),
    }
}

#[test]
fn a_booking_that_stands_as_it_was_booked_is_right() {
    let case = Case::new(1);
    assert!(case.judged(std::slice::from_ref(&case.entry)).is_empty());
}

#[test]
fn a_lost_booking_is_found() {
    let case = Case::new(2);
    case.sql("update appointments set status = 'cancelled'");
    assert_eq!(
        case.judged(std::slice::from_ref(&case.entry)),
        ["booking 5 is in no diary"]
    );
}

#[test]
fn an_appointment_that_nobody_booked_is_found() {
    let case = Case::new(3);
    assert_eq!(
        case.judged(&[]),
        ["the diary has HE-7001-5, which nobody booked"]
    );
}

#[test]
fn another_time_another_id_and_a_second_answer_are_found() {
    let case = Case::new(4);
    let mut moved = case.entry.clone();
    moved.start = at(10);
    assert_eq!(case.judged(&[moved]), ["booking 5 stands at another time"]);
    let mut longer = case.entry.clone();
    longer.length_seconds = 3600;
    assert_eq!(
        case.judged(&[longer]),
        ["booking 5 has another length in the diary"]
    );
    let mut other = case.entry.clone();
    other.pms_patient_id = Some("P2".to_owned());
    assert_eq!(
        case.judged(&[other]),
        ["booking 5: Healthengine was told other ids"]
    );
    let mut twice = case.entry.clone();
    twice.answers = 2;
    assert_eq!(case.judged(&[twice]), ["booking 5 got 2 answers, not one"]);
}

#[test]
fn a_rejected_booking_leaves_nothing_and_had_a_reason() {
    let case = Case::new(5);
    let in_diary = entry(5, Standing::Rejected);
    assert_eq!(
        case.judged(&[in_diary]),
        ["booking 5 was rejected and is in the diary"]
    );
    // The time of booking 5 is taken, so a rival for it is rightly rejected.
    let rival = entry(6, Standing::Rejected);
    assert!(case.judged(&[case.entry.clone(), rival]).is_empty());
    let mut groundless = entry(6, Standing::Rejected);
    groundless.start = at(11);
    let wrong = case.judged(&[case.entry.clone(), groundless]);
    assert_eq!(wrong, ["booking 6 was rejected although its time was free"]);
}

#[test]
fn a_cancelled_booking_leaves_the_diary_and_is_answered() {
    let case = Case::new(6);
    let mut unanswered = entry(5, Standing::Cancelled);
    unanswered.history = lines([Happening::CancelledByPatient]);
    assert_eq!(
        case.judged(&[unanswered]),
        [
            "booking 5 was cancelled and is in the diary",
            "the cancellation of booking 5 was not confirmed"
        ]
    );
    case.sql("update appointments set status = 'cancelled'");
    let mut answered = entry(5, Standing::Cancelled);
    let both = [Happening::CancelledByPatient, Happening::UpdateConfirmed];
    answered.history = lines(both);
    assert!(case.judged(std::slice::from_ref(&answered)).is_empty());
    answered
        .history
        .extend(lines([Happening::CancelledByPractice]));
    assert_eq!(
        case.judged(&[answered]),
        ["booking 5 was cancelled once, and reception told it 1 times"]
    );
}

#[test]
fn what_reception_calls_off_is_told_once() {
    let case = Case::new(9);
    case.sql("update appointments set status = 'cancelled'");
    let mut called_off = entry(5, Standing::Cancelled);
    called_off.history = lines([Happening::CancelledByPractice]);
    assert!(case.judged(std::slice::from_ref(&called_off)).is_empty());
    called_off.history = lines([Happening::CancelledByPractice; 2]);
    assert_eq!(
        case.judged(&[called_off]),
        ["booking 5 was cancelled once, and reception told it 2 times"]
    );
}

#[test]
fn who_did_not_attend_is_told_once() {
    let case = Case::new(10);
    let mut entry = case.entry.clone();
    entry.history = lines([Happening::DidNotAttend]);
    assert_eq!(
        case.judged(std::slice::from_ref(&entry)),
        ["booking 5 was missed 0 times, and Healthengine heard 1"]
    );
    case.sql("update appointments set status = 'did not attend'");
    assert!(case.judged(std::slice::from_ref(&entry)).is_empty());
    entry.history.clear();
    assert_eq!(
        case.judged(&[entry]),
        ["booking 5 was missed 1 times, and Healthengine heard 0"]
    );
}

#[test]
fn two_appointments_of_one_person_at_one_time_are_found() {
    let case = Case::new(7);
    // The diary refuses an overlap by itself, so its guard has to go first.
    case.sql("drop trigger appointments_never_overlap_on_insert");
    case.appointment(2, None, at(9));
    let verdict = judge(
        std::slice::from_ref(case.practice()),
        std::slice::from_ref(&case.entry),
    )
    .unwrap();
    assert_eq!(verdict.doubled, 1);
}

#[test]
fn a_pending_booking_is_not_settled() {
    let case = Case::new(8);
    let mut pending = case.entry.clone();
    pending.pending = true;
    pending.answers = 0;
    assert_eq!(
        case.judged(&[pending]),
        ["booking 5 got 0 answers, not one"]
    );
}
