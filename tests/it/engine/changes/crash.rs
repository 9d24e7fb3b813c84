//! Killed at every call while a change in the diary is found and told, and while a question is
//! answered, with every fault on the way.

use healthengine_connector::domain::diary::Standing;
use healthengine_connector::domain::id::BookingId;
use healthengine_connector::healthengine::{BookingQuestion, Verdict};
use healthengine_connector::pms::{PmsError, Support};

use super::{after, booked, mark};
use crate::engine::crash::killed_everywhere_within;
use crate::world::World;
use crate::world::healthengine::{Answer, Fault as CallFault, Op};
use crate::world::pms::{Call, Fault};
use crate::world::seconds;

/// After this time whatever goes wrong is over.
const LENGTH: std::time::Duration = seconds(20);

/// What goes wrong on the way.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    None,
    CallLostBefore,
    CallLostAfter,
    PmsDown,
    PmsSlow,
    LedgerLosesItsAnswer(u64),
}

const TROUBLES: [Trouble; 7] = [
    Trouble::None,
    Trouble::CallLostBefore,
    Trouble::CallLostAfter,
    Trouble::PmsDown,
    Trouble::PmsSlow,
    Trouble::LedgerLosesItsAnswer(0),
    Trouble::LedgerLosesItsAnswer(1),
];

fn make(world: &World, trouble: Trouble, op: Op) {
    match trouble {
        Trouble::None => {}
        Trouble::CallLostBefore => world
            .healthengine
            .fail(op, [CallFault::Before(Verdict::Unknown)]),
        Trouble::CallLostAfter => world
            .healthengine
            .fail(op, [CallFault::After(Verdict::Unknown)]),
        Trouble::PmsDown => {
            let down = Fault::Reject(PmsError::NotDone("it is switched off".to_owned()));
            world.pms.fail(Call::Standings, [down.clone(), down]);
        }
        Trouble::PmsSlow => world
            .pms
            .fail(Call::Standings, [Fault::RespondSlowly(seconds(8))]),
        Trouble::LedgerLosesItsAnswer(writes) => world.ledger().lose_answer_after(writes),
    }
}

async fn told_everywhere(standing: Standing, op: Op, answer: Answer, asked: bool, feed: Support) {
    for trouble in TROUBLES {
        let scene = async || {
            let (world, booking) = booked(|plan| {
                plan.rhythm.change_scan = seconds(5);
                plan.pms.can.change_feed = feed;
            })
            .await;
            mark(&world, booking, standing);
            if asked {
                let question = BookingQuestion {
                    booking,
                    appointments: Vec::new(),
                    pms_patient: None,
                };
                let mut books = world.healthengine.books();
                books.questions.insert(booking, question);
            }
            make(&world, trouble, op);
            world
        };
        let name = format!("{standing:?} {trouble:?} {asked} {feed:?}");
        killed_everywhere_within(LENGTH, &name, scene, |world| {
            let booking = BookingId::new(1);
            let told = after(world, booking);
            assert!(!told.is_empty(), "nothing was told");
            assert!(told.iter().all(|one| *one == answer), "{told:?}");
            // A lost answer and a kill may each cost one repetition.
            assert!(told.len() <= 3, "{told:?}");
            assert!(world.healthengine.books().questions.is_empty());
        })
        .await;
    }
}

#[tokio::test]
async fn a_cancellation_survives_a_kill_at_every_call_with_every_fault() {
    for feed in [Support::Yes, Support::No] {
        let op = Op::ReportCancelled;
        told_everywhere(Standing::Cancelled, op, Answer::Cancelled, false, feed).await;
    }
}

#[tokio::test]
async fn a_no_show_survives_a_kill_at_every_call_with_every_fault() {
    let op = Op::ReportDidNotAttend;
    let answer = Answer::DidNotAttend;
    told_everywhere(Standing::DidNotAttend, op, answer, false, Support::Yes).await;
}

#[tokio::test]
async fn a_question_survives_a_kill_at_every_call_with_every_fault() {
    for (standing, op, answer) in [
        (Standing::Cancelled, Op::ReportCancelled, Answer::Cancelled),
        (Standing::Booked, Op::ReportNoChange, Answer::NoChange),
    ] {
        told_everywhere(standing, op, answer, true, Support::Yes).await;
    }
}

#[tokio::test]
async fn the_patients_own_cancellation_survives_a_kill_at_every_call_and_never_comes_back() {
    let scene = async || {
        let (world, booking) = booked(|plan| plan.rhythm.change_scan = seconds(5)).await;
        world.pms.fail(Call::Cancel, [Fault::FailAfterWrite]);
        world.healthengine.cancel(2, booking);
        world
    };
    killed_everywhere_within(LENGTH, "known", scene, |world| {
        let told = after(world, BookingId::new(1));
        assert!(
            told.iter()
                .all(|one| matches!(one, Answer::UpdateConfirmed(_))),
            "{told:?}"
        );
    })
    .await;
}
