use super::*;
use crate::domain::booking::{How, Place, Stuck};
use crate::domain::id::{BookingId, PmsPatientId};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn record(state: State) -> BookingRecord {
    BookingRecord {
        booking: BookingId::new(1),
        slot: None,
        booked_at: at(0),
        received_at: at(1),
        state,
        attempts: 0,
        changed_at: at(1),
        revision: 0,
    }
}

fn facts(now: i64) -> Facts {
    Facts {
        now: at(now),
        pending: true,
        objection: None,
        looked: false,
    }
}

fn received(facts: &Facts) -> Step {
    next_step(&record(State::Received), facts)
}

#[test]
fn a_booking_in_time_is_inserted_and_a_late_one_is_looked_for_first() {
    assert_eq!(received(&facts(0)), Step::Insert);
    assert_eq!(received(&facts(20)), Step::Insert);
    assert_eq!(received(&facts(21)), Step::LookForTypedIn);
    let looked = Facts {
        looked: true,
        ..facts(21)
    };
    assert_eq!(received(&looked), Step::Insert);
}

#[test]
fn an_objection_declines_at_once_but_staff_may_have_been_freer_than_the_rules() {
    let with = |objection: RejectReason, now, looked| Facts {
        objection: Some(objection),
        looked,
        ..facts(now)
    };
    for objection in [
        RejectReason::TimePassed,
        RejectReason::TypeNotOffered,
        RejectReason::CancelledFirst,
    ] {
        let declined = Step::Decline(objection.clone());
        assert_eq!(received(&with(objection.clone(), 0, false)), declined);
        assert_eq!(
            received(&with(objection.clone(), 21, false)),
            Step::LookForTypedIn
        );
        assert_eq!(received(&with(objection, 21, true)), declined);
    }
    for objection in [
        RejectReason::ResourceRemoved,
        RejectReason::ResourceUnknown,
        RejectReason::TimeDoesNotExist,
        RejectReason::Unreadable("x".to_owned()),
    ] {
        let declined = Step::Decline(objection.clone());
        assert_eq!(received(&with(objection, 21, false)), declined);
    }
}

#[test]
fn what_is_no_longer_listed_is_withdrawn_only_while_nothing_is_written() {
    let gone = Facts {
        pending: false,
        ..facts(0)
    };
    assert_eq!(received(&gone), Step::Withdraw);
    let inserting = record(State::Inserting { since: at(1) });
    assert_eq!(next_step(&inserting, &gone), Step::Find);
}

#[test]
fn after_the_intent_nothing_but_a_look_may_follow_whatever_is_known() {
    let inserting = record(State::Inserting { since: at(1) });
    let objection = [None, Some(RejectReason::CancelledFirst)];
    for (now, objection) in [0, 16, 21, 9999]
        .into_iter()
        .flat_map(|now| objection.clone().map(|one| (now, one)))
    {
        let known = Facts {
            objection,
            ..facts(now)
        };
        assert_eq!(next_step(&inserting, &known), Step::Find);
    }
}

#[test]
fn every_other_state_has_its_one_step() {
    let place = Place {
        appointments: Vec::new(),
        patient: PmsPatientId::parse("P1").unwrap(),
    };
    let how = How::Booked;
    let reason = RejectReason::SlotTaken;
    let why = Stuck::CannotLook;
    let table = [
        (
            State::Inserted {
                place: place.clone(),
                how,
            },
            Step::Confirm,
        ),
        (State::Confirmed { place, how }, Step::Nothing),
        (
            State::Rejecting {
                reason: reason.clone(),
            },
            Step::Reject,
        ),
        (State::Rejected { reason }, Step::Nothing),
        (State::NeedsPerson { why }, Step::Nothing),
        (State::SettledByPerson, Step::Nothing),
    ];
    for (state, step) in table {
        assert_eq!(next_step(&record(state), &facts(9)), step);
    }
}

#[test]
fn a_rejection_that_is_sent_late_is_looked_for_first_unless_it_may_have_arrived() {
    let rejecting = |reason| record(State::Rejecting { reason });
    let looked = Facts {
        looked: true,
        ..facts(21)
    };
    let unlisted = Facts {
        pending: false,
        ..facts(21)
    };
    let taken = rejecting(RejectReason::SlotTaken);
    assert_eq!(next_step(&taken, &facts(20)), Step::Reject);
    assert_eq!(next_step(&taken, &facts(21)), Step::LookForTypedIn);
    assert_eq!(next_step(&taken, &looked), Step::Reject);
    assert_eq!(next_step(&taken, &unlisted), Step::Reject);
    let removed = rejecting(RejectReason::ResourceRemoved);
    assert_eq!(next_step(&removed, &facts(21)), Step::Reject);
}

#[test]
fn a_rejection_is_due_five_seconds_before_the_limit() {
    assert_eq!(reject_by(at(0)), at(15));
    assert!(!is_late(at(0), at(20)));
    assert!(is_late(at(0), at(21)));
}
