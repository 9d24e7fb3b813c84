//! No patient's detail leaves the way from Healthengine to the diary.

use healthengine_connector::healthengine::{Refusal, Verdict};
use healthengine_connector::ledger::ItemKind;

use crate::world::healthengine::{Fault as CallFault, Op};
use crate::world::patient::patient;
use crate::world::pms::{Call, Fault, FrontDesk as _};
use crate::world::{World, minutes, seconds};

#[tokio::test]
async fn nothing_personal_is_on_paper_after_a_day_on_which_everything_went_wrong() {
    let mut world = World::linked().await;
    {
        let mut state = world.pms.state();
        state.diary.register(patient(1));
        state.diary.register(patient(1));
        state.diary.type_in("R1", "2026-11-24 10:00", patient(77));
    }
    // Doubtful, taken, lost, refused at Healthengine.
    world.healthengine.book(1, "2026-11-24 09:00");
    world.healthengine.book(2, "2026-11-24 10:00");
    world.clock.advance(seconds(25));
    world
        .pms
        .fail(Call::Book, [Fault::LoseRequest, Fault::FailAfterWrite]);
    world.run_for(seconds(30)).await;
    world.healthengine.book(3, "2026-11-24 10:30");
    let no = CallFault::Before(Verdict::Refused(Refusal::Invalid));
    world.healthengine.fail(Op::ConfirmInsert, [no]);
    world.run_for(minutes(1)).await;
    let log = world.journal.text();
    assert!(log.contains("booking.id"), "the log is collected: {log}");
    let left = [
        ItemKind::ComparePatients,
        ItemKind::CallPatient,
        ItemKind::CheckBooking,
    ];
    world.finish_with(&left).await;
}
