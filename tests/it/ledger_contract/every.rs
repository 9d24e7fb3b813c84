//! Every state and reason that a ledger may have to keep; a new variant does not compile here
//! until it is listed.

use healthengine_connector::domain::booking::{How, Place, RejectReason, State, Stuck};
use healthengine_connector::domain::id::{PmsAppointmentId, PmsPatientId};

use super::bench::at;

const ODD: &str = "it's \"odd\"; \u{1f9b7} \u{0}\n–";

fn every_reason() -> Vec<RejectReason> {
    let reasons = vec![
        RejectReason::ResourceRemoved,
        RejectReason::ResourceUnknown,
        RejectReason::TimeDoesNotExist,
        RejectReason::TimePassed,
        RejectReason::TypeNotOffered,
        RejectReason::LengthNotAllowed,
        RejectReason::SlotTaken,
        RejectReason::OutsideHours,
        RejectReason::PmsUnavailable,
        RejectReason::CancelledFirst,
        RejectReason::NoLongerAsked,
        RejectReason::Unreadable(ODD.to_owned()),
        RejectReason::Refused(String::new()),
    ];
    for reason in &reasons {
        match reason {
            RejectReason::ResourceRemoved
            | RejectReason::ResourceUnknown
            | RejectReason::TimeDoesNotExist
            | RejectReason::TimePassed
            | RejectReason::TypeNotOffered
            | RejectReason::LengthNotAllowed
            | RejectReason::SlotTaken
            | RejectReason::OutsideHours
            | RejectReason::PmsUnavailable
            | RejectReason::CancelledFirst
            | RejectReason::NoLongerAsked
            | RejectReason::Unreadable(_)
            | RejectReason::Refused(_) => {}
        }
    }
    reasons
}

fn every_stuck() -> Vec<Stuck> {
    let stuck = vec![
        Stuck::CannotLook,
        Stuck::AnswerRefused(ODD.to_owned()),
        Stuck::OutOfOrder(String::new()),
    ];
    for why in &stuck {
        match why {
            Stuck::CannotLook | Stuck::AnswerRefused(_) | Stuck::OutOfOrder(_) => {}
        }
    }
    stuck
}

fn every_place() -> Vec<(Place, How)> {
    let mut places = Vec::new();
    for how in [How::Booked, How::FoundByKey, How::TypedIn] {
        match how {
            How::Booked | How::FoundByKey | How::TypedIn => {}
        }
        for ids in [vec![], vec!["A'1", "A \"2\", [é]"]] {
            let ids = ids.into_iter().map(PmsAppointmentId::parse);
            let place = Place {
                appointments: ids.collect::<Result<_, _>>().unwrap(),
                patient: PmsPatientId::parse("P 1;-- ñ").unwrap(),
            };
            places.push((place, how));
        }
    }
    places
}

pub(crate) fn every_state() -> Vec<State> {
    let mut states = vec![
        State::Received,
        State::Inserting { since: at(5) },
        State::SettledByPerson,
    ];
    for (place, how) in every_place() {
        let again = place.clone();
        states.push(State::Inserted { place: again, how });
        states.push(State::Confirmed { place, how });
    }
    for reason in every_reason() {
        let again = reason.clone();
        states.push(State::Rejecting { reason: again });
        states.push(State::Rejected { reason });
    }
    let stuck = every_stuck().into_iter();
    states.extend(stuck.map(|why| State::NeedsPerson { why }));
    for state in &states {
        match state {
            State::Received
            | State::Inserting { .. }
            | State::Inserted { .. }
            | State::Confirmed { .. }
            | State::Rejecting { .. }
            | State::Rejected { .. }
            | State::NeedsPerson { .. }
            | State::SettledByPerson => {}
        }
    }
    states
}
