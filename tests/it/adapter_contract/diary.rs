//! The built-in diary keeps the contract.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use healthengine_connector::domain::civil::{LocalDateTime, TimeOfDay, Zone};
use healthengine_connector::domain::diary::{Booked, Standing, Wanted};
use healthengine_connector::domain::id::PmsResourceId;
use healthengine_connector::domain::redacted::Redacted;
use healthengine_connector::pms::PmsAdapter;
use healthengine_connector::pms::diary::{Desk, Plan};
use healthengine_connector::pms::registry::{self, Surroundings};

use super::adapter_contract;
use super::bench::{Bench, new_patient};

struct DiaryBench {
    folder: tempfile::TempDir,
}

impl DiaryBench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let plan = "slot_minutes = 15
            [[location]]
            id = 'main'
            name = 'Main'
            [[resource]]
            id = 'ada'
            name = 'Dr Ada Sample'
            hours = { tuesday = ['08:00-18:00'] }";
        let mut desk = Desk::open_or_create(&folder.path().join("diary.db")).unwrap();
        desk.import(&Plan::parse(plan).unwrap()).unwrap();
        Self { folder }
    }
}

impl Bench for DiaryBench {
    fn adapter(&self) -> Arc<dyn PmsAdapter> {
        let table = "database = 'diary.db'".parse().unwrap();
        let around = Surroundings {
            zone: Zone::parse("Australia/Sydney").unwrap(),
            base: Path::new(self.folder.path()),
        };
        registry::parse("diary", table, around).unwrap().open()
    }

    fn wanted(&self, n: u32) -> Wanted {
        let minutes = u16::try_from(8 * 60 + n * 15).unwrap();
        Wanted {
            resource: PmsResourceId::parse("ada").unwrap(),
            appointment_type: None,
            start: LocalDateTime::new(
                "2026-12-01".parse().unwrap(),
                TimeOfDay::from_minutes(minutes).unwrap(),
            ),
            length: Duration::from_secs(15 * 60),
            patient: new_patient(n),
            note: Redacted::default(),
        }
    }

    fn mark(&self, booked: &Booked, standing: Standing) {
        let mut desk = Desk::open(&self.folder.path().join("diary.db")).unwrap();
        desk.mark(&booked.appointments[0], standing).unwrap();
    }

    fn stalled(&self) -> Box<dyn Send> {
        let other = rusqlite::Connection::open(self.folder.path().join("diary.db")).unwrap();
        other.busy_timeout(super::bench::LIMIT).unwrap();
        other.execute_batch("begin immediate").unwrap();
        Box::new(other)
    }
}

adapter_contract!(DiaryBench::new());
