//! Days with their patients.

use rusqlite::Connection;

use super::{DAY, LIMIT, PLAN, Practice, at, date, entry};
use crate::domain::client_day::{ClientDay, DayOf, InUse, Listed, MOST_APPOINTMENTS};
use crate::domain::diary::{Standing, WantedPatient};
use crate::domain::id::PmsAppointmentId;
use crate::domain::patient::Patient;
use crate::domain::redacted::Redacted;
use crate::pms::PmsError;
use crate::pms::diary::{Desk, Plan};

async fn day(practice: &Practice, locations: &[&str], of: &str, by: DayOf) -> ClientDay {
    let adapter = practice.adapter(locations);
    let day = adapter.client_day(date(of), by, LIMIT).await.unwrap();
    let (confined, left_out) = day.clone().confined(date(of), by).unwrap();
    assert_eq!(confined, day, "{left_out:?}");
    day
}

fn file(practice: &Practice) -> Connection {
    Connection::open(practice.folder.path().join("diary.db")).unwrap()
}

fn shown<Id: std::fmt::Display>(list: &[Listed<Id>]) -> Vec<String> {
    let show = |one: &Listed<Id>| {
        let off = if one.use_now == InUse::Active {
            ""
        } else {
            " (inactive)"
        };
        format!("{}={}{off}", one.id, one.name)
    };
    list.iter().map(show).collect()
}

fn born(birth: &str, phone: &str) -> WantedPatient {
    WantedPatient::New(Box::new(Patient {
        given_name: Some(Redacted::new("Testa".to_owned())),
        surname: Some(Redacted::new("Sample-9".to_owned())),
        date_of_birth: Some(Redacted::new(date(birth))),
        phone: Some(Redacted::new(phone.to_owned())),
        ..Patient::default()
    }))
}

#[tokio::test]
async fn the_lists_are_complete_on_every_day_and_one_person_is_one_practitioner() {
    let practice = Practice::new();
    for of in ["1900-01-01", DAY, "9999-12-31"] {
        for by in [DayOf::Appointment, DayOf::Creation] {
            let day = day(&practice, &[], of, by).await;
            assert_eq!(shown(&day.locations), ["north=North", "south=South"]);
            assert_eq!(
                shown(&day.practitioners),
                ["dora=Sample", "resource:room=Room"]
            );
            let types = [
                "any=Any",
                "long=Long",
                "south-only=South only",
                ":none=No type given",
            ];
            assert_eq!(shown(&day.appointment_types), types);
            assert!(day.appointments.is_empty() && day.patients.is_empty());
        }
    }
}

#[tokio::test]
async fn what_was_retired_is_listed_as_inactive() {
    let practice = Practice::new();
    let (before, rest) = PLAN.split_once("[[resource]]\nid = \"room\"").unwrap();
    let (_, after) = rest
        .split_once("[[type]]\nid = \"any\"\nname = \"Any\"\n")
        .unwrap();
    let plan = format!("{before}{after}");
    let plan = plan
        .replace(", room = 60", "")
        .replace("minutes_with = { room = 60 }\n", "");
    let mut desk = Desk::open(&practice.folder.path().join("diary.db")).unwrap();
    desk.import(&Plan::parse(&plan).unwrap()).unwrap();
    let day = day(&practice, &[], DAY, DayOf::Appointment).await;
    assert_eq!(
        shown(&day.practitioners)[1],
        "resource:room=Room (inactive)"
    );
    assert_eq!(shown(&day.appointment_types)[0], "any=Any (inactive)");
}

#[tokio::test]
async fn a_days_appointments_are_told_with_their_people_whatever_became_of_them() {
    let practice = Practice::new();
    {
        let mut desk = Desk::open(&practice.folder.path().join("diary.db")).unwrap();
        let mut child = entry("dora-a", DAY, "09:00", 15);
        child.patient = born("2009-12-02", "0491 570 156");
        desk.book(&child).unwrap();
        let mut grown = entry("room", DAY, "09:00", 30);
        grown.patient = born("2009-12-01", "(02) 5550 1234");
        let cancelled = desk.book(&grown).unwrap();
        desk.mark(
            &PmsAppointmentId::parse(&cancelled.id).unwrap(),
            Standing::Cancelled,
        )
        .unwrap();
        desk.book(&entry("dora-a", "2026-12-02", "09:00", 15))
            .unwrap();
    }
    let of_day = day(&practice, &[], DAY, DayOf::Appointment).await;
    let told: Vec<_> = of_day
        .appointments
        .iter()
        .map(|one| {
            (
                one.practitioner.as_str(),
                one.appointment_type.as_str(),
                one.standing,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("dora", ":none", Standing::Booked),
            ("resource:room", ":none", Standing::Cancelled)
        ]
    );
    assert_eq!(of_day.appointments[0].start, at(DAY, "09:00"));
    assert_eq!(of_day.appointments[0].length.as_secs(), 15 * 60);
    let people: Vec<_> = of_day
        .patients
        .iter()
        .map(|one| {
            let of =
                |phone: &Option<Redacted<String>>| phone.as_ref().map(|it| it.reveal().clone());
            (of(&one.mobile), of(&one.home_phone), one.is_16_or_younger)
        })
        .collect();
    assert_eq!(
        people,
        [
            (Some("0491 570 156".to_owned()), None, Some(true)),
            (None, Some("(02) 5550 1234".to_owned()), Some(false)),
        ]
    );
    let next = day(&practice, &[], "2026-12-02", DayOf::Appointment).await;
    assert_eq!((next.appointments.len(), next.patients.len()), (1, 1));
}

#[tokio::test]
async fn only_the_locations_served_are_told_of() {
    let practice = Practice::new();
    {
        let mut desk = Desk::open(&practice.folder.path().join("diary.db")).unwrap();
        desk.book(&entry("room", DAY, "09:00", 30)).unwrap();
        desk.book(&entry("dora-b", DAY, "10:00", 15)).unwrap();
    }
    let made = day(&practice, &[], DAY, DayOf::Appointment)
        .await
        .appointments[0]
        .created;
    for (of, by) in [
        (DAY.to_owned(), DayOf::Appointment),
        (made.date().to_string(), DayOf::Creation),
    ] {
        let day = day(&practice, &["south"], &of, by).await;
        assert_eq!(shown(&day.locations), ["south=South"]);
        assert_eq!(shown(&day.practitioners), ["dora=Sample"]);
        assert_eq!(
            (day.appointments.len(), day.patients.len()),
            (1, 1),
            "{by:?}"
        );
    }
}

/// Sydney's days of 25 and of 23 hours.
#[tokio::test]
async fn an_appointment_belongs_to_the_day_on_which_the_practices_clock_stood_when_it_was_made() {
    let practice = Practice::new();
    {
        let mut desk = Desk::open(&practice.folder.path().join("diary.db")).unwrap();
        desk.book(&entry("room", DAY, "09:00", 30)).unwrap();
    }
    for (made, of) in [
        ("2026-04-04T12:59:59Z", "2026-04-04"),
        ("2026-04-04T13:00:00Z", "2026-04-05"),
        ("2026-04-05T13:59:59Z", "2026-04-05"),
        ("2026-04-05T14:00:00Z", "2026-04-06"),
        ("2026-10-03T14:00:00Z", "2026-10-04"),
        ("2026-10-04T12:59:59Z", "2026-10-04"),
        ("2026-10-04T13:00:00Z", "2026-10-05"),
    ] {
        let sql = "update appointments set created_at = ?1";
        file(&practice).execute(sql, [made]).unwrap();
        let around = date(of).pred_opt().unwrap().iter_days().take(3);
        for other in around {
            let day = day(&practice, &[], &other.to_string(), DayOf::Creation).await;
            assert_eq!(
                day.appointments.len(),
                usize::from(other == date(of)),
                "{made} {other}"
            );
        }
    }
}

#[tokio::test]
async fn a_day_past_the_limit_is_refused_in_words() {
    let practice = Practice::new();
    {
        let mut desk = Desk::open(&practice.folder.path().join("diary.db")).unwrap();
        desk.book(&entry("room", DAY, "09:00", 30)).unwrap();
    }
    let many = "with recursive n (i) as (select 1 union all select i + 1 from n where i <= ?1)
        insert into appointments
            (resource, person, start_minute, end_minute, patient, status, created_by, created_at)
        select resource, person, start_minute, end_minute, patient, 'cancelled', created_by,
            '2026-06-01T00:00:00Z'
        from appointments, n";
    let most = i64::try_from(MOST_APPOINTMENTS).unwrap();
    file(&practice).execute(many, [most]).unwrap();
    let adapter = practice.adapter(&[]);
    let refused = adapter
        .client_day(date("2026-06-01"), DayOf::Creation, LIMIT)
        .await;
    assert!(matches!(refused, Err(PmsError::Refused(_))), "{refused:?}");
    file(&practice)
        .execute(
            "delete from appointments where id = (select max(id) from appointments)",
            [],
        )
        .unwrap();
    let full = day(&practice, &[], "2026-06-01", DayOf::Creation).await;
    assert_eq!(
        (full.appointments.len(), full.patients.len()),
        (MOST_APPOINTMENTS, 1)
    );
}
