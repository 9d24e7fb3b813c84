//! What a practice did in its own diary.

use healthengine_connector::domain::booking::{DiaryChange, ReportState, State};
use healthengine_connector::domain::civil::LocalDateTime;
use healthengine_connector::domain::id::{BookingId, PmsResourceId};
use healthengine_connector::ledger::{Change, Ledger, Stretch};

use super::bench::{
    Bench, at, booked, confirmed, flushed, line, practice, record, reported, revision,
};

const DAY: i64 = 24 * 60 * 60;

/// All days from 9 March 2026 on, of every resource.
fn from_there() -> Stretch {
    Stretch {
        resource: None,
        from: "2026-03-09".parse().unwrap(),
        to: None,
        after: None,
        most: 100,
    }
}

async fn watched(ledger: &dyn Ledger, stretch: &Stretch) -> Vec<(i64, bool)> {
    let found = ledger.load_watched(&practice("1"), stretch).await.unwrap();
    let booking = |one: healthengine_connector::domain::booking::Watched| {
        (one.record.booking.number(), one.missed)
    };
    found.into_iter().map(booking).collect()
}

#[tokio::test]
async fn every_report_comes_back_exactly_as_it_was_recorded() {
    for bench in Bench::each() {
        let whose = practice("1");
        let ledger = bench.open();
        let states = [
            ReportState::Owed,
            ReportState::Told,
            ReportState::Known,
            ReportState::Refused("it's unknown".to_owned()),
        ];
        for (booking, state) in (1..).zip(&states) {
            match state {
                ReportState::Owed
                | ReportState::Told
                | ReportState::Known
                | ReportState::Refused(_) => {}
            }
            for change in [DiaryChange::Cancelled, DiaryChange::DidNotAttend] {
                let first = Change {
                    story: vec![line(0, "The practice changed it.")],
                    ..reported(booking, change, ReportState::Owed)
                };
                flushed(&*ledger, &whose, first).await;
                flushed(&*ledger, &whose, reported(booking, change, state.clone())).await;
            }
            let id = BookingId::new(booking);
            let found = ledger.load_reports(&whose, id).await.unwrap();
            let expected = |change| reported(booking, change, state.clone()).report.unwrap();
            assert_eq!(
                found,
                [
                    expected(DiaryChange::Cancelled),
                    expected(DiaryChange::DidNotAttend)
                ]
            );
            assert_eq!(ledger.load_story(&whose, id).await.unwrap().len(), 2);
        }
        let open = ledger.load_practice(&whose).await.unwrap().reports;
        let open: Vec<i64> = open.iter().map(|one| one.booking.number()).collect();
        assert_eq!(open, [1, 1]);
        let elsewhere = ledger.load_practice(&practice("2")).await.unwrap();
        assert!(elsewhere.reports.is_empty());
    }
}

#[tokio::test]
async fn only_confirmed_bookings_whose_cancellation_is_not_recorded_are_watched() {
    for bench in Bench::each() {
        let whose = practice("1");
        let ledger = bench.open();
        // All at 09:30 on 9 March.
        for booking in 1..=5 {
            flushed(&*ledger, &whose, booked(record(booking, confirmed(), 0))).await;
        }
        let open = record(6, State::Inserting { since: at(0) }, 0);
        flushed(&*ledger, &whose, booked(open)).await;
        let others = booked(record(7, confirmed(), 0));
        flushed(&*ledger, &practice("2"), others).await;
        for (booking, change, state) in [
            (2, DiaryChange::DidNotAttend, ReportState::Told),
            (3, DiaryChange::Cancelled, ReportState::Owed),
            (4, DiaryChange::DidNotAttend, ReportState::Told),
            (4, DiaryChange::Cancelled, ReportState::Known),
        ] {
            flushed(&*ledger, &whose, reported(booking, change, state)).await;
        }
        let found = watched(&*ledger, &from_there()).await;
        assert_eq!(found, [(1, false), (2, true), (5, false)]);
    }
}

#[tokio::test]
async fn a_stretch_of_days_is_read_in_pages_and_in_order() {
    for bench in Bench::each() {
        let whose = practice("1");
        let ledger = bench.open();
        // One each day, later bookings on earlier days; the last of them two on one day.
        for booking in 1..=6 {
            let mut record = record(booking, confirmed(), 0);
            let slot = record.slot.as_mut().unwrap();
            let day = slot.start.date() - chrono::Days::new(booking.min(5).unsigned_abs());
            slot.start = LocalDateTime::new(day, slot.start.time_of_day());
            if booking == 2 {
                slot.resource = PmsResourceId::parse("R2").unwrap();
            }
            flushed(&*ledger, &whose, booked(record)).await;
        }
        let mut stretch = Stretch {
            from: "2026-03-01".parse().unwrap(),
            most: 4,
            ..from_there()
        };
        let first = ledger.load_watched(&whose, &stretch).await.unwrap();
        let last = first.last().unwrap().record.clone();
        let ids: Vec<i64> = first
            .iter()
            .map(|one| one.record.booking.number())
            .collect();
        assert_eq!(ids, [5, 6, 4, 3]);
        stretch.after = Some((last.slot.unwrap().start, last.booking));
        assert_eq!(watched(&*ledger, &stretch).await, [(2, false), (1, false)]);

        let one_day = |date: &str, resource: Option<&str>| Stretch {
            from: date.parse().unwrap(),
            to: date.parse().ok(),
            resource: resource.map(|id| PmsResourceId::parse(id).unwrap()),
            ..from_there()
        };
        let there = watched(&*ledger, &one_day("2026-03-07", Some("R2"))).await;
        assert_eq!(there, [(2, false)]);
        let elsewhere = watched(&*ledger, &one_day("2026-03-07", Some("R1"))).await;
        assert!(elsewhere.is_empty());
        assert!(
            watched(&*ledger, &one_day("2026-03-09", None))
                .await
                .is_empty()
        );
    }
}

#[tokio::test]
async fn reports_are_pruned_with_their_booking_and_never_while_it_stays() {
    for bench in Bench::each() {
        let whose = practice("1");
        let ledger = bench.open();
        flushed(&*ledger, &whose, booked(record(1, confirmed(), 0))).await;
        let mut recent = record(2, confirmed(), 0);
        recent.changed_at = at(20 * DAY);
        flushed(&*ledger, &whose, booked(recent)).await;
        for booking in [1, 2, 77] {
            let told = reported(booking, DiaryChange::Cancelled, ReportState::Told);
            flushed(&*ledger, &whose, told).await;
        }
        ledger.prune(at(10 * DAY)).await.unwrap();
        assert_eq!(revision(&*ledger, &whose, 1).await, None);
        let kept = async |booking| {
            let found = ledger.load_reports(&whose, BookingId::new(booking)).await;
            found.unwrap().len()
        };
        assert_eq!(kept(1).await, 0);
        assert_eq!(kept(2).await, 1);
        assert_eq!(kept(77).await, 0, "of a booking that the ledger never had");
    }
}
