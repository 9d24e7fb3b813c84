use super::*;
use crate::domain::diary::Standing;
use crate::domain::id::PmsAppointmentId;
use crate::pms::diary::quiet::stamp;
use crate::pms::{ChangeCursor, Changes};

/// A reader of the feed that remembers its place.
struct Reader {
    adapter: Arc<dyn PmsAdapter>,
    cursor: ChangeCursor,
}

impl Reader {
    async fn new(practice: &Practice, locations: &[&str]) -> Self {
        let adapter = practice.adapter(locations);
        let cursor = adapter.changes(None, LIMIT).await.unwrap().cursor;
        Self { adapter, cursor }
    }

    async fn next(&mut self) -> Changes {
        let changes = self
            .adapter
            .changes(Some(&self.cursor), LIMIT)
            .await
            .unwrap();
        self.cursor = changes.cursor.clone();
        changes
    }

    async fn days(&mut self) -> Vec<String> {
        let changes = self.next().await;
        assert!(!changes.everything);
        changes
            .days
            .into_iter()
            .map(|(resource, date)| format!("{resource} {date}"))
            .collect()
    }
}

#[tokio::test]
async fn the_feed_tells_each_kind_of_change_once() {
    let practice = Practice::new();
    let mut reader = Reader::new(&practice, &[]).await;
    let mut desk = practice.desk();
    let both = ["dora-a 2026-12-01", "dora-b 2026-12-01"];

    let line = desk.book(&entry("dora-a", DAY, "09:00", 30)).unwrap();
    assert_eq!(
        reader.days().await,
        both,
        "a shared practitioner is two resources"
    );
    assert!(reader.days().await.is_empty());

    let id_of = PmsAppointmentId::parse(&line.id).unwrap();
    desk.mark(&id_of, Standing::Cancelled).unwrap();
    assert_eq!(reader.days().await, both);

    desk.set_hours(&id("room"), date(DAY), Vec::new(), None)
        .unwrap();
    assert_eq!(reader.days().await, ["room 2026-12-01"]);

    let mut plan = Plan::parse(PLAN).unwrap();
    plan.resources[2].week[0].clear();
    for expected in [true, false] {
        desk.import(&plan).unwrap();
        assert_eq!(reader.next().await.everything, expected);
    }
    plan.types[0].name = "Any other".to_owned();
    desk.import(&plan).unwrap();
    assert!(
        reader.next().await.everything,
        "a second time after the first was seen"
    );
}

#[tokio::test]
async fn a_reader_does_not_hear_of_locations_that_it_does_not_serve() {
    let practice = Practice::new();
    let mut reader = Reader::new(&practice, &["south"]).await;
    practice
        .desk()
        .book(&entry("room", DAY, "09:00", 30))
        .unwrap();
    assert!(reader.days().await.is_empty());
    practice
        .desk()
        .book(&entry("dora-a", DAY, "09:00", 30))
        .unwrap();
    assert_eq!(reader.days().await, ["dora-b 2026-12-01"]);
}

#[tokio::test]
async fn a_cursor_that_the_log_no_longer_reaches_means_everything() {
    let practice = Practice::new();
    let mut reader = Reader::new(&practice, &[]).await;
    let log = rusqlite::Connection::open(practice.path()).unwrap();
    log.execute_batch(
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 10050)
         insert into changes (resource, date) select 'room', '2026-12-01' from n",
    )
    .unwrap();
    let kept: i64 = log
        .query_row("select count(*) from changes", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 10_000, "the log is pruned");
    assert!(reader.next().await.everything);
    assert!(!reader.next().await.everything);

    for strange in ["", "x", "other-file.3", "x.y"] {
        reader.cursor = ChangeCursor(strange.to_owned());
        assert!(reader.next().await.everything, "{strange:?}");
    }
}

#[tokio::test]
async fn more_days_than_the_bound_are_everything() {
    let practice = Practice::new();
    let mut reader = Reader::new(&practice, &[]).await;
    let log = rusqlite::Connection::open(practice.path()).unwrap();
    log.execute_batch(
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 1001)
         insert into changes (resource, date) select 'room', date('2026-01-01', i || ' days') from n",
    )
    .unwrap();
    let changes = reader.next().await;
    assert!(changes.everything && changes.days.is_empty());
}

#[test]
fn every_write_shows_on_the_diarys_files_from_outside() {
    let practice = Practice::new();
    let path = practice.path();
    let long_ago = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(long_ago).unwrap();
    drop(file);
    let before = stamp(&path).unwrap();
    practice.desk().patients().unwrap();
    assert_eq!(stamp(&path).unwrap(), before, "to look is not to write");

    let mut desk = practice.desk();
    desk.book(&entry("room", DAY, "09:00", 30)).unwrap();
    assert_ne!(stamp(&path).unwrap(), before, "in the log");
    drop(desk);
    assert_ne!(
        stamp(&path).unwrap(),
        before,
        "in the diary, once the log is gone"
    );
}
