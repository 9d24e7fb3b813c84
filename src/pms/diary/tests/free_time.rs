use super::*;

#[tokio::test]
async fn a_lunch_break_and_an_appointment_are_not_offered_and_the_grid_is_kept() {
    let practice = Practice::new();
    assert_eq!(
        practice.free("dora-a", DAY).await,
        "09:00-12:00 13:00-17:00"
    );
    practice
        .desk()
        .book(&entry("dora-a", DAY, "09:00", 20))
        .unwrap();
    assert_eq!(
        practice.free("dora-a", DAY).await,
        "09:30-12:00 13:00-17:00"
    );
    assert_eq!(
        practice.free("dora-a", "2026-12-05").await,
        "",
        "a Saturday"
    );
}

#[tokio::test]
async fn two_resources_of_one_practitioner_share_the_time() {
    let practice = Practice::new();
    practice
        .desk()
        .book(&entry("dora-a", DAY, "10:00", 30))
        .unwrap();
    assert_eq!(
        practice.free("dora-b", DAY).await,
        "09:00-10:00 10:30-12:00"
    );
    assert_eq!(practice.free("room", DAY).await, "09:00-12:00");
    let refused = practice.desk().book(&entry("dora-b", DAY, "10:15", 15));
    assert_eq!(
        refused,
        Err(DiaryError::Refused(
            crate::domain::booking::RejectReason::SlotTaken
        ))
    );
}

#[tokio::test]
async fn an_exception_closes_a_date_or_gives_it_other_hours() {
    let practice = Practice::new();
    let mut desk = practice.desk();
    desk.set_hours(&id("room"), date(DAY), Vec::new(), None)
        .unwrap();
    assert_eq!(practice.free("room", DAY).await, "");
    let hours = vec![super::super::parse_range("14:00-15:00").unwrap()];
    desk.set_hours(&id("room"), date(DAY), hours, None).unwrap();
    assert_eq!(practice.free("room", DAY).await, "14:00-15:00");
    desk.import(&Plan::parse(PLAN).unwrap()).unwrap();
    assert_eq!(
        practice.free("room", DAY).await,
        "14:00-15:00",
        "reception's stays"
    );
}

#[tokio::test]
async fn the_hour_that_spring_takes_is_not_offered() {
    let practice = Practice::new();
    // Sydney goes from 02:00 to 03:00 on this Sunday.
    assert_eq!(
        practice.free("room", "2026-10-04").await,
        "01:00-02:00 03:00-05:00"
    );
    assert_eq!(
        practice.free("room", "2026-04-05").await,
        "01:00-05:00",
        "the fold"
    );
}

#[tokio::test]
async fn a_cancelled_appointment_gives_its_time_back_and_a_missed_one_does_not() {
    let practice = Practice::new();
    let mut desk = practice.desk();
    for (time, standing) in [
        ("09:00", crate::domain::diary::Standing::Cancelled),
        ("10:00", crate::domain::diary::Standing::DidNotAttend),
    ] {
        let line = desk.book(&entry("room", DAY, time, 30)).unwrap();
        let id = crate::domain::id::PmsAppointmentId::parse(&line.id).unwrap();
        desk.mark(&id, standing).unwrap();
    }
    assert_eq!(practice.free("room", DAY).await, "09:00-10:00 10:30-12:00");
}
