//! Bookings, their answers, and the 20 seconds.

use healthengine_connector::domain::id::BookingId;
use healthengine_connector::sandbox::{Ask, ControlError, Entry, Happening, Standing, Wish};
use serde_json::{Value, json};

use super::world::{World, confirmation, resources};

impl World {
    async fn confirm(&self, booking: &Entry) -> u16 {
        let path = format!("/bookings/{}/confirmInsert", booking.booking);
        self.post(&path, &confirmation()).await.status
    }

    async fn reject(&self, booking: &Entry) -> u16 {
        let path = format!("/bookings/{}/rejectInsert", booking.booking);
        self.post(&path, &json!({"reason": "taken"})).await.status
    }

    async fn pending(&self) -> Value {
        self.get("/requests/bookings").await.accepted()["data"].clone()
    }
}

fn happenings(entry: &Entry) -> Vec<Happening> {
    entry.history.iter().map(|line| line.what).collect()
}

#[tokio::test]
async fn a_booking_waits_as_the_definition_says_until_it_is_confirmed() {
    let world = World::published().await;
    let booking = world.book(Wish::default());
    assert_eq!(world.get("/requests").await.accepted(), json!(["bookings"]));
    let pending = world.pending().await;
    assert_eq!(pending[0]["bookingId"], booking.booking);
    assert_eq!(pending[0]["bookedTime"], "2026-11-22 21:00:00", "UTC");
    assert_eq!(pending[0]["pmsAppointmentTime"], "2026-11-23 09:00:00");
    assert_eq!(pending[0]["pmsAppointmentLength"], 900, "seconds");
    assert_eq!(pending[0]["bookingStatus"], "Requested");
    assert_eq!(world.confirm(&booking).await, 200);
    assert_eq!(world.pending().await, json!([]));
    let settled = world.booking(booking.booking);
    assert_eq!(settled.standing, Standing::Confirmed);
    assert_eq!(settled.pms_appointment_ids, ["a1"]);
    assert_eq!(settled.pms_patient_id.as_deref(), Some("p1"));
}

#[tokio::test]
async fn an_answer_to_a_booking_that_is_no_longer_pending_is_404_and_stays_visible() {
    let world = World::published().await;
    let booking = world.book(Wish::default());
    assert_eq!(world.confirm(&booking).await, 200);
    assert_eq!(world.confirm(&booking).await, 404);
    assert_eq!(world.reject(&booking).await, 404);
    let settled = world.booking(booking.booking);
    assert_eq!(settled.standing, Standing::Confirmed);
    assert_eq!(settled.answers, 3);
    assert_eq!(
        happenings(&settled),
        [
            Happening::Made,
            Happening::Confirmed,
            Happening::ConfirmedAgain,
            Happening::RejectedAgain
        ]
    );
    let unknown = world
        .post("/bookings/7/confirmInsert", &confirmation())
        .await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn a_confirmation_names_appointments_and_patient_as_text() {
    let world = World::published().await;
    let booking = world.book(Wish::default()).booking;
    let path = format!("/bookings/{booking}/confirmInsert");
    for (body, rule) in [
        (
            json!({"pmsPatientId": "p"}),
            "pmsAppointmentIds: is required",
        ),
        (
            json!({"pmsAppointmentIds": [], "pmsPatientId": "p"}),
            "pmsAppointmentIds: must name the appointment",
        ),
        (
            json!({"pmsAppointmentIds": [12], "pmsPatientId": "p"}),
            "pmsAppointmentIds[0]: must be a string",
        ),
        (
            json!({"pmsAppointmentIds": ["1"], "pmsPatientId": 12}),
            "pmsPatientId: must be a string",
        ),
        (
            json!({"pmsAppointmentIds": ["1"], "pmsPatientId": "p", "note": ""}),
            "body: `note` is not a field of the definition",
        ),
        (
            json!({"pmsAppointmentIds": ["1"], "pmsPatientId": "p",
                   "patientAppointmentLink": "here"}),
            "patientAppointmentLink: must be a URL",
        ),
    ] {
        assert_eq!(world.post(&path, &body).await.rule(), rule);
    }
    assert!(world.booking(booking).pending);
    let rule = world
        .post("/bookings/abc/confirmInsert", &confirmation())
        .await
        .rule();
    assert_eq!(rule, "bookingId: must be an integer");
}

#[tokio::test]
async fn a_reason_may_be_missing_or_null_but_is_text() {
    let world = World::published().await;
    let path = |booking: Entry| format!("/bookings/{}/rejectInsert", booking.booking);
    for body in [json!({}), json!({"reason": null})] {
        let booking = world.book(Wish::default());
        world.post(&path(booking), &body).await.accepted();
    }
    let booking = world.book(Wish::default());
    let rule = world
        .post(&path(booking), &json!({"reason": 3}))
        .await
        .rule();
    assert_eq!(rule, "reason: must be a string");
}

#[tokio::test]
async fn a_booking_is_presumed_confirmed_after_20_seconds_and_still_waits() {
    let world = World::published().await;
    let booking = world.book(Wish::default());
    world.advance(19);
    assert_eq!(world.pending().await[0]["bookingStatus"], "Requested");
    world.advance(1);
    assert_eq!(world.pending().await[0]["bookingStatus"], "Confirmed");
    assert_eq!(world.booking(booking.booking).standing, Standing::Presumed);
    assert_eq!(world.confirm(&booking).await, 200);
    assert_eq!(
        happenings(&world.booking(booking.booking)),
        [Happening::Made, Happening::Presumed, Happening::Confirmed]
    );
}

#[tokio::test]
async fn a_reject_in_time_frees_the_time_for_other_patients() {
    let world = World::published().await;
    let booking = world.book(Wish::default());
    assert!(!world.offered("r1", None).contains(&"09:00".to_owned()));
    world.advance(19);
    assert_eq!(world.reject(&booking).await, 200);
    assert_eq!(world.booking(booking.booking).standing, Standing::Rejected);
    assert!(world.offered("r1", None).contains(&"09:00".to_owned()));
    assert!(world.view().late_rejects.is_empty());
}

#[tokio::test]
async fn a_reject_after_20_seconds_is_late_and_left_to_the_practice() {
    let world = World::published().await;
    let booking = world.book(Wish::default());
    world.advance(20);
    assert_eq!(world.reject(&booking).await, 200);
    let settled = world.booking(booking.booking);
    assert_eq!(settled.standing, Standing::RejectedLate);
    assert_eq!(world.view().late_rejects, [booking.booking]);
}

#[tokio::test]
async fn a_pending_booking_of_a_removed_resource_has_a_null_resource() {
    let world = World::published().await;
    world.book(Wish::default());
    world
        .post("/config/pmsResources/snapshot", &resources(&["r2"]))
        .await
        .accepted();
    let pending = world.pending().await;
    assert_eq!(pending[0]["pmsResourceId"], Value::Null);
    assert!(
        pending[0]
            .as_object()
            .unwrap()
            .contains_key("pmsResourceId")
    );
}

#[tokio::test]
async fn a_cancellation_waits_until_it_is_confirmed_or_rejected_once() {
    let world = World::published().await;
    let booking = world.book(Wish::default());
    assert_eq!(world.confirm(&booking).await, 200);
    let id = BookingId::new(booking.booking);
    let request = world.sandbox.cancel(&world.practice, id).unwrap().number();
    let again = world.sandbox.cancel(&world.practice, id);
    assert_eq!(again, Err(ControlError::AlreadyOver));
    let listed = world.get("/requests/bookingUpdates").await.accepted();
    assert_eq!(
        listed["data"],
        json!([{
            "requestId": request, "bookingId": booking.booking, "bookingStatus": "Cancelled",
            "pmsAppointmentIds": ["a1"], "pmsPatientId": "p1",
            "updatedAt": "2026-11-22 21:00:00",
        }])
    );
    let other = format!("/bookings/1/confirmUpdate/{request}");
    assert_eq!(world.post_nothing(&other).await.status, 404);
    let path = format!("/bookings/{}/confirmUpdate/{request}", booking.booking);
    assert_eq!(world.post_nothing(&path).await.status, 200);
    assert_eq!(world.post_nothing(&path).await.status, 404);
    assert_eq!(world.booking(booking.booking).standing, Standing::Cancelled);
    assert!(world.offered("r1", None).contains(&"09:00".to_owned()));
}

#[tokio::test]
async fn a_booking_cancelled_before_its_answer_still_wants_one() {
    let world = World::published().await;
    let booking = world.book(Wish::default());
    let id = BookingId::new(booking.booking);
    world.sandbox.cancel(&world.practice, id).unwrap();
    assert_eq!(world.pending().await[0]["bookingStatus"], "Cancelled");
    world.advance(60);
    assert_eq!(world.reject(&booking).await, 200);
    assert_eq!(world.pending().await, json!([]));
    let settled = world.booking(booking.booking);
    assert_eq!(settled.standing, Standing::Cancelled, "and no late reject");
}

#[tokio::test]
async fn an_update_may_be_about_a_booking_that_nobody_knows() {
    let world = World::published().await;
    let request = world
        .sandbox
        .ask(&world.practice, Ask::BookingUpdates { booking: 99 })
        .unwrap();
    assert_eq!(
        world.get("/requests").await.accepted(),
        json!(["bookingUpdates"])
    );
    let path = format!("/bookings/99/rejectUpdate/{request}");
    world.post(&path, &json!({})).await.accepted();
    assert_eq!(world.get("/requests").await.accepted(), json!([]));
}

#[tokio::test]
async fn a_change_that_was_asked_for_is_answered_by_a_report() {
    let world = World::published().await;
    let booking = world.book(Wish::default());
    let ask = || {
        let booking = booking.booking;
        let ask = Ask::PmsAppointmentChanges { booking };
        world.sandbox.ask(&world.practice, ask).unwrap();
    };
    let path = |end: &str| format!("/bookings/{}/{end}", booking.booking);
    let rule = world.post(&path("cancel"), &json!({})).await.rule();
    assert_eq!(rule, "bookingId: the booking waits for its answer first");
    assert_eq!(world.confirm(&booking).await, 200);
    let no_change = path("noPmsAppointmentChange");
    assert_eq!(world.post_nothing(&no_change).await.status, 404);
    ask();
    let listed = world.get("/requests/pmsAppointmentChanges").await;
    assert_eq!(listed.accepted()["data"][0]["bookingId"], booking.booking);
    world.post_nothing(&no_change).await.accepted();
    ask();
    world
        .post(&path("didNotAttend"), &json!({}))
        .await
        .accepted();
    ask();
    world.post(&path("cancel"), &json!({})).await.accepted();
    assert_eq!(world.get("/requests").await.accepted(), json!([]));
    assert_eq!(
        happenings(&world.booking(booking.booking))[2..],
        [
            Happening::NoChange,
            Happening::DidNotAttend,
            Happening::CancelledByPractice
        ]
    );
}

#[tokio::test]
async fn ids_rise_with_the_clock_so_that_no_later_sandbox_repeats_one() {
    let world = World::published().await;
    let first = world.book(Wish::default()).booking;
    let next = world.book(Wish::default()).booking;
    assert!(first < next);
    world.advance(60);
    let later = World::published().await;
    assert_eq!(later.book(Wish::default()).booking, first, "the same start");
    assert!(first >= 1_795_381_200_000);
}
