//! The schema's way from version to version, forward only.

use rusqlite::{Connection, TransactionBehavior};

/// Every migration in order; the first brings an empty file to version 1.
const MIGRATIONS: [&str; 6] = [
    include_str!("migrations/0001_ledger.sql"),
    include_str!("migrations/0002_settled_by_a_person.sql"),
    include_str!("migrations/0003_reports.sql"),
    include_str!("migrations/0004_documents.sql"),
    include_str!("migrations/0005_client_lists.sql"),
    include_str!("migrations/0006_sent_lists.sql"),
];

/// The newest schema that this version knows.
pub(super) fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Applies what is missing after version `found`, each migration in a transaction of its own
/// together with its number: killed on any line, the next start goes on where this one stopped.
pub(super) fn apply(connection: &mut Connection, found: i64) -> rusqlite::Result<()> {
    for (version, sql) in (1_i64..).zip(MIGRATIONS) {
        if version > found {
            step(connection, version, sql)?;
        }
    }
    Ok(())
}

fn step(connection: &mut Connection, version: i64, sql: &str) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(sql)?;
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::booking::ReportState;
    use crate::domain::document::AttachmentState;
    use crate::domain::id::{BookingId, PmsDocumentId, RequestId};
    use crate::ledger::ClientLists;
    use crate::ledger::sqlite::open::APPLICATION_ID;
    use crate::ledger::sqlite::tests::{open, practice};

    /// The rows that each version may find in a file it takes over, one per migration.
    const SAMPLES: [&str; MIGRATIONS.len()] = [
        include_str!("samples/0001.sql"),
        include_str!("samples/0002.sql"),
        include_str!("samples/0003.sql"),
        include_str!("samples/0004.sql"),
        include_str!("samples/0005.sql"),
        include_str!("samples/0006.sql"),
    ];

    #[test]
    fn rows_of_every_older_version_load_after_migration() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.db");
        let mut connection = Connection::open(&path).unwrap();
        connection
            .pragma_update(None, "application_id", APPLICATION_ID)
            .unwrap();
        for ((version, sql), sample) in (1_i64..).zip(MIGRATIONS).zip(SAMPLES) {
            step(&mut connection, version, sql).unwrap();
            connection.execute_batch(sample).unwrap();
        }
        drop(connection);

        let mut store = open(&path);
        let loaded = store.load_practice(&practice("1001")).unwrap();
        let open_bookings: Vec<i64> = loaded
            .bookings
            .iter()
            .map(|record| record.booking.number())
            .collect();
        assert_eq!(open_bookings, [1, 2, 3, 5, 7]);
        assert_eq!(loaded.updates.len(), 2);
        assert_eq!(loaded.items.len(), 1);
        let owed: Vec<i64> = loaded
            .reports
            .iter()
            .map(|report| report.booking.number())
            .collect();
        assert_eq!(owed, [9]);
        // Its cancellation was done before there were reports: Healthengine had asked for it.
        let known = store.load_reports(&practice("1001"), BookingId::new(4));
        assert_eq!(known.unwrap()[0].state, ReportState::Known);
        assert!(loaded.marks.paused);
        assert_eq!(loaded.marks.resources, ["R1", "R2"]);
        assert_eq!(loaded.marks.client_lists, ClientLists::default());
        let newer = store.load_practice(&practice("1002")).unwrap().marks;
        assert_eq!(newer.client_lists.practitioners, ["1", "2"]);
        let newest = store.load_practice(&practice("1003")).unwrap().marks;
        assert_eq!(newest.sent_resources, ["R1", "R2"]);
        assert_eq!(newest.sent_types, ["T1"]);
        let settled = store.load_booking(&practice("1001"), BookingId::new(6));
        assert!(settled.unwrap().unwrap().state.is_settled());
        let by_person = store.load_booking(&practice("1001"), BookingId::new(8));
        assert!(by_person.unwrap().unwrap().state.is_settled());
        let attached = store.load_attachment(&practice("1001"), RequestId::new(91));
        let inserted = PmsDocumentId::parse("D-7").unwrap();
        assert_eq!(
            attached.unwrap().unwrap().state,
            AttachmentState::Inserted(inserted)
        );
        let offered = store.load_offer(&practice("1001"), BookingId::new(8));
        assert_eq!(
            offered.unwrap().unwrap().fingerprint.0,
            [1, 2, 3, 4, 5, 6, 7, 8]
        );
        let told = store.load_story(&practice("1001"), BookingId::new(4));
        assert_eq!(told.unwrap().len(), 2);
    }

    #[test]
    fn a_migration_that_fails_leaves_the_older_version_whole() {
        let mut connection = Connection::open_in_memory().unwrap();
        apply(&mut connection, 0).unwrap();
        let broken = "create table extra (a integer) strict; create table extra (a integer);";
        assert!(step(&mut connection, newest() + 1, broken).is_err());
        let version: i64 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(version, newest());
        assert!(connection.prepare("select a from extra").is_err());
    }
}
