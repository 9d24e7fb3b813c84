use super::*;
use crate::domain::id::{PmsAppointmentId, PmsPatientId};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn place() -> Place {
    Place {
        appointments: vec![PmsAppointmentId::parse("A1").unwrap()],
        patient: PmsPatientId::parse("P1").unwrap(),
    }
}

fn inserting() -> State {
    State::Inserting { since: at(0) }
}

fn inserted() -> State {
    let (place, how) = (place(), How::Booked);
    State::Inserted { place, how }
}

fn confirmed() -> State {
    let (place, how) = (place(), How::Booked);
    State::Confirmed { place, how }
}

fn rejecting(reason: RejectReason) -> State {
    State::Rejecting { reason }
}

fn rejected(reason: RejectReason) -> State {
    State::Rejected { reason }
}

fn stuck() -> State {
    let why = Stuck::CannotLook;
    State::NeedsPerson { why }
}

fn events() -> [Event; 10] {
    [
        Event::Intended { at: at(0) },
        Event::Present {
            place: place(),
            how: How::Booked,
        },
        Event::Absent,
        Event::Declined {
            reason: RejectReason::SlotTaken,
        },
        Event::AnswerTaken,
        Event::NoLongerAsked,
        Event::AskedAgain,
        Event::Stuck {
            why: Stuck::CannotLook,
        },
        Event::Retried { at: at(0) },
        Event::DealtWith,
    ]
}

/// Every event that may follow a state, by name, and the state that it leads to.
fn legal() -> Vec<(State, &'static str, State)> {
    let taken = || RejectReason::SlotTaken;
    let gone = || RejectReason::NoLongerAsked;
    vec![
        (State::Received, "intended", inserting()),
        (State::Received, "present", inserted()),
        (State::Received, "declined", rejecting(taken())),
        (State::Received, "no longer asked", rejected(gone())),
        (State::Received, "stuck", stuck()),
        (inserting(), "present", inserted()),
        (inserting(), "absent", State::Received),
        (inserting(), "declined", rejecting(taken())),
        (inserting(), "stuck", stuck()),
        (inserted(), "answer taken", confirmed()),
        (inserted(), "no longer asked", confirmed()),
        (inserted(), "stuck", stuck()),
        (rejecting(taken()), "present", inserted()),
        (rejecting(taken()), "answer taken", rejected(taken())),
        (rejecting(taken()), "no longer asked", rejected(taken())),
        (rejecting(taken()), "stuck", stuck()),
        (rejected(gone()), "asked again", State::Received),
        (stuck(), "retried", inserting()),
        (stuck(), "dealt with", State::SettledByPerson),
    ]
}

#[test]
fn every_event_in_every_state_has_its_one_consequence() {
    let states = [
        State::Received,
        inserting(),
        inserted(),
        confirmed(),
        rejecting(RejectReason::SlotTaken),
        rejected(RejectReason::SlotTaken),
        rejected(RejectReason::NoLongerAsked),
        stuck(),
        State::SettledByPerson,
    ];
    let legal = legal();
    let mut followed = 0;
    for state in states {
        for event in events() {
            let name = event.name();
            let expected = legal.iter().find(|(of, by, _)| *of == state && *by == name);
            if let Some((_, _, next)) = expected {
                assert_eq!(
                    transition(&state, event).as_ref(),
                    Ok(next),
                    "{state:?}, {name}"
                );
                followed += 1;
            } else {
                let illegal = transition(&state, event).unwrap_err();
                assert_eq!((illegal.state, illegal.event), (state.name(), name));
            }
        }
    }
    assert_eq!(followed, legal.len());
}

#[test]
fn nothing_that_stands_in_the_diary_is_ever_on_its_way_to_a_rejection() {
    for event in events() {
        for state in [inserted(), confirmed()] {
            let next = transition(&state, event.clone());
            assert!(
                !matches!(
                    next,
                    Ok(State::Rejecting { .. } | State::Rejected { .. } | State::Received)
                ),
                "{state:?} {event:?}"
            );
        }
    }
}

#[test]
fn what_a_person_has_settled_is_theirs_for_good() {
    for event in events() {
        assert!(transition(&State::SettledByPerson, event).is_err());
    }
}

#[test]
fn how_an_appointment_came_there_is_kept_and_its_word_is_read_back() {
    for how in [How::Booked, How::FoundByKey, How::TypedIn] {
        let place = place();
        let next = transition(&State::Inserted { place, how }, Event::AnswerTaken);
        assert!(matches!(next, Ok(State::Confirmed { how: kept, .. }) if kept == how));
        assert_eq!(How::parse(how.name()), Some(how));
    }
    assert_eq!(How::parse("by magic"), None);
}
