//! Documents, client snapshots, and documents to be attached.

use healthengine_connector::sandbox::{Ask, Attachment, DateType, Wish};
use serde_json::{Value, json};

use super::world::{MONDAY, World};

impl World {
    async fn enable(&self, feature: &str) {
        let path = format!("/features/{feature}/enable");
        self.post_nothing(&path).await.accepted();
    }

    fn ask(&self, ask: Ask) -> i64 {
        self.sandbox.ask(&self.practice, ask).unwrap().number()
    }

    async fn waiting(&self) -> Value {
        self.get("/requests").await.accepted()
    }
}

#[tokio::test]
async fn a_features_requests_appear_only_while_it_is_enabled_and_its_posts_are_403_before() {
    let world = World::published().await;
    world.ask(Ask::ClientSnapshots {
        date: MONDAY.parse().unwrap(),
        date_type: DateType::Appointment,
    });
    assert_eq!(world.waiting().await, json!([]));
    let listed = world.get("/requests/clientSnapshots").await.accepted();
    assert_eq!(listed["data"], json!([]));
    for path in [
        "/clientSnapshot",
        "/documents/available",
        "/documents/upload",
    ] {
        assert_eq!(world.post(path, &json!({})).await.status, 403, "{path}");
    }
    world.enable("clientSnapshots").await;
    assert_eq!(world.waiting().await, json!(["clientSnapshots"]));
}

#[tokio::test]
async fn documents_are_listed_uploaded_or_refused() {
    let world = World::published().await;
    world.enable("documents").await;
    let booking = world.book(Wish::default()).booking;
    world.ask(Ask::AvailableDocuments { booking });
    let upload = |document: &str| Ask::UploadDocuments {
        booking,
        document: document.to_owned(),
    };
    world.ask(upload("d1"));
    world.ask(upload("d2"));
    let listed = json!([{"bookingId": booking, "pmsDocumentId": "d1", "documentType": "referral",
                         "documentFormat": "application/pdf", "documentSize": 3}]);
    world.post("/documents/available", &listed).await.accepted();
    let mut document = listed[0].clone();
    document["documentContent"] = json!("Zm9v");
    world.post("/documents/upload", &document).await.accepted();
    let refusal = json!({"bookingId": booking, "pmsDocumentId": "d2", "reason": null});
    world
        .post("/documents/rejectUpload", &refusal)
        .await
        .accepted();
    assert_eq!(world.waiting().await, json!(["bookings"]));
    assert_eq!(world.view().documents["uploaded"][0]["bytes"], 3);
}

#[tokio::test]
async fn a_document_is_base64_of_its_size_for_a_known_booking() {
    let world = World::published().await;
    world.enable("documents").await;
    let booking = world.book(Wish::default()).booking;
    let document = |changed: &str, value: Value| {
        let mut document = json!({"bookingId": booking, "pmsDocumentId": "d1",
                                  "documentContent": "Zm9v"});
        document[changed] = value;
        document
    };
    for (name, value, rule) in [
        ("documentContent", json!("Zm9"), "must be base64"),
        (
            "documentSize",
            json!(4),
            "must be the content's length in bytes",
        ),
        ("documentFormat", json!("pdf"), "must be a MIME type"),
        (
            "documentType",
            json!("letter"),
            "must be one of scripts, referral",
        ),
        (
            "createdAt",
            json!(MONDAY),
            "must be a timestamp, YYYY-MM-DD HH:MM:SS",
        ),
    ] {
        let said = world
            .post("/documents/upload", &document(name, value))
            .await
            .rule();
        assert_eq!(said, format!("{name}: {rule}"));
    }
    let unknown = document("bookingId", json!(7));
    assert_eq!(world.post("/documents/upload", &unknown).await.status, 404);
}

fn snapshot() -> Value {
    json!({
        "date": MONDAY,
        "dateType": "appt_datetime",
        "locations": [{"pmsLocationId": "l", "pmsLocationName": "L",
                       "pmsLocationStatus": "active"}],
        "practitioners": [{"pmsPractitionerId": "d", "pmsPractitionerName": "D",
                           "pmsPractitionerStatus": "active"}],
        "appointmentTypes": [{"pmsAppointmentTypeId": "t", "pmsAppointmentTypeName": "T",
                              "pmsAppointmentTypeStatus": "inactive"}],
        "appointments": [{
            "pmsAppointmentId": "a", "pmsPatientId": "p", "pmsPractitionerId": "d",
            "pmsAppointmentTypeId": "t", "pmsAppointmentCreationTime": "2026-11-20 09:00:00",
            "pmsAppointmentTime": "2026-11-23 09:00:00", "pmsAppointmentLength": 30,
            "pmsAppointmentStatus": "booked",
        }],
        "patients": [{"pmsPatientId": "p", "pmsPatientFirstname": "Testa",
                      "pmsPatientLastname": "Sample-1", "pmsPatientSmsConsent": true,
                      "pmsPatientCreationTime": "2026-11-20 09:00:00"}],
    })
}

#[tokio::test]
async fn a_client_snapshot_answers_its_date_and_kind_of_date() {
    let world = World::published().await;
    world.enable("clientSnapshots").await;
    let ask = |date_type| Ask::ClientSnapshots {
        date: MONDAY.parse().unwrap(),
        date_type,
    };
    world.ask(ask(DateType::Appointment));
    world.ask(ask(DateType::Creation));
    world.post("/clientSnapshot", &snapshot()).await.accepted();
    let listed = world.get("/requests/clientSnapshots").await.accepted();
    assert_eq!(
        listed["data"],
        json!([{"date": MONDAY, "dateType": "appt_creation_datetime"}])
    );
}

#[tokio::test]
async fn a_client_snapshot_is_whole_and_of_its_date() {
    let world = World::published().await;
    world.enable("clientSnapshots").await;
    for (pointer, value, rule) in [
        (
            "/appointments/0/pmsPatientId",
            json!("q"),
            "appointments[0].pmsPatientId: must be listed in the snapshot",
        ),
        (
            "/appointments/0/pmsAppointmentTime",
            json!("2026-11-24 09:00:00"),
            "appointments[0].pmsAppointmentTime: must be on the snapshot's date",
        ),
        (
            "/appointments/0/pmsAppointmentLength",
            json!(1800),
            "appointments[0].pmsAppointmentLength: must be 1 to 1440",
        ),
        (
            "/locations/0/pmsLocationStatus",
            json!("open"),
            "locations[0].pmsLocationStatus: must be one of active, inactive",
        ),
        (
            "/patients/0/pmsPatientSmsConsent",
            json!("yes"),
            "patients[0].pmsPatientSmsConsent: must be true or false",
        ),
        (
            "/dateType",
            json!("day"),
            "dateType: must be one of appt_datetime, appt_creation_datetime",
        ),
    ] {
        let mut body = snapshot();
        *body.pointer_mut(pointer).unwrap() = value;
        assert_eq!(world.post("/clientSnapshot", &body).await.rule(), rule);
    }
}

#[tokio::test]
async fn a_document_to_attach_has_its_content_once_fetched_and_is_410_once_handled() {
    let world = World::published().await;
    world.enable("attachDocuments").await;
    let attachment = || {
        Ask::AttachDocuments(Box::new(Attachment {
            pms_patient_id: "p1".to_owned(),
            content: "abc".to_owned(),
            ..Attachment::default()
        }))
    };
    let first = world.ask(attachment());
    let second = world.ask(attachment());
    let listed = world.get("/requests/attachDocuments").await.accepted();
    assert_eq!(listed["data"][0]["requestId"], first);
    assert_eq!(listed["data"][0]["documentContent"], Value::Null);
    let path = format!("/attachDocuments/{first}");
    let document = world.get(&path).await.accepted();
    assert_eq!(document["documentContent"], "YWJj");
    assert_eq!(document["documentSize"], 3);
    assert_eq!(
        document["documentHash"],
        "a9993e364706816aba3e25717850c26c9cd0d89d"
    );
    let confirm = format!("{path}/confirmInsert");
    world
        .post(&confirm, &json!({"pmsDocumentId": "d"}))
        .await
        .accepted();
    assert_eq!(world.get(&path).await.status, 410);
    assert_eq!(world.post(&confirm, &json!({})).await.status, 410);
    let reject = format!("/attachDocuments/{second}/rejectInsert");
    world.post(&reject, &json!({})).await.accepted();
    assert_eq!(world.waiting().await, json!([]));
    assert_eq!(world.get("/attachDocuments/7").await.status, 404);
}
