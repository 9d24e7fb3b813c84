//! Documents that patients hand in: each ends as one document and one answer, whatever happens.

use healthengine_connector::domain::feature::{ExtraFeature, Features};
use healthengine_connector::domain::id::{BookingId, PmsPatientId, RequestId};
use healthengine_connector::healthengine::{Refusal, Verdict};
use healthengine_connector::pms::{PmsError, Support};
use healthengine_connector::simulation::healthengine::HandedIn;

use super::crash::killed_everywhere;
use crate::world::healthengine::{Answer, Fault, Op};
use crate::world::patient::patient;
use crate::world::pms::{Call, Fault as PmsFault, FrontDesk as _};
use crate::world::{Plan, World, minutes, seconds};

const ABC: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";

fn serving(plan: &mut Plan) {
    plan.pms.can.attachments = Support::Yes;
    plan.profile.features = Features::of([ExtraFeature::AttachDocuments]);
}

async fn world() -> World {
    let mut world = World::linked_with(serving).await;
    world.run_for(seconds(10)).await;
    world.healthengine.forget_traffic();
    world
}

/// A patient of the practice.
fn known(world: &World, n: u32) -> PmsPatientId {
    world.pms.state().diary.register(patient(n))
}

fn form(patient: &PmsPatientId) -> HandedIn {
    let mut form = HandedIn::of(Some(patient.clone()), b"abc").named("Form of Testa Sample-1");
    form.metadata.hash = Some(ABC.to_owned());
    form
}

/// How the request was answered: where it stands, or why it does not.
fn answer(world: &World, request: RequestId) -> Result<String, String> {
    let books = world.healthengine.books();
    let answers = &books.extra.papers.handed_in[&request].answers;
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers[0].clone().map(|id| id.unwrap().to_string())
}

fn is_unanswered(world: &World, request: RequestId) -> bool {
    let books = world.healthengine.books();
    books.extra.papers.handed_in[&request].answers.is_empty()
}

fn attached(world: &World) -> Vec<(String, String, Vec<u8>)> {
    let state = world.pms.state();
    let attached = state.diary.papers.attached.iter();
    attached
        .map(|one| {
            (
                one.id.to_string(),
                one.patient.to_string(),
                one.bytes.clone(),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_document_is_put_into_its_patients_record_and_confirmed_with_its_id() {
    let mut world = world().await;
    let whose = known(&world, 1);
    let request = world.healthengine.hand_in(5, form(&whose));
    world.run_for(seconds(10)).await;
    assert_eq!(answer(&world, request), Ok("D1".to_owned()));
    assert_eq!(
        attached(&world),
        [("D1".to_owned(), whose.to_string(), b"abc".to_vec())]
    );
    world.run_for(minutes(30)).await;
    assert_eq!(world.pms.calls(Call::Attach), 1);
    world.finish().await;
}

#[tokio::test]
async fn hashes_compare_in_either_case_and_what_is_not_known_is_no_mismatch() {
    let mut world = world().await;
    let whose = known(&world, 1);
    let mut upper = form(&whose);
    upper.metadata.hash = Some(ABC.to_uppercase());
    let mut bare = form(&whose);
    (bare.metadata.hash, bare.metadata.size) = (None, None);
    let requests = [
        world.healthengine.hand_in(5, upper),
        world.healthengine.hand_in(6, bare),
    ];
    world.run_for(seconds(30)).await;
    for request in requests {
        assert!(answer(&world, request).is_ok());
    }
    assert_eq!(attached(&world).len(), 2);
    world.finish().await;
}

#[tokio::test]
async fn a_garbled_document_is_fetched_anew_and_refused_when_it_stays_garbled() {
    let mut world = world().await;
    let whose = known(&world, 1);
    let mut mended = form(&whose);
    mended.garbled = 3;
    let mut wrong = form(&whose);
    wrong.metadata.hash = Some(ABC.replace('a', "b"));
    let mut short = form(&whose);
    short.metadata.size = Some(4);
    let mended = world.healthengine.hand_in(5, mended);
    let wrong = world.healthengine.hand_in(6, wrong);
    let short = world.healthengine.hand_in(7, short);
    world.run_for(minutes(2)).await;
    assert!(answer(&world, mended).is_ok());
    let because = "is not what its hash says";
    assert_eq!(answer(&world, wrong), Err(because.to_owned()));
    let because = "is not as long as its size says";
    assert_eq!(answer(&world, short), Err(because.to_owned()));
    assert_eq!(attached(&world).len(), 1);
    assert_eq!(world.healthengine.calls(Op::AttachDocument), 4 + 4 + 4);
    world.finish().await;
}

#[tokio::test]
async fn a_document_that_is_gone_is_dropped_without_an_answer() {
    let mut world = world().await;
    let whose = known(&world, 1);
    let mut gone = form(&whose);
    gone.gone = true;
    world.healthengine.hand_in(5, gone);
    world.run_for(minutes(5)).await;
    assert!(attached(&world).is_empty());
    assert_eq!(world.healthengine.calls(Op::AttachDocument), 1);
    assert_eq!(world.healthengine.calls(Op::ConfirmAttach), 0);
    assert_eq!(world.healthengine.calls(Op::RejectAttach), 0);
    world.finish().await;
}

#[tokio::test]
async fn a_document_without_a_patient_is_its_bookings_or_refused() {
    let mut world = world().await;
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.run_for(seconds(10)).await;
    let mut of_booking = HandedIn::of(None, b"abc");
    of_booking.metadata.booking = Some(booking);
    let mut of_stranger = HandedIn::of(None, b"abc");
    of_stranger.metadata.booking = Some(BookingId::new(777));
    let of_booking = world.healthengine.hand_in(5, of_booking);
    let of_stranger = world.healthengine.hand_in(6, of_stranger);
    let of_nobody = world.healthengine.hand_in(7, HandedIn::of(None, b"abc"));
    world.run_for(seconds(30)).await;
    let told = world.healthengine.told(booking);
    let [Answer::Confirmed(place)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(answer(&world, of_booking).is_ok());
    assert_eq!(attached(&world)[0].1, place.patient.to_string());
    for request in [of_stranger, of_nobody] {
        let words = answer(&world, request).unwrap_err();
        assert_eq!(words, "it names no patient that is known here");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_patient_whom_the_system_does_not_know_is_refused_in_its_words() {
    let mut world = world().await;
    let stranger = PmsPatientId::parse("P77").unwrap();
    let request = world.healthengine.hand_in(5, form(&stranger));
    world.run_for(seconds(10)).await;
    let words = answer(&world, request).unwrap_err();
    assert!(words.contains("the patient is not known"), "{words}");
    world.finish().await;
}

#[tokio::test]
async fn a_document_that_is_too_large_is_refused_without_being_fetched() {
    let mut world = world().await;
    let whose = known(&world, 1);
    let mut large = form(&whose);
    large.metadata.size = Some(1 << 40);
    let request = world.healthengine.hand_in(5, large);
    world.run_for(seconds(10)).await;
    assert!(answer(&world, request).is_err());
    assert_eq!(world.healthengine.calls(Op::AttachDocument), 0);
    world.finish().await;
}

#[tokio::test]
async fn an_unknown_outcome_is_made_again_with_the_same_key() {
    for fault in [
        PmsFault::FailAfterWrite,
        PmsFault::LoseRequest,
        PmsFault::AnswerTooLate,
    ] {
        let mut world = world().await;
        let whose = known(&world, 1);
        world.pms.fail(Call::Attach, [fault]);
        let request = world.healthengine.hand_in(5, form(&whose));
        world.run_for(minutes(2)).await;
        assert_eq!(answer(&world, request), Ok("D1".to_owned()));
        assert_eq!(attached(&world).len(), 1);
        world.finish().await;
    }
}

#[tokio::test]
async fn a_document_waits_for_the_pms_and_is_refused_after_a_day() {
    let mut world = world().await;
    let whose = known(&world, 1);
    let down = || PmsFault::Reject(PmsError::NotDone("switched off".to_owned()));
    world.pms.fail(Call::Attach, (0..20_000).map(|_| down()));
    let request = world.healthengine.hand_in(5, form(&whose));
    world.run_for(minutes(60)).await;
    assert!(is_unanswered(&world, request));
    world.clock.advance(minutes(23 * 60 + 30));
    world.run_for(minutes(5)).await;
    assert!(answer(&world, request).is_err());
    assert!(attached(&world).is_empty());
}

#[tokio::test]
async fn a_document_that_may_stand_in_the_system_is_never_refused_for_its_silence() {
    let mut world = world().await;
    let whose = known(&world, 1);
    let down = || PmsFault::Reject(PmsError::NotDone("switched off".to_owned()));
    // GIVEN a document that was written, and whose answer was lost
    let faults = std::iter::once(PmsFault::FailAfterWrite).chain((0..200).map(|_| down()));
    world.pms.fail(Call::Attach, faults);
    let request = world.healthengine.hand_in(5, form(&whose));
    world.run_for(minutes(2)).await;
    // WHEN the system is down for longer than anybody waits, and the daemon starts again
    world.restart();
    world.run_for(minutes(2)).await;
    world.clock.advance(minutes(25 * 60));
    world.run_for(minutes(10)).await;
    // THEN nothing is said until the system tells where it stands
    assert!(is_unanswered(&world, request));
    world.run_for(minutes(180)).await;
    assert_eq!(answer(&world, request), Ok("D1".to_owned()));
    assert_eq!(attached(&world).len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_not_taken_is_given_again_or_settled() {
    let cases = [
        Fault::Before(Verdict::Unknown),
        Fault::After(Verdict::Unknown),
        Fault::Before(Verdict::Unauthorised),
        Fault::Before(Verdict::Refused(Refusal::Invalid)),
        Fault::Before(Verdict::Refused(Refusal::Gone)),
        Fault::Twice,
    ];
    for fault in cases {
        let mut world = world().await;
        let whose = known(&world, 1);
        world.healthengine.fail(Op::ConfirmAttach, [fault]);
        let request = world.healthengine.hand_in(5, form(&whose));
        world.run_for(minutes(25)).await;
        assert_eq!(answer(&world, request), Ok("D1".to_owned()), "{fault:?}");
        assert_eq!(world.pms.calls(Call::Attach), 1);
        world.finish().await;
    }
}

#[tokio::test]
async fn a_ledger_that_fails_lets_nothing_be_put_in_unrecorded_or_twice() {
    for writes in 0..4 {
        let mut world = world().await;
        let whose = known(&world, 1);
        let request = world.healthengine.hand_in(5, form(&whose));
        world.ledger().lose_answer_after(writes);
        world.run_for(minutes(2)).await;
        assert_eq!(answer(&world, request), Ok("D1".to_owned()));
        assert_eq!(attached(&world).len(), 1);
        world.finish().await;
    }
    let mut world = world().await;
    let whose = known(&world, 1);
    let request = world.healthengine.hand_in(5, form(&whose));
    world.ledger().set_broken(true);
    world.run_for(minutes(2)).await;
    assert_eq!(world.pms.calls(Call::Attach), 0);
    world.ledger().set_broken(false);
    world.run_for(minutes(2)).await;
    assert!(answer(&world, request).is_ok());
    world.finish().await;
}

#[tokio::test]
async fn a_document_survives_a_kill_at_every_call() {
    let down = PmsError::NotDone("switched off".to_owned());
    let of_pms = [
        None,
        Some(PmsFault::FailAfterWrite),
        Some(PmsFault::LoseRequest),
        Some(PmsFault::AnswerTooLate),
        Some(PmsFault::Reject(down)),
    ];
    let of_healthengine = [
        None,
        Some((Op::ConfirmAttach, Fault::After(Verdict::Unknown))),
        Some((Op::ConfirmAttach, Fault::Before(Verdict::Unknown))),
        Some((Op::AttachDocument, Fault::Before(Verdict::Garbled))),
        Some((Op::AttachRequests, Fault::Before(Verdict::Unknown))),
    ];
    for pms in &of_pms {
        for healthengine in &of_healthengine {
            // Each fault alone; two at once only where an answer may be lost on both sides.
            let lost = matches!(pms, Some(PmsFault::FailAfterWrite | PmsFault::LoseRequest));
            if pms.is_some() && healthengine.is_some() && !lost {
                continue;
            }
            let scene = async || {
                let world = world().await;
                let whose = known(&world, 1);
                world.pms.fail(Call::Attach, pms.clone());
                if let Some((op, fault)) = healthengine {
                    world.healthengine.fail(*op, [*fault]);
                }
                let mut form = form(&whose);
                form.garbled = 1;
                world.healthengine.hand_in(5, form);
                world
            };
            killed_everywhere("attachment", scene, |world| {
                let answered = answer(world, RequestId::new(5));
                assert_eq!(answered, Ok("D1".to_owned()));
                assert_eq!(attached(world).len(), 1);
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_refusal_survives_a_kill_at_every_call() {
    let scene = async || {
        let world = world().await;
        let whose = known(&world, 1);
        let mut form = form(&whose);
        form.metadata.size = Some(9);
        world.healthengine.hand_in(5, form);
        world
            .healthengine
            .fail(Op::RejectAttach, [Fault::After(Verdict::Unknown)]);
        world
    };
    killed_everywhere("refused attachment", scene, |world| {
        assert!(answer(world, RequestId::new(5)).is_err());
        assert!(attached(world).is_empty());
    })
    .await;
}
