use super::*;
use crate::domain::booking::RejectReason;
use crate::domain::diary::Standing;
use crate::pms::PmsError;

#[tokio::test]
async fn each_refusal_has_its_own_reason_and_writes_nothing() {
    let practice = Practice::new();
    practice
        .desk()
        .book(&entry("room", DAY, "09:00", 60))
        .unwrap();
    let north = practice.adapter(&["north"]);
    let cases = [
        (
            wanted("nobody", DAY, "10:00", 15),
            RejectReason::ResourceUnknown,
        ),
        (
            wanted("dora-b", DAY, "10:00", 15),
            RejectReason::ResourceUnknown,
        ),
        (
            wanted("room", "2026-10-04", "02:30", 30),
            RejectReason::TimeDoesNotExist,
        ),
        (
            wanted("room", "2026-10-04", "01:45", 30),
            RejectReason::OutsideHours,
        ),
        (
            of_type("south-only", wanted("room", DAY, "10:00", 15)),
            RejectReason::TypeNotOffered,
        ),
        (
            of_type("long:dora-a", wanted("room", DAY, "10:00", 60)),
            RejectReason::TypeNotOffered,
        ),
        (
            of_type("long:room", wanted("room", DAY, "10:00", 30)),
            RejectReason::LengthNotAllowed,
        ),
        (
            wanted("room", DAY, "10:00", 0),
            RejectReason::LengthNotAllowed,
        ),
        (wanted("room", DAY, "11:45", 30), RejectReason::OutsideHours),
        (
            wanted("dora-a", DAY, "11:45", 90),
            RejectReason::OutsideHours,
        ),
        (wanted("room", DAY, "09:45", 30), RejectReason::SlotTaken),
    ];
    for (n, (wanted, reason)) in cases.into_iter().enumerate() {
        let key = key(&format!("K{n}"));
        let refused = north.book(&key, &wanted, LIMIT).await;
        assert_eq!(refused, Err(PmsError::Refused(reason)), "case {n}");
        assert_eq!(north.find(&key, LIMIT).await, Ok(None));
    }
    let desk = practice.desk();
    assert_eq!(desk.appointments(date(DAY), date(DAY)).unwrap().len(), 1);
    assert_eq!(
        desk.patients().unwrap().len(),
        1,
        "no patient is left behind"
    );
}

#[tokio::test]
async fn a_type_is_booked_by_its_published_id_at_its_own_length() {
    let practice = Practice::new();
    let north = practice.adapter(&["north"]);
    let wanted = of_type("long:room", wanted("room", DAY, "10:00", 60));
    north.book(&key("K"), &wanted, LIMIT).await.unwrap();
    let line = practice
        .desk()
        .appointments(date(DAY), date(DAY))
        .unwrap()
        .remove(0);
    assert_eq!((line.of.as_deref(), line.minutes), (Some("long"), 60));
    assert_eq!(
        (line.key.as_deref(), line.created_by.as_str()),
        (Some("K"), "connector")
    );
}

#[tokio::test]
async fn an_appointment_that_the_patient_came_to_is_not_cancelled_online() {
    let practice = Practice::new();
    let adapter = practice.adapter(&[]);
    let wanted = wanted("room", DAY, "10:00", 30);
    let booked = adapter.book(&key("K"), &wanted, LIMIT).await.unwrap();
    practice
        .desk()
        .mark(&booked.appointments[0], Standing::Arrived)
        .unwrap();
    let refused = adapter.cancel(&booked, LIMIT).await;
    assert!(matches!(
        refused,
        Err(PmsError::Refused(RejectReason::Refused(_)))
    ));
    let found = adapter.find(&key("K"), LIMIT).await.unwrap().unwrap();
    assert_eq!(found.standing, Standing::Arrived);
}

#[tokio::test]
async fn reception_may_book_outside_hours_and_is_not_doubled_as_a_patient() {
    let practice = Practice::new();
    let mut desk = practice.desk();
    let mut entry = entry("room", DAY, "20:00", 30);
    assert_eq!(
        desk.book(&entry),
        Err(DiaryError::Refused(RejectReason::OutsideHours))
    );
    entry.hours = KeepHours::No;
    desk.book(&entry).unwrap();
    entry.start = at(DAY, "21:00");
    desk.book(&entry).unwrap();
    assert_eq!(desk.patients().unwrap().len(), 1);
}

#[tokio::test]
async fn a_wrong_location_or_file_is_a_setting_to_correct() {
    let practice = Practice::new();
    let probed = practice.adapter(&["west"]).probe(LIMIT).await;
    let Err(PmsError::Misconfigured(text)) = probed else {
        panic!("{probed:?}");
    };
    assert!(
        text.contains("west") && text.contains("north, south"),
        "{text}"
    );
    std::fs::remove_file(practice.path()).unwrap();
    let probed = practice.adapter(&[]).probe(LIMIT).await;
    assert!(
        matches!(&probed, Err(PmsError::Misconfigured(text)) if text.contains("diary import")),
        "{probed:?}"
    );
    assert!(!practice.path().exists());
}
