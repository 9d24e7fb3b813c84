//! The diary as a whole, through its adapter and its desk, on a file of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;

use super::{Desk, DiaryError, Entry, KeepHours, Plan};
use crate::domain::civil::{LocalDateTime, TimeOfDay, Zone};
use crate::domain::diary::{Wanted, WantedPatient};
use crate::domain::id::{BookingKey, PmsAppointmentTypeId, PmsResourceId};
use crate::domain::patient::Patient;
use crate::domain::redacted::Redacted;
use crate::pms::registry::Surroundings;
use crate::pms::{PmsAdapter, Window};

mod booking;
mod client_day;
mod configuration;
mod documents;
mod feed;
mod free_time;
mod race;

const LIMIT: Duration = Duration::from_secs(20);

/// A Tuesday.
const DAY: &str = "2026-12-01";

/// Dora works north and south; the room is nobody's; the south has a type of its own.
const PLAN: &str = r#"
slot_minutes = 15
[[location]]
id = "north"
name = "North"
[[location]]
id = "south"
name = "South"
[[practitioner]]
id = "dora"
last_name = "Sample"
[[resource]]
id = "dora-a"
location = "north"
practitioner = "dora"
specialty = "A"
hours = { weekdays = ["09:00-12:00", "13:00-17:00"] }
[[resource]]
id = "dora-b"
location = "south"
practitioner = "dora"
specialty = "B"
hours = { weekdays = ["09:00-12:00"] }
[[resource]]
id = "room"
name = "Room"
location = "north"
slot_minutes = 30
hours = { weekdays = ["09:00-12:00"], sunday = ["01:00-05:00"] }
[[type]]
id = "any"
name = "Any"
[[type]]
id = "long"
name = "Long"
minutes = 30
minutes_with = { room = 60 }
[[type]]
id = "south-only"
name = "South only"
minutes = 15
location = "south"
"#;

struct Practice {
    folder: tempfile::TempDir,
}

impl Practice {
    fn new() -> Self {
        let practice = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let mut desk = Desk::open_or_create(&practice.path()).unwrap();
        desk.import(&Plan::parse(PLAN).unwrap()).unwrap();
        practice
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("diary.db")
    }

    fn desk(&self) -> Desk {
        Desk::open(&self.path()).unwrap()
    }

    fn adapter(&self, locations: &[&str]) -> Arc<dyn PmsAdapter> {
        let mut table = toml::Table::new();
        table.insert("database".to_owned(), "diary.db".into());
        if !locations.is_empty() {
            table.insert("locations".to_owned(), locations.to_vec().into());
        }
        let around = Surroundings {
            zone: Zone::parse("Australia/Sydney").unwrap(),
            base: Path::new(self.folder.path()),
        };
        super::parse(table, around).unwrap().open()
    }

    async fn free(&self, resource: &str, day: &str) -> String {
        let window = Window {
            resource: id(resource),
            from: date(day),
            to: date(day),
        };
        let days = self
            .adapter(&[])
            .availability(&window, LIMIT)
            .await
            .unwrap();
        assert_eq!(days.len(), 1);
        let ranges: Vec<String> = days[0].free.iter().map(|it| it.range.to_string()).collect();
        ranges.join(" ")
    }
}

fn id(text: &str) -> PmsResourceId {
    PmsResourceId::parse(text).unwrap()
}

fn key(text: &str) -> BookingKey {
    BookingKey::parse(text).unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(day: &str, time: &str) -> LocalDateTime {
    LocalDateTime::new(date(day), TimeOfDay::parse(time).unwrap())
}

fn patient(n: u32) -> WantedPatient {
    WantedPatient::New(Box::new(Patient {
        given_name: Some(Redacted::new("Testa".to_owned())),
        surname: Some(Redacted::new(format!("Sample-{n}"))),
        date_of_birth: Some(Redacted::new(date("1980-02-29"))),
        ..Patient::default()
    }))
}

fn wanted(resource: &str, day: &str, time: &str, minutes: u64) -> Wanted {
    Wanted {
        resource: id(resource),
        appointment_type: None,
        start: at(day, time),
        length: Duration::from_secs(minutes * 60),
        patient: patient(1),
        note: Redacted::default(),
    }
}

fn of_type(of: &str, wanted: Wanted) -> Wanted {
    Wanted {
        appointment_type: Some(PmsAppointmentTypeId::parse(of).unwrap()),
        ..wanted
    }
}

fn entry(resource: &str, day: &str, time: &str, minutes: u16) -> Entry {
    Entry {
        resource: id(resource),
        appointment_type: None,
        start: at(day, time),
        minutes: Some(minutes),
        patient: patient(2),
        note: None,
        hours: KeepHours::Yes,
    }
}
