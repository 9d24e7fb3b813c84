use super::*;
use crate::pms::diary::Imported;

async fn resources(adapter: &dyn PmsAdapter) -> Vec<String> {
    let found = adapter.resources(LIMIT).await.unwrap();
    found
        .into_iter()
        .map(|it| format!("{}={}", it.id, it.name))
        .collect()
}

async fn types(adapter: &dyn PmsAdapter) -> Vec<String> {
    let found = adapter.appointment_types(LIMIT).await.unwrap();
    found
        .into_iter()
        .map(|it| {
            let minutes = it.length.map_or(0, |length| length.as_secs() / 60);
            format!("{}={} {minutes}", it.id, it.name)
        })
        .collect()
}

#[tokio::test]
async fn locations_that_are_not_served_are_invisible() {
    let practice = Practice::new();
    let north = practice.adapter(&["north"]);
    assert_eq!(resources(&*north).await, ["dora-a=Sample", "room=Room"]);
    assert_eq!(
        types(&*north).await,
        [
            "any=Any 0",
            "long:dora-a=Long (Sample) 30",
            "long:room=Long (Room) 60"
        ]
    );
    let window = Window {
        resource: id("dora-b"),
        from: date(DAY),
        to: date(DAY),
    };
    assert!(north.availability(&window, LIMIT).await.is_err());
}

#[tokio::test]
async fn a_type_of_one_location_is_published_per_resource_where_several_are_served() {
    let practice = Practice::new();
    let all = practice.adapter(&[]);
    assert_eq!(
        resources(&*all).await,
        ["dora-a=Sample (A)", "room=Room", "dora-b=Sample (B)"]
    );
    assert_eq!(
        types(&*all).await,
        [
            "any=Any 0",
            "long:dora-a=Long (Sample (A)) 30",
            "long:room=Long (Room) 60",
            "long:dora-b=Long (Sample (B)) 30",
            "south-only:dora-b=South only (Sample (B)) 15",
        ]
    );
    let south = practice.adapter(&["south"]);
    assert!(
        types(&*south)
            .await
            .contains(&"south-only=South only 15".to_owned())
    );
}

#[tokio::test]
async fn the_same_import_twice_changes_nothing_and_wakes_nobody() {
    let practice = Practice::new();
    let adapter = practice.adapter(&[]);
    let cursor = adapter.changes(None, LIMIT).await.unwrap().cursor;
    let again = practice.desk().import(&Plan::parse(PLAN).unwrap()).unwrap();
    assert_eq!(again, Imported::default());
    let changes = adapter.changes(Some(&cursor), LIMIT).await.unwrap();
    assert_eq!((changes.cursor, changes.everything), (cursor, false));
    assert!(changes.days.is_empty());
}

#[tokio::test]
async fn a_resource_that_leaves_the_file_is_retired_and_its_appointments_stay() {
    let practice = Practice::new();
    let mut desk = practice.desk();
    desk.book(&entry("room", DAY, "09:00", 30)).unwrap();
    let mut plan = Plan::parse(PLAN).unwrap();
    plan.resources.retain(|it| it.id != "room");
    plan.types.retain(|it| it.id == "any");
    desk.import(&plan).unwrap();
    let adapter = practice.adapter(&[]);
    assert_eq!(
        resources(&*adapter).await,
        ["dora-a=Sample (A)", "dora-b=Sample (B)"]
    );
    assert_eq!(types(&*adapter).await, ["any=Any 0"]);
    assert_eq!(desk.appointments(date(DAY), date(DAY)).unwrap().len(), 1);

    desk.import(&Plan::parse(PLAN).unwrap()).unwrap();
    assert_eq!(
        practice.free("room", DAY).await,
        "09:30-12:00",
        "it comes back as it was"
    );
}

#[tokio::test]
async fn appointments_follow_a_resource_to_its_new_practitioner_unless_they_collide() {
    let practice = Practice::new();
    let mut desk = practice.desk();
    desk.book(&entry("room", DAY, "09:00", 30)).unwrap();
    let mut plan = Plan::parse(PLAN).unwrap();
    plan.resources.iter_mut().for_each(|it| {
        it.practitioner = Some("dora".to_owned());
    });
    desk.import(&plan).unwrap();
    assert_eq!(practice.free("dora-b", DAY).await, "09:30-12:00");

    desk.import(&Plan::parse(PLAN).unwrap()).unwrap();
    desk.book(&entry("dora-a", DAY, "09:00", 30)).unwrap();
    let refused = desk.import(&plan);
    assert!(
        matches!(&refused, Err(DiaryError::Unusable(text)) if text.contains("\"room\"")),
        "{refused:?}"
    );
}
