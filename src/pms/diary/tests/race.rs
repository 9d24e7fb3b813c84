use std::sync::Barrier;

use super::*;
use crate::domain::booking::RejectReason;

#[test]
fn of_many_writers_on_connections_of_their_own_one_takes_the_slot() {
    let practice = Practice::new();
    for round in 0_u16..10 {
        let time = format!("{:02}:{:02}", 9 + round / 4, round % 4 * 15);
        let start = Barrier::new(4);
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let writers: Vec<_> = ["dora-a", "dora-b", "dora-a", "dora-b"]
                .into_iter()
                .map(|resource| {
                    let (practice, start, time) = (&practice, &start, &time);
                    scope.spawn(move || {
                        let mut desk = practice.desk();
                        start.wait();
                        desk.book(&entry(resource, DAY, time, 15))
                    })
                })
                .collect();
            writers.into_iter().map(|it| it.join().unwrap()).collect()
        });
        let won = outcomes.iter().filter(|it| it.is_ok()).count();
        let taken = Err(DiaryError::Refused(RejectReason::SlotTaken));
        let lost = outcomes.iter().filter(|it| **it == taken).count();
        assert_eq!((won, lost), (1, 3), "{outcomes:?}");
    }
}

#[test]
fn the_database_itself_refuses_an_overlap_whoever_writes_it() {
    let practice = Practice::new();
    practice
        .desk()
        .book(&entry("dora-a", DAY, "09:00", 30))
        .unwrap();
    let raw = rusqlite::Connection::open(practice.path()).unwrap();
    let copy =
        "insert into appointments (resource, person, start_minute, end_minute, patient, created_by)
        select 'dora-b', person, start_minute + ?1, end_minute + ?1, patient, created_by
        from appointments where id = 1";
    for shift in [-29, 0, 29] {
        let refused = raw.execute(copy, [shift]).unwrap_err();
        assert_eq!(
            DiaryError::from(refused),
            DiaryError::Refused(RejectReason::SlotTaken)
        );
    }
    raw.execute(copy, [30]).unwrap();
    let moved = raw.execute(
        "update appointments set start_minute = start_minute - 1 where id = 2",
        [],
    );
    assert!(moved.is_err());
}

#[test]
fn the_overlap_and_the_horizon_are_asked_of_an_index() {
    let practice = Practice::new();
    let raw = rusqlite::Connection::open(practice.path()).unwrap();
    let plan: String = raw
        .query_row(
            "explain query plan select start_minute, end_minute from appointments
             where person = 'x' and status <> 'cancelled' and start_minute between 1 and 2
             order by start_minute",
            [],
            |row| row.get(3),
        )
        .unwrap();
    assert!(plan.contains("appointments_by_person"), "{plan}");
}

#[test]
fn opening_and_closing_a_diary_disturbs_nobody_who_is_at_work_in_it() {
    let practice = Practice::new();
    std::thread::scope(|scope| {
        for (resource, minute) in [("dora-a", 0_u16), ("room", 1)] {
            let practice = &practice;
            scope.spawn(move || {
                for n in 0..30 {
                    let time = format!("09:{:02}", n + minute);
                    practice
                        .desk()
                        .book(&entry(resource, DAY, &time, 1))
                        .unwrap();
                }
            });
        }
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..60 {
                    practice.desk().patients().unwrap();
                }
            });
        }
    });
    let found = practice.desk().appointments(date(DAY), date(DAY)).unwrap();
    assert_eq!(found.len(), 60);
}
