//! Documents that the practice offers: told once, sent to their own patient only, and refused in words.

use healthengine_connector::domain::feature::{ExtraFeature, Features};
use healthengine_connector::domain::id::{BookingId, PmsAppointmentId, PmsDocumentId};
use healthengine_connector::healthengine::{Refusal, Verdict};
use healthengine_connector::pms::{PmsError, Support};
use healthengine_connector::practice::WhenPmsUnavailable;

use super::crash::killed_everywhere;
use crate::world::healthengine::{Answer, Fault, Op};
use crate::world::pms::{Call, Fault as PmsFault};
use crate::world::{Plan, World, minutes, seconds};

fn serving(plan: &mut Plan) {
    plan.pms.can.documents = Support::Yes;
    plan.profile.features = Features::of([ExtraFeature::Documents]);
}

/// A linked practice that offers documents, with bookings 1 and 2 confirmed.
async fn world() -> World {
    world_with(serving).await
}

async fn world_with(change: impl FnOnce(&mut Plan)) -> World {
    let mut world = World::linked_with(change).await;
    world.healthengine.book(1, "2026-11-23 09:30");
    world.healthengine.book(2, "2026-11-24 10:00");
    world.run_for(minutes(2)).await;
    world.healthengine.forget_traffic();
    world
}

fn booking(n: i64) -> BookingId {
    BookingId::new(n)
}

fn id(text: &str) -> PmsDocumentId {
    PmsDocumentId::parse(text).unwrap()
}

fn appointment_of(world: &World, n: i64) -> PmsAppointmentId {
    let told = world.healthengine.told(booking(n));
    let [Answer::Confirmed(place)] = told.as_slice() else {
        panic!("{told:?}");
    };
    place.appointments[0].clone()
}

/// Staff write a referral for a booking's patient.
fn offer(world: &World, n: i64, document: &str, bytes: &[u8]) {
    let appointment = appointment_of(world, n);
    let mut state = world.pms.state();
    state.diary.offer(&appointment, document, bytes).unwrap();
}

fn lists(world: &World) -> Vec<Vec<(i64, String)>> {
    let books = world.healthengine.books();
    let lists = books.extra.papers.lists.iter();
    lists
        .map(|list| {
            list.iter()
                .map(|(of, id)| (of.number(), id.to_string()))
                .collect()
        })
        .collect()
}

fn want_upload(world: &World, n: i64, document: &str) {
    let mut books = world.healthengine.books();
    let wanted = &mut books.extra.papers.uploads_wanted;
    wanted.insert((booking(n), id(document)));
}

fn want_list(world: &World, n: i64) {
    let mut books = world.healthengine.books();
    books.extra.papers.lists_wanted.insert(booking(n));
}

fn uploaded(world: &World) -> Vec<(i64, String, Vec<u8>)> {
    let books = world.healthengine.books();
    let uploads = books.extra.papers.uploads.iter();
    uploads
        .map(|(of, id, bytes)| (of.number(), id.to_string(), bytes.clone()))
        .collect()
}

fn refusals(world: &World) -> Vec<String> {
    let books = world.healthengine.books();
    let refused = books.extra.papers.refused.iter();
    refused.map(|(_, _, reason)| reason.clone()).collect()
}

#[tokio::test]
async fn new_documents_are_told_once_also_across_restarts() {
    let mut world = world().await;
    // GIVEN a referral that staff write
    offer(&world, 1, "D1", b"referral");
    world.run_for(minutes(2)).await;
    assert_eq!(lists(&world), [[(1, "D1".to_owned())]]);
    // WHEN the practice goes on, and starts again
    world.run_for(minutes(20)).await;
    world.restart();
    world.run_for(minutes(20)).await;
    // THEN it was told once; and again when it is written anew, with what came since
    assert_eq!(lists(&world).len(), 1);
    offer(&world, 1, "D1", b"referral, mended");
    offer(&world, 1, "D2", b"script");
    world.run_for(minutes(2)).await;
    assert_eq!(lists(&world).len(), 2);
    assert_eq!(lists(&world)[1].len(), 2);
    world.finish().await;
}

#[tokio::test]
async fn documents_that_came_while_the_daemon_was_down_are_told_after_the_start() {
    let mut world = world().await;
    world.kill();
    offer(&world, 2, "D1", b"referral");
    world.restart();
    world.run_for(minutes(1)).await;
    assert_eq!(lists(&world), [[(2, "D1".to_owned())]]);
    world.finish().await;
}

#[tokio::test]
async fn nothing_is_told_while_the_feature_is_off() {
    let mut world = world_with(|plan| plan.pms.can.documents = Support::Yes).await;
    offer(&world, 1, "D1", b"referral");
    world.run_for(minutes(20)).await;
    assert_eq!(lists(&world).len(), 0);
    assert_eq!(world.pms.calls(Call::Documents), 0);
    world.finish().await;
}

#[tokio::test]
async fn an_idle_practice_touches_neither_ledger_nor_documents() {
    let mut world = world().await;
    let before = (world.ledger().touched(), world.pms.calls(Call::Documents));
    world.run_for(minutes(30)).await;
    let after = (world.ledger().touched(), world.pms.calls(Call::Documents));
    assert_eq!(before, after);
    world.finish().await;
}

#[tokio::test]
async fn without_a_change_feed_all_bookings_are_looked_at_now_and_then() {
    let mut world = world_with(|plan| {
        serving(plan);
        plan.pms.can.change_feed = Support::No;
    })
    .await;
    offer(&world, 1, "D1", b"referral");
    world.run_for(minutes(12)).await;
    assert_eq!(lists(&world).len(), 1);
    let before = world.pms.calls(Call::Documents);
    world.run_for(minutes(30)).await;
    assert!(world.pms.calls(Call::Documents) - before <= 8);
    world.finish().await;
}

#[tokio::test]
async fn a_list_that_is_asked_for_is_sent_even_if_it_was_sent_before() {
    let mut world = world().await;
    offer(&world, 1, "D1", b"referral");
    world.run_for(minutes(2)).await;
    want_list(&world, 1);
    world.run_for(seconds(10)).await;
    assert_eq!(lists(&world).len(), 2);
    assert!(
        world
            .healthengine
            .books()
            .extra
            .papers
            .lists_wanted
            .is_empty()
    );
    world.finish().await;
}

#[tokio::test]
async fn a_booking_without_documents_and_one_that_is_unknown_are_answered_with_nothing_and_seldom()
{
    let mut world = world().await;
    want_list(&world, 2);
    want_list(&world, 777);
    world.run_for(minutes(9)).await;
    assert_eq!(lists(&world), [Vec::new()]);
    world.run_for(minutes(30)).await;
    assert!(lists(&world).len() <= 5, "{:?}", lists(&world));
    assert!(lists(&world).iter().all(Vec::is_empty));
    world.finish().await;
}

#[tokio::test]
async fn a_list_that_is_refused_keeps_no_other_back_and_is_no_refused_key() {
    let mut world = world().await;
    world.healthengine.books().extra.papers.poison = Some(id("D1"));
    offer(&world, 1, "D1", b"referral");
    offer(&world, 2, "D2", b"referral");
    world.run_for(minutes(15)).await;
    assert_eq!(lists(&world), [[(2, "D2".to_owned())]]);
    for verdict in [Verdict::Unauthorised, Verdict::Unknown, Verdict::Slow(None)] {
        let fault = Fault::Before(verdict);
        world.healthengine.fail(Op::DocumentListRequests, [fault]);
        want_list(&world, 2);
        world.run_for(minutes(15)).await;
        assert!(
            world
                .healthengine
                .books()
                .extra
                .papers
                .lists_wanted
                .is_empty()
        );
    }
    world.finish().await;
}

#[tokio::test]
async fn a_document_that_is_asked_for_is_sent_once() {
    let mut world = world().await;
    offer(&world, 1, "D1", b"referral");
    want_upload(&world, 1, "D1");
    world.run_for(minutes(2)).await;
    assert_eq!(
        uploaded(&world),
        [(1, "D1".to_owned(), b"referral".to_vec())]
    );
    assert!(refusals(&world).is_empty());
    world.finish().await;
}

#[tokio::test]
async fn no_document_is_sent_to_another_patient_whatever_is_asked_for() {
    let mut world = world().await;
    offer(&world, 1, "D1", b"referral");
    want_upload(&world, 2, "D1");
    want_upload(&world, 777, "D1");
    want_upload(&world, 1, "D9");
    world.run_for(minutes(1)).await;
    assert!(uploaded(&world).is_empty());
    assert_eq!(
        refusals(&world),
        [
            "the booking has no such document",
            "the booking has no such document",
            "the booking is not known here",
        ]
    );
    assert_eq!(world.pms.calls(Call::Document), 0);
    world.finish().await;
}

#[tokio::test]
async fn a_booking_that_the_ledger_has_forgotten_is_found_by_its_key() {
    let mut world = world().await;
    offer(&world, 1, "D1", b"referral");
    world.forget_ledger();
    world.run_for(seconds(30)).await;
    want_upload(&world, 1, "D1");
    world.run_for(minutes(1)).await;
    assert_eq!(uploaded(&world).len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_document_waits_for_the_pms_and_is_refused_after_eight_minutes() {
    let mut world = world().await;
    offer(&world, 1, "D1", b"referral");
    world.run_for(minutes(2)).await;
    want_upload(&world, 1, "D1");
    world.pms.set_down(true);
    world.run_for(minutes(7)).await;
    assert!(refusals(&world).is_empty());
    world.run_for(minutes(3)).await;
    assert_eq!(refusals(&world).len(), 1);
    world.pms.set_down(false);
    world.run_for(minutes(2)).await;
    assert!(uploaded(&world).is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_practice_that_holds_waits_for_its_pms_as_long_as_it_takes() {
    let mut world = world_with(|plan| {
        serving(plan);
        plan.profile.when_pms_unavailable = WhenPmsUnavailable::Hold;
    })
    .await;
    offer(&world, 1, "D1", b"referral");
    want_upload(&world, 1, "D1");
    world.pms.set_down(true);
    world.run_for(minutes(60)).await;
    world.pms.set_down(false);
    world.run_for(minutes(2)).await;
    assert!(refusals(&world).is_empty());
    assert_eq!(uploaded(&world).len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_document_whose_read_fails_is_read_again_and_a_clear_no_is_passed_on() {
    let mut world = world().await;
    offer(&world, 1, "D1", b"referral");
    let lost = PmsFault::LoseRequest;
    world.pms.fail(Call::Document, [lost.clone(), lost]);
    want_upload(&world, 1, "D1");
    world.run_for(minutes(1)).await;
    assert_eq!(uploaded(&world).len(), 1);
    let no = PmsError::Unsupported("documents of this kind");
    world.pms.fail(Call::Document, [PmsFault::Reject(no)]);
    want_upload(&world, 1, "D1");
    world.run_for(minutes(12)).await;
    assert_eq!(refusals(&world).len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn an_upload_that_is_not_taken_is_sent_again_refused_or_dropped_as_the_answer_says() {
    let cases = [
        (Verdict::Unknown, 1, 0),
        (Verdict::NotSent, 1, 0),
        (Verdict::Unauthorised, 1, 0),
        (Verdict::Refused(Refusal::Invalid), 0, 1),
        (Verdict::Refused(Refusal::Other(409)), 0, 1),
    ];
    for (verdict, sent, refused) in cases {
        let mut world = world().await;
        offer(&world, 1, "D1", b"referral");
        world
            .healthengine
            .fail(Op::Upload, [Fault::Before(verdict)]);
        want_upload(&world, 1, "D1");
        world.run_for(minutes(12)).await;
        assert_eq!(uploaded(&world).len(), sent, "{verdict:?}");
        assert_eq!(refusals(&world).len(), refused, "{verdict:?}");
        world.finish().await;
    }
}

#[tokio::test]
async fn offering_and_uploading_survive_a_kill_at_every_call() {
    let faults = [
        None,
        Some((Op::Upload, Fault::After(Verdict::Unknown))),
        Some((Op::Upload, Fault::TimesOut(false))),
        Some((Op::RejectUpload, Fault::After(Verdict::Unknown))),
        Some((Op::DocumentList, Fault::After(Verdict::Unknown))),
    ];
    for fault in faults {
        let scene = async || {
            let world = world().await;
            offer(&world, 1, "D1", b"referral");
            want_upload(&world, 1, "D1");
            want_upload(&world, 2, "D1");
            want_list(&world, 1);
            world.healthengine.fail(
                fault.map_or(Op::Upload, |(op, _)| op),
                fault.map(|(_, fault)| fault),
            );
            world.pms.fail(Call::Documents, [PmsFault::LoseRequest]);
            world
        };
        killed_everywhere("documents", scene, |world| {
            let books = world.healthengine.books();
            assert!(books.extra.papers.uploads_wanted.is_empty());
            assert!(books.extra.papers.lists_wanted.is_empty());
            drop(books);
            let own = (1, "D1".to_owned(), b"referral".to_vec());
            assert!(!uploaded(world).is_empty());
            assert!(uploaded(world).iter().all(|sent| *sent == own));
            assert!(!refusals(world).is_empty());
            assert!(!lists(world).is_empty());
        })
        .await;
    }
}
