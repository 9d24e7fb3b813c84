use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::{Entry, SqliteLedger, Store};
use crate::domain::booking::{BookingRecord, State};
use crate::domain::clock::Clock;
use crate::domain::id::{BookingId, PracticeId};
use crate::ledger::{Change, Durability, Ledger, LedgerError, StoryLine};

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_772_409_600, 0).unwrap()
    }
}

pub(super) fn open(path: &Path) -> Store {
    Store::open(path, Arc::new(Fixed)).unwrap()
}

pub(super) fn practice(id: &str) -> PracticeId {
    PracticeId::parse(id).unwrap()
}

fn received(booking: i64) -> Change {
    Change {
        booking: Some(BookingRecord {
            booking: BookingId::new(booking),
            slot: None,
            booked_at: Fixed.now(),
            received_at: Fixed.now(),
            state: State::Received,
            attempts: 0,
            changed_at: Fixed.now(),
            revision: 0,
        }),
        ..Change::default()
    }
}

fn told(booking: i64, what: String) -> Change {
    Change {
        story: vec![StoryLine {
            at: Fixed.now(),
            what,
        }],
        ..received(booking)
    }
}

fn entry(change: Change, durability: Durability) -> Entry {
    Entry {
        practice: practice("1"),
        change,
        durability,
    }
}

fn revision(store: &mut Store, booking: i64) -> Option<u64> {
    let found = store.load_booking(&practice("1"), BookingId::new(booking));
    found.unwrap().map(|record| record.revision)
}

/// Lets every commit fail that holds a new booking.
fn break_commits(store: &Store) {
    let sql = "create table parent (id integer primary key);
        create table child (id integer references parent (id) deferrable initially deferred);
        create trigger broken after insert on booking begin insert into child values (1); end";
    store.connection.execute_batch(sql).unwrap();
}

fn mend_commits(store: &Store) {
    let sql = "drop trigger broken";
    store.connection.execute_batch(sql).unwrap();
}

#[test]
fn when_a_flush_fails_nothing_is_answered_and_what_was_accepted_is_written_later() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.db");
    let mut store = open(&path);
    let early = entry(received(1), Durability::WithNext);
    assert!(store.record(vec![early]).remove(0).is_ok());
    store.flush().unwrap();
    break_commits(&store);

    let group = vec![
        entry(received(2), Durability::WithNext),
        entry(received(3), Durability::Flushed),
        entry(received(1), Durability::Flushed),
    ];
    let answers = store.record(group);
    assert!(answers[0].is_ok());
    assert!(matches!(answers[1], Err(LedgerError::Engine(_))));
    assert!(matches!(answers[2], Err(LedgerError::Stale(_))));
    assert!(store.trouble().is_some());
    // While the disk takes nothing, nothing more is accepted early.
    let refused = store.record(vec![entry(received(4), Durability::WithNext)]);
    assert!(matches!(refused[0], Err(LedgerError::Engine(_))));
    assert_eq!(revision(&mut store, 2), Some(1));
    assert_eq!(revision(&mut store, 3), None);

    drop(store.flush());
    mend_commits(&store);
    let answers = store.record(vec![entry(received(3), Durability::Flushed)]);
    assert!(answers[0].is_ok());
    assert!(store.trouble().is_none() && !store.has_unflushed());
    drop(store);
    let mut store = open(&path);
    let found: Vec<_> = (1..5)
        .map(|booking| revision(&mut store, booking))
        .collect();
    assert_eq!(found, [Some(1), Some(1), Some(1), None]);
}

#[test]
fn a_full_disk_is_said_to_whoever_records_and_forgotten_once_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir.path().join("ledger.db"));
    let small = entry(received(1), Durability::WithNext);
    assert!(store.record(vec![small]).remove(0).is_ok());
    let pages: i64 = store
        .connection
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    let limit = |store: &Store, pages: i64| {
        let set = store
            .connection
            .pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0));
        assert_eq!(set.unwrap(), pages);
    };
    limit(&store, pages);
    let large = || entry(told(2, "x".repeat(100_000)), Durability::Flushed);
    let answers = store.record(vec![large(), entry(received(3), Durability::Flushed)]);
    let Err(LedgerError::Engine(why)) = &answers[0] else {
        panic!("{answers:?}");
    };
    assert_eq!(why, "database or disk is full");
    assert_eq!(revision(&mut store, 1), Some(1));
    assert_eq!(revision(&mut store, 2), None);
    assert_eq!(revision(&mut store, 3).is_some(), answers[1].is_ok());

    limit(&store, pages + 1_000);
    assert!(store.record(vec![large()]).remove(0).is_ok());
    assert_eq!(revision(&mut store, 1), Some(1));
    assert_eq!(revision(&mut store, 2), Some(1));
    assert!(store.trouble().is_none());
}

#[test]
fn a_file_that_somebody_else_locks_holds_a_group_up_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.db");
    let mut store = open(&path);
    let patience = Duration::from_millis(200);
    store.connection.busy_timeout(patience).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("begin immediate").unwrap();
    let group =
        |from| (from..from + 50).map(|booking| entry(received(booking), Durability::Flushed));
    let begun = Instant::now();
    let answers = store.record(group(1).collect());
    assert!(answers.iter().all(Result::is_err));
    assert!(begun.elapsed() < patience * 25);
    other.execute_batch("rollback").unwrap();
    let answers = store.record(group(1).collect());
    assert!(answers.iter().all(Result::is_ok));
}

#[test]
fn a_change_that_is_refused_leaves_the_file_unlocked() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir.path().join("ledger.db"));
    let mut stale = received(1);
    stale.booking.as_mut().unwrap().revision = 3;
    let answers = store.record(vec![entry(stale, Durability::WithNext)]);
    assert!(matches!(answers[0], Err(LedgerError::Stale(_))));
    assert!(store.connection.is_autocommit());
}

#[tokio::test]
async fn when_the_thread_dies_every_call_says_closed_and_the_daemon_hears_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(&dir.path().join("ledger.db"), Arc::new(Fixed)).unwrap();
    let whose = practice("1");
    assert!(ledger.load_items(None).await.unwrap().is_empty());
    let dead: Result<(), LedgerError> = ledger.with_store(|_| panic!("as a fault would")).await;
    assert!(matches!(dead, Err(LedgerError::Closed)));
    ledger.failed().await;
    assert!(!ledger.writable());
    let late = ledger.record(&whose, received(1), Durability::Flushed);
    assert!(matches!(late.await, Err(LedgerError::Closed)));
    assert!(matches!(ledger.close().await, Err(LedgerError::Closed)));
}
