//! What every ledger promises, run for each of them.

use healthengine_connector::domain::booking::{
    BookingRecord, DiaryChange, ReportState, State, UpdateState,
};
use healthengine_connector::domain::civil::LocalDateTime;
use healthengine_connector::domain::document::AttachmentState;
use healthengine_connector::domain::id::{BookingId, PracticeId, RequestId};
use healthengine_connector::ledger::{
    Change, ClientLists, Durability, ItemKind, LedgerError, PracticeMarks,
};

use bench::{
    Bench, at, booked, confirmed, flushed, item, key, line, practice, record, reported, revision,
    updated,
};
use documents::{attached, offered};
use every::every_state;

pub(crate) mod bench;
mod documents;
mod every;
mod reports;

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
            report: reported(1, DiaryChange::Cancelled, ReportState::Owed).report,
            attachment: Some(attached(5, AttachmentState::Inserting)),
            offer: Some(offered(1, 1)),
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
        assert!(loaded.reports.is_empty());
        let attached = ledger.load_attachment(&whose, RequestId::new(5)).await;
        assert_eq!(attached.unwrap(), None);
        let offered = ledger.load_offer(&whose, BookingId::new(1)).await;
        assert_eq!(offered.unwrap(), None);
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
            sent_resources: vec!["R1".to_owned(), "R2".to_owned()],
            sent_types: vec!["T1".to_owned()],
            client_lists: ClientLists {
                locations: vec!["main".to_owned()],
                practitioners: vec!["D1".to_owned(), "D2".to_owned()],
                types: vec![],
            },
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
