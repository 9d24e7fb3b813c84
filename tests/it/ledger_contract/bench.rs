//! A ledger on the bench: how it is opened, crashed, and what is put into it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use healthengine_connector::domain::booking::{
    BookingRecord, DiaryChange, How, Place, ReportRecord, ReportState, Slot, State, UpdateRecord,
    UpdateState,
};
use healthengine_connector::domain::civil::LocalDateTime;
use healthengine_connector::domain::clock::Clock;
use healthengine_connector::domain::id::{
    BookingId, PmsAppointmentId, PmsPatientId, PmsResourceId, PracticeId, RequestId,
};
use healthengine_connector::ledger::sqlite::{Inline, SqliteLedger};
use healthengine_connector::ledger::{
    Change, Durability, Item, ItemKey, ItemKind, Ledger, LedgerError, StoryLine,
};
use tempfile::TempDir;

/// A clock that a test moves.
pub(crate) struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        at(self.0.load(Ordering::Relaxed))
    }
}

pub(crate) type Open = fn(&Path, Arc<Hand>) -> Result<Box<dyn Ledger>, LedgerError>;

/// One ledger's way to be opened, and where its file is.
pub(crate) struct Bench {
    pub(crate) dir: TempDir,
    pub(crate) clock: Arc<Hand>,
    open: Open,
}

impl Bench {
    pub(crate) fn each() -> Vec<Self> {
        let threaded: Open = |path, clock| Ok(Box::new(SqliteLedger::open(path, clock)?));
        let inline: Open = |path, clock| Ok(Box::new(Inline::open(path, clock)?));
        [threaded, inline]
            .into_iter()
            .map(|open| Self {
                dir: tempfile::tempdir().unwrap(),
                clock: Arc::new(Hand(AtomicI64::new(0))),
                open,
            })
            .collect()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().join("data/ledger.db")
    }

    pub(crate) fn open(&self) -> Box<dyn Ledger> {
        (self.open)(&self.path(), Arc::clone(&self.clock)).unwrap()
    }

    pub(crate) fn refusal(&self) -> String {
        match (self.open)(&self.path(), Arc::clone(&self.clock)) {
            Ok(_) => panic!("the ledger was opened"),
            Err(error) => error.to_string(),
        }
    }

    /// The ledger as a crash at this moment would leave it.
    pub(crate) fn crashed(&self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("data")).unwrap();
        for name in ["ledger.db", "ledger.db-wal"] {
            let from = self.dir.path().join("data").join(name);
            if from.exists() {
                std::fs::copy(from, dir.path().join("data").join(name)).unwrap();
            }
        }
        Self {
            dir,
            clock: Arc::clone(&self.clock),
            open: self.open,
        }
    }
}

pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_409_600 + seconds, 123_456_789).unwrap()
}

pub(crate) fn practice(id: &str) -> PracticeId {
    PracticeId::parse(id).unwrap()
}

pub(crate) fn record(booking: i64, state: State, revision: u64) -> BookingRecord {
    let day = NaiveDate::from_ymd_opt(2026, 3, 9).unwrap();
    BookingRecord {
        booking: BookingId::new(booking),
        slot: Some(Slot {
            resource: PmsResourceId::parse("R1").unwrap(),
            start: LocalDateTime::from_naive(day.and_hms_opt(9, 30, 0).unwrap()),
            length: Duration::from_secs(15 * 60),
        }),
        booked_at: at(booking),
        received_at: at(booking + 1),
        state,
        attempts: 2,
        changed_at: at(booking + 2),
        revision,
    }
}

pub(crate) fn booked(record: BookingRecord) -> Change {
    Change {
        booking: Some(record),
        ..Change::default()
    }
}

pub(crate) fn updated(request: i64, booking: i64, state: UpdateState) -> Change {
    Change {
        update: Some(UpdateRecord {
            request: RequestId::new(request),
            booking: BookingId::new(booking),
            state,
            changed_at: at(request),
        }),
        ..Change::default()
    }
}

pub(crate) fn reported(booking: i64, change: DiaryChange, state: ReportState) -> Change {
    Change {
        report: Some(ReportRecord {
            booking: BookingId::new(booking),
            change,
            state,
            changed_at: at(booking),
        }),
        ..Change::default()
    }
}

pub(crate) fn key(kind: ItemKind, subject: &str) -> ItemKey {
    ItemKey {
        kind,
        subject: subject.to_owned(),
    }
}

pub(crate) fn item(whose: &PracticeId, key: ItemKey, sentence: &str, seconds: i64) -> Item {
    Item {
        practice: whose.clone(),
        key,
        sentence: sentence.to_owned(),
        raised_at: at(seconds),
    }
}

pub(crate) fn line(seconds: i64, what: &str) -> StoryLine {
    StoryLine {
        at: at(seconds),
        what: what.to_owned(),
    }
}

pub(crate) fn confirmed() -> State {
    State::Confirmed {
        place: Place {
            appointments: vec![PmsAppointmentId::parse("A1").unwrap()],
            patient: PmsPatientId::parse("P1").unwrap(),
        },
        how: How::Booked,
    }
}

pub(crate) async fn flushed(ledger: &dyn Ledger, whose: &PracticeId, change: Change) {
    ledger
        .record(whose, change, Durability::Flushed)
        .await
        .unwrap();
}

pub(crate) async fn revision(ledger: &dyn Ledger, whose: &PracticeId, booking: i64) -> Option<u64> {
    let found = ledger.load_booking(whose, BookingId::new(booking)).await;
    found.unwrap().map(|record| record.revision)
}
