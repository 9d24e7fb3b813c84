//! What every ledger promises, run for each of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use healthengine_connector::domain::booking::{
    BookingRecord, How, Place, RejectReason, Slot, State, Stuck, UpdateRecord, UpdateState,
};
use healthengine_connector::domain::civil::LocalDateTime;
use healthengine_connector::domain::clock::Clock;
use healthengine_connector::domain::id::{
    BookingId, PmsAppointmentId, PmsPatientId, PmsResourceId, PracticeId, RequestId,
};
use healthengine_connector::ledger::sqlite::{Inline, SqliteLedger};
use healthengine_connector::ledger::{
    Change, Durability, Item, ItemKey, ItemKind, Ledger, LedgerError, PracticeMarks, StoryLine,
};
use tempfile::TempDir;

/// A clock that a test moves.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        at(self.0.load(Ordering::Relaxed))
    }
}

type Open = fn(&Path, Arc<Hand>) -> Result<Box<dyn Ledger>, LedgerError>;

/// One ledger's way to be opened, and where its file is.
struct Bench {
    dir: TempDir,
    clock: Arc<Hand>,
    open: Open,
}

impl Bench {
    fn each() -> Vec<Self> {
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

    fn path(&self) -> PathBuf {
        self.dir.path().join("data/ledger.db")
    }

    fn open(&self) -> Box<dyn Ledger> {
        (self.open)(&self.path(), Arc::clone(&self.clock)).unwrap()
    }

    fn refusal(&self) -> String {
        match (self.open)(&self.path(), Arc::clone(&self.clock)) {
            Ok(_) => panic!("the ledger was opened"),
            Err(error) => error.to_string(),
        }
    }

    /// The ledger as a crash at this moment would leave it.
    fn crashed(&self) -> Self {
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

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_409_600 + seconds, 123_456_789).unwrap()
}

fn practice(id: &str) -> PracticeId {
    PracticeId::parse(id).unwrap()
}

fn record(booking: i64, state: State, revision: u64) -> BookingRecord {
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

fn booked(record: BookingRecord) -> Change {
    Change {
        booking: Some(record),
        ..Change::default()
    }
}

fn updated(request: i64, booking: i64, state: UpdateState) -> Change {
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

fn key(kind: ItemKind, subject: &str) -> ItemKey {
    ItemKey {
        kind,
        subject: subject.to_owned(),
    }
}

fn item(whose: &PracticeId, key: ItemKey, sentence: &str, seconds: i64) -> Item {
    Item {
        practice: whose.clone(),
        key,
        sentence: sentence.to_owned(),
        raised_at: at(seconds),
    }
}

fn line(seconds: i64, what: &str) -> StoryLine {
    StoryLine {
        at: at(seconds),
        what: what.to_owned(),
    }
}

fn confirmed() -> State {
    State::Confirmed {
        place: Place {
            appointments: vec![PmsAppointmentId::parse("A1").unwrap()],
            patient: PmsPatientId::parse("P1").unwrap(),
        },
        how: How::Booked,
    }
}

async fn flushed(ledger: &dyn Ledger, whose: &PracticeId, change: Change) {
    ledger
        .record(whose, change, Durability::Flushed)
        .await
        .unwrap();
}

async fn revision(ledger: &dyn Ledger, whose: &PracticeId, booking: i64) -> Option<u64> {
    let found = ledger.load_booking(whose, BookingId::new(booking)).await;
    found.unwrap().map(|record| record.revision)
}

const ODD: &str = "it's \"odd\"; \u{1f9b7} \u{0}\n–";

/// Every reason. A new variant does not compile here until it is listed above.
fn every_reason() -> Vec<RejectReason> {
    let reasons = vec![
        RejectReason::ResourceRemoved,
        RejectReason::ResourceUnknown,
        RejectReason::TimeDoesNotExist,
        RejectReason::TimePassed,
        RejectReason::TypeNotOffered,
        RejectReason::LengthNotAllowed,
        RejectReason::SlotTaken,
        RejectReason::OutsideHours,
        RejectReason::PmsUnavailable,
        RejectReason::CancelledFirst,
        RejectReason::NoLongerAsked,
        RejectReason::Unreadable(ODD.to_owned()),
        RejectReason::Refused(String::new()),
    ];
    for reason in &reasons {
        match reason {
            RejectReason::ResourceRemoved
            | RejectReason::ResourceUnknown
            | RejectReason::TimeDoesNotExist
            | RejectReason::TimePassed
            | RejectReason::TypeNotOffered
            | RejectReason::LengthNotAllowed
            | RejectReason::SlotTaken
            | RejectReason::OutsideHours
            | RejectReason::PmsUnavailable
            | RejectReason::CancelledFirst
            | RejectReason::NoLongerAsked
            | RejectReason::Unreadable(_)
            | RejectReason::Refused(_) => {}
        }
    }
    reasons
}

fn every_stuck() -> Vec<Stuck> {
    let stuck = vec![
        Stuck::CannotLook,
        Stuck::AnswerRefused(ODD.to_owned()),
        Stuck::OutOfOrder(String::new()),
    ];
    for why in &stuck {
        match why {
            Stuck::CannotLook | Stuck::AnswerRefused(_) | Stuck::OutOfOrder(_) => {}
        }
    }
    stuck
}

fn every_place() -> Vec<(Place, How)> {
    let mut places = Vec::new();
    for how in [How::Booked, How::FoundByKey, How::TypedIn] {
        match how {
            How::Booked | How::FoundByKey | How::TypedIn => {}
        }
        for ids in [vec![], vec!["A'1", "A \"2\", [é]"]] {
            let ids = ids.into_iter().map(PmsAppointmentId::parse);
            let place = Place {
                appointments: ids.collect::<Result<_, _>>().unwrap(),
                patient: PmsPatientId::parse("P 1;-- ñ").unwrap(),
            };
            places.push((place, how));
        }
    }
    places
}

fn every_state() -> Vec<State> {
    let mut states = vec![State::Received, State::Inserting { since: at(5) }];
    for (place, how) in every_place() {
        let again = place.clone();
        states.push(State::Inserted { place: again, how });
        states.push(State::Confirmed { place, how });
    }
    for reason in every_reason() {
        let again = reason.clone();
        states.push(State::Rejecting { reason: again });
        states.push(State::Rejected { reason });
    }
    let stuck = every_stuck().into_iter();
    states.extend(stuck.map(|why| State::NeedsPerson { why }));
    for state in &states {
        match state {
            State::Received
            | State::Inserting { .. }
            | State::Inserted { .. }
            | State::Confirmed { .. }
            | State::Rejecting { .. }
            | State::Rejected { .. }
            | State::NeedsPerson { .. } => {}
        }
    }
    states
}

#[tokio::test]
async fn every_state_comes_back_exactly_as_it_was_recorded() {
    for bench in Bench::each() {
        let whose = practice("quote'\"%_1");
        let ledger = bench.open();
        let states = every_state();
        for (booking, state) in (1..).zip(&states) {
            let mut record = record(booking, state.clone(), 0);
            if booking % 2 == 0 {
                record.slot = None;
            }
            flushed(&*ledger, &whose, booked(record)).await;
        }
        drop(ledger);
        let ledger = bench.open();
        for (booking, state) in (1..).zip(&states) {
            let mut expected = record(booking, state.clone(), 1);
            if booking % 2 == 0 {
                expected.slot = None;
            }
            let found = ledger.load_booking(&whose, BookingId::new(booking)).await;
            assert_eq!(found.unwrap(), Some(expected));
        }
        let open = ledger.load_practice(&whose).await.unwrap().bookings;
        let unsettled = states.iter().filter(|state| !state.is_settled()).count();
        assert_eq!(open.len(), unsettled);
        assert!(open.is_sorted_by_key(|record| record.received_at));
        assert_eq!(revision(&*ledger, &practice("other"), 1).await, None);
    }
}

#[tokio::test]
async fn every_update_comes_back_exactly_as_it_was_recorded() {
    for bench in Bench::each() {
        let whose = practice("1");
        let ledger = bench.open();
        let states = [
            UpdateState::Done,
            UpdateState::Confirmed,
            UpdateState::Refused("it's unknown".to_owned()),
            UpdateState::Rejected(String::new()),
        ];
        for (request, state) in (1..).zip(&states) {
            match state {
                UpdateState::Done
                | UpdateState::Confirmed
                | UpdateState::Refused(_)
                | UpdateState::Rejected(_) => {}
            }
            let first = updated(request, 9, UpdateState::Done);
            flushed(&*ledger, &whose, first).await;
            flushed(&*ledger, &whose, updated(request, 9, state.clone())).await;
            let found = ledger.load_update(&whose, RequestId::new(request)).await;
            let expected = updated(request, 9, state.clone()).update;
            assert_eq!(found.unwrap(), expected);
        }
        let open = ledger.load_practice(&whose).await.unwrap().updates;
        let open: Vec<i64> = open.iter().map(|update| update.request.number()).collect();
        assert_eq!(open, [1, 3]);
    }
}

#[tokio::test]
async fn a_change_is_written_whole_or_not_at_all() {
    for bench in Bench::each() {
        let whose = practice("1");
        let ledger = bench.open();
        flushed(&*ledger, &whose, booked(record(1, State::Received, 0))).await;
        let todo = key(ItemKind::CheckDiary, "1");
        let change = Change {
            booking: Some(record(1, State::Inserting { since: at(0) }, 7)),
            story: vec![line(0, "inserting")],
            update: updated(3, 1, UpdateState::Done).update,
            raise: vec![item(&whose, todo, "Check the diary.", 0)],
            settle: vec![],
            marks: Some(PracticeMarks {
                paused: true,
                ..PracticeMarks::default()
            }),
        };
        for durability in [Durability::Flushed, Durability::WithNext] {
            let outcome = ledger.record(&whose, change.clone(), durability).await;
            assert!(
                matches!(outcome, Err(LedgerError::Stale(booking)) if booking == BookingId::new(1))
            );
        }
        let loaded = ledger.load_practice(&whose).await.unwrap();
        assert_eq!(loaded.bookings, [record(1, State::Received, 1)]);
        assert_eq!(loaded.marks, PracticeMarks::default());
        assert!(loaded.updates.is_empty() && loaded.items.is_empty());
        let story = ledger.load_story(&whose, BookingId::new(1)).await.unwrap();
        assert!(story.is_empty());
    }
}

#[tokio::test]
async fn only_the_reader_of_the_latest_revision_may_write() {
    for bench in Bench::each() {
        let whose = practice("1");
        let ledger = bench.open();
        let try_at = async |revision| {
            let change = booked(record(1, State::Received, revision));
            ledger.record(&whose, change, Durability::Flushed).await
        };
        assert!(matches!(try_at(1).await, Err(LedgerError::Stale(_))));
        try_at(0).await.unwrap();
        assert!(matches!(try_at(0).await, Err(LedgerError::Stale(_))));
        try_at(1).await.unwrap();
        assert!(matches!(try_at(1).await, Err(LedgerError::Stale(_))));
        assert_eq!(revision(&*ledger, &whose, 1).await, Some(2));
    }
}

#[tokio::test]
async fn what_was_flushed_survives_a_crash_and_what_was_not_was_last() {
    for bench in Bench::each() {
        let whose = practice("1");
        let ledger = bench.open();
        let next = async |change| ledger.record(&whose, change, Durability::WithNext).await;
        next(booked(record(1, State::Received, 0))).await.unwrap();
        let received = bench.crashed();
        flushed(
            &*ledger,
            &whose,
            booked(record(1, State::Inserting { since: at(0) }, 1)),
        )
        .await;
        let inserting = bench.crashed();
        next(booked(record(1, confirmed(), 2))).await.unwrap();
        assert_eq!(revision(&*ledger, &whose, 1).await, Some(3));

        assert!(matches!(
            revision(&*received.open(), &whose, 1).await,
            None | Some(1)
        ));
        assert_eq!(revision(&*inserting.open(), &whose, 1).await, Some(2));
    }
}

#[tokio::test]
async fn a_reader_sees_what_waits_for_the_next_flush() {
    for bench in Bench::each() {
        let whose = practice("1");
        let ledger = bench.open();
        let marks = PracticeMarks {
            paused: true,
            resources: vec!["R \"1\"".to_owned(), "ü".to_owned()],
            types: vec![],
        };
        let change = Change {
            marks: Some(marks.clone()),
            ..booked(record(1, State::Received, 0))
        };
        ledger
            .record(&whose, change, Durability::WithNext)
            .await
            .unwrap();
        let loaded = ledger.load_practice(&whose).await.unwrap();
        assert_eq!(loaded.marks, marks);
        assert_eq!(loaded.bookings, [record(1, State::Received, 1)]);
    }
}

#[tokio::test]
async fn an_item_is_raised_once_while_it_is_open_and_again_after_it_was_settled() {
    for bench in Bench::each() {
        let (whose, other) = (practice("1"), practice("2"));
        let ledger = bench.open();
        let todo = key(ItemKind::CallPatient, "7");
        let raise = |sentence: &str, seconds| Change {
            raise: vec![item(&whose, todo.clone(), sentence, seconds)],
            ..Change::default()
        };
        flushed(&*ledger, &whose, raise("first", 2)).await;
        flushed(&*ledger, &whose, raise("second", 3)).await;
        let elsewhere = Change {
            raise: vec![item(&other, todo.clone(), "elsewhere", 1)],
            ..Change::default()
        };
        flushed(&*ledger, &other, elsewhere).await;
        let sentences = async |of: Option<&PracticeId>| {
            let items = ledger.load_items(of).await.unwrap();
            items
                .into_iter()
                .map(|item| item.sentence)
                .collect::<Vec<_>>()
        };
        assert_eq!(sentences(Some(&whose)).await, ["first"]);
        assert_eq!(sentences(None).await, ["elsewhere", "first"]);

        let settle = Change {
            settle: vec![todo.clone(), todo.clone()],
            ..Change::default()
        };
        flushed(&*ledger, &whose, settle.clone()).await;
        assert_eq!(sentences(None).await, ["elsewhere"]);
        flushed(&*ledger, &whose, raise("third", 4)).await;
        let replace = Change {
            settle: settle.settle,
            ..raise("fourth", 5)
        };
        flushed(&*ledger, &whose, replace).await;
        assert_eq!(sentences(None).await, ["elsewhere", "fourth"]);
        assert_eq!(ledger.load_practice(&whose).await.unwrap().items.len(), 1);
    }
}

#[tokio::test]
async fn a_story_is_read_in_the_order_in_which_it_was_told() {
    for bench in Bench::each() {
        let whose = practice("1");
        let ledger = bench.open();
        let told = Change {
            story: vec![line(9, "received"), line(9, "inserting")],
            ..booked(record(1, State::Received, 0))
        };
        flushed(&*ledger, &whose, told).await;
        // The clock was put back meanwhile.
        let cancelled = Change {
            story: vec![line(4, "cancelled")],
            ..updated(5, 1, UpdateState::Done)
        };
        flushed(&*ledger, &whose, cancelled).await;
        let story = ledger.load_story(&whose, BookingId::new(1)).await.unwrap();
        assert_eq!(
            story,
            [
                line(9, "received"),
                line(9, "inserting"),
                line(4, "cancelled")
            ]
        );
    }
}

#[tokio::test]
async fn pruning_keeps_whatever_is_open_recent_or_still_to_come() {
    const DAY: i64 = 24 * 60 * 60;
    for bench in Bench::each() {
        let whose = practice("1");
        let ledger = bench.open();
        let told = |record: BookingRecord| Change {
            story: vec![line(0, "told")],
            ..booked(record)
        };
        // The appointments are a week after `at(0)`.
        let mut recent = record(3, confirmed(), 0);
        recent.changed_at = at(20 * DAY);
        let mut to_come = record(4, confirmed(), 0);
        to_come.slot.as_mut().unwrap().start = LocalDateTime::from_naive(at(40 * DAY).naive_utc());
        for record in [
            record(1, confirmed(), 0),
            record(2, State::Received, 0),
            recent,
            to_come,
        ] {
            flushed(&*ledger, &whose, told(record)).await;
        }
        flushed(&*ledger, &whose, updated(1, 1, UpdateState::Confirmed)).await;
        flushed(&*ledger, &whose, updated(2, 1, UpdateState::Done)).await;
        // More than one batch of them.
        for request in 100..600 {
            let change = updated(request, 77, UpdateState::Rejected("unknown".to_owned()));
            let next = ledger.record(&whose, change, Durability::WithNext).await;
            next.unwrap();
        }
        for subject in ["open", "dealt with"] {
            let change = Change {
                raise: vec![item(&whose, key(ItemKind::CheckBooking, subject), "x", 0)],
                ..Change::default()
            };
            flushed(&*ledger, &whose, change).await;
        }
        let settle = Change {
            settle: vec![key(ItemKind::CheckBooking, "dealt with")],
            ..Change::default()
        };
        flushed(&*ledger, &whose, settle).await;

        assert_eq!(ledger.prune(at(-DAY)).await.unwrap(), 0);
        let pruned = ledger.prune(at(10 * DAY)).await.unwrap();
        assert_eq!(pruned, 1 + 1 + 500 + 1);
        assert_eq!(revision(&*ledger, &whose, 1).await, None);
        for kept in [2, 3, 4] {
            assert_eq!(revision(&*ledger, &whose, kept).await, Some(1));
            let story = ledger.load_story(&whose, BookingId::new(kept)).await;
            assert_eq!(story.unwrap().len(), 1);
        }
        let loaded = ledger.load_practice(&whose).await.unwrap();
        assert_eq!(loaded.updates.len(), 1);
        assert_eq!(loaded.items.len(), 1);
        // The open update still tells of booking 1; with it goes the rest of the story.
        let story = async || ledger.load_story(&whose, BookingId::new(1)).await.unwrap();
        assert_eq!(story().await.len(), 1);
        flushed(&*ledger, &whose, updated(2, 1, UpdateState::Confirmed)).await;
        assert_eq!(ledger.prune(at(10 * DAY)).await.unwrap(), 1);
        assert!(story().await.is_empty());
    }
}

#[tokio::test]
async fn a_second_connector_is_refused_until_the_first_has_gone() {
    for bench in Bench::each() {
        let ledger = bench.open();
        let refusal = bench.refusal();
        assert!(
            refusal.contains("another connector already uses this ledger"),
            "{refusal}"
        );
        drop(ledger);
        bench.open();
    }
}

#[tokio::test]
async fn a_ledger_of_a_newer_version_is_refused_untouched() {
    for bench in Bench::each() {
        drop(bench.open());
        let path = bench.path();
        let raw = rusqlite::Connection::open(&path).unwrap();
        raw.pragma_update(None, "user_version", 4_711).unwrap();
        drop(raw);
        let before = std::fs::read(&path).unwrap();
        let refusal = bench.refusal();
        assert!(
            refusal.contains("schema 4711, newer than this version's"),
            "{refusal}"
        );
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

#[tokio::test]
async fn a_file_of_another_program_is_refused() {
    for bench in Bench::each() {
        std::fs::create_dir(bench.dir.path().join("data")).unwrap();
        std::fs::write(
            bench.path(),
            "not a database, but long enough to be read ".repeat(50),
        )
        .unwrap();
        assert!(bench.refusal().contains("not a database"));
        std::fs::remove_file(bench.path()).unwrap();
        let raw = rusqlite::Connection::open(bench.path()).unwrap();
        raw.execute_batch("create table theirs (a integer)")
            .unwrap();
        drop(raw);
        assert!(bench.refusal().contains("belongs to another program"));
    }
}

#[tokio::test]
async fn an_unreadable_row_is_named_and_stops_no_other_practice() {
    for bench in Bench::each() {
        let (whose, other) = (practice("1"), practice("2"));
        let ledger = bench.open();
        for practice in [&whose, &other] {
            let change = Change {
                raise: vec![item(practice, key(ItemKind::CheckDiary, "8"), "x", 0)],
                ..booked(record(8, State::Received, 0))
            };
            flushed(&*ledger, practice, change).await;
        }
        drop(ledger);
        let raw = rusqlite::Connection::open(bench.path()).unwrap();
        raw.execute_batch(
            "update booking set state = 'dreaming' where practice = '1';
            update item set kind = 'sing' where practice = '1'",
        )
        .unwrap();
        drop(raw);
        let ledger = bench.open();
        let error = ledger.load_practice(&whose).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "a row of the ledger cannot be read: table booking, practice 1, row 8: column state"
        );
        assert_eq!(
            ledger.load_practice(&other).await.unwrap().bookings.len(),
            1
        );
        assert_eq!(ledger.load_items(None).await.unwrap().len(), 1);
        assert!(ledger.load_items(Some(&whose)).await.is_err());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_ledger_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    for bench in Bench::each() {
        let ledger = bench.open();
        flushed(&*ledger, &practice("1"), booked(record(1, confirmed(), 0))).await;
        for name in ["ledger.db", "ledger.db-wal", "ledger.db.lock"] {
            let file = bench.dir.path().join("data").join(name);
            let mode = file.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}

fn threaded(bench: &Bench) -> SqliteLedger {
    let clock = Arc::clone(&bench.clock);
    SqliteLedger::open(&bench.path(), clock).unwrap()
}

#[tokio::test]
async fn practices_that_record_at_once_share_a_flush_and_a_stale_one_spoils_nothing() {
    let bench = Bench::each().remove(0);
    let ledger = Arc::new(threaded(&bench));
    // The writer is held until everything waits in its queue.
    let busy = rusqlite::Connection::open(bench.path()).unwrap();
    busy.execute_batch("begin immediate").unwrap();
    let before = ledger.commits();
    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..64_u64 {
        let ledger = Arc::clone(&ledger);
        waiting.spawn(async move {
            let change = booked(record(1, State::Received, u64::from(number == 13)));
            let whose = practice(&number.to_string());
            let outcome = ledger.record(&whose, change, Durability::Flushed).await;
            (number, outcome)
        });
    }
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
    busy.execute_batch("rollback").unwrap();
    while let Some(outcome) = waiting.join_next().await {
        match outcome.unwrap() {
            (13, outcome) => assert!(matches!(outcome, Err(LedgerError::Stale(_)))),
            (_, outcome) => outcome.unwrap(),
        }
    }
    let commits = ledger.commits() - before;
    assert!((1..=4).contains(&commits), "{commits} commits");
    assert_eq!(revision(&*ledger, &practice("63"), 1).await, Some(1));
}

#[tokio::test]
async fn what_waits_for_the_next_flush_is_flushed_within_a_second_or_so() {
    let bench = Bench::each().remove(0);
    let ledger = threaded(&bench);
    let whose = practice("1");
    let change = booked(record(1, State::Received, 0));
    let outcome = ledger.record(&whose, change, Durability::WithNext).await;
    outcome.unwrap();
    let flushed = async {
        while revision(&*bench.crashed().open(), &whose, 1)
            .await
            .is_none()
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), flushed)
        .await
        .expect("flushed without anybody asking");
}

#[tokio::test]
async fn a_closed_ledger_has_flushed_and_takes_nothing_more() {
    let bench = Bench::each().remove(0);
    let ledger = threaded(&bench);
    let whose = practice("1");
    let change = booked(record(1, State::Received, 0));
    let outcome = ledger.record(&whose, change, Durability::WithNext).await;
    outcome.unwrap();
    ledger.probe_write().await.unwrap();
    assert!(ledger.writable());
    ledger.close().await.unwrap();
    assert_eq!(revision(&*bench.open(), &whose, 1).await, Some(1));
    assert!(!ledger.writable());
    let late = ledger
        .record(&whose, Change::default(), Durability::Flushed)
        .await;
    assert!(matches!(late, Err(LedgerError::Closed)));
    assert!(matches!(
        ledger.load_items(None).await,
        Err(LedgerError::Closed)
    ));
    let failed = tokio::time::timeout(Duration::from_millis(50), ledger.failed()).await;
    assert!(failed.is_err(), "to be closed is not to fail");
}

#[tokio::test]
async fn an_operators_tool_reads_a_ledger_in_use() {
    for bench in Bench::each() {
        let ledger = bench.open();
        let whose = practice("1");
        flushed(&*ledger, &whose, booked(record(1, confirmed(), 0))).await;
        let next = booked(record(2, State::Received, 0));
        let next = ledger.record(&whose, next, Durability::WithNext).await;
        next.unwrap();
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let raw = rusqlite::Connection::open_with_flags(bench.path(), flags).unwrap();
        let states: Vec<String> = raw
            .prepare("select state from booking where booking = 1")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(states, ["confirmed"]);
    }
}

#[test]
fn an_address_names_its_file() {
    let path = SqliteLedger::path_of("sqlite:data/ledger.db").unwrap();
    assert_eq!(path, Path::new("data/ledger.db"));
    for bad in [
        "sqlite:",
        "sqlite::memory:",
        "data/ledger.db",
        "postgres://x",
    ] {
        assert!(SqliteLedger::path_of(bad).is_err(), "{bad}");
    }
}
