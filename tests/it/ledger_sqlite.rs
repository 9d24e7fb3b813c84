//! The SQLite ledger's file and its writing thread.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use healthengine_connector::domain::booking::State;
use healthengine_connector::ledger::sqlite::SqliteLedger;
use healthengine_connector::ledger::{Change, Durability, ItemKind, Ledger, LedgerError};

use crate::ledger_contract::bench::{
    Bench, booked, confirmed, flushed, item, key, practice, record, revision,
};

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
