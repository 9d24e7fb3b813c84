//! The six promises, for any bench.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Days;
use healthengine_connector::domain::booking::{Place, RejectReason};
use healthengine_connector::domain::client_day::{ClientAppointment, DayOf, LeftOut};
use healthengine_connector::domain::diary::{Standing, Wanted, WantedPatient};
use healthengine_connector::domain::id::{PmsAppointmentId, PmsPatientId, PmsResourceId};
use healthengine_connector::pms::{PmsAdapter, PmsError, Support, Window};
use tokio::task::JoinSet;

use super::bench::{Bench, LIMIT, key, new_patient, patient};

/// Short enough to be reached by a PMS that does not answer.
const SHORT: Duration = Duration::from_millis(200);

/// How much later than its limit a call may be seen to end on a busy machine.
const GRACE: Duration = Duration::from_secs(3);

pub(crate) async fn same_key_twice(bench: &dyn Bench) {
    let adapter = bench.adapter();
    let mut calls = JoinSet::new();
    for _ in 0..8 {
        let (adapter, wanted) = (bench.adapter(), bench.wanted(0));
        calls.spawn(async move { adapter.book(&key(0), &wanted, LIMIT).await });
    }
    let answers: Vec<_> = calls.join_all().await.into_iter().flatten().collect();
    let Some(first) = answers.first() else {
        panic!("no call was answered");
    };
    assert!(answers.iter().all(|booked| booked == first), "{answers:?}");
    assert_eq!(standing_at(&*adapter, &bench.wanted(0)).await, 1);
    assert_eq!(
        adapter
            .patients_like(&patient(0), LIMIT)
            .await
            .unwrap()
            .len(),
        1
    );

    // The same key for another time is still the same appointment.
    let elsewhere = adapter.book(&key(0), &bench.wanted(1), LIMIT).await;
    assert_eq!(elsewhere.as_ref(), Ok(first));
    assert_eq!(standing_at(&*adapter, &bench.wanted(1)).await, 0);

    // And it stays that appointment when it was cancelled since.
    adapter.cancel(first, LIMIT).await.unwrap();
    adapter.cancel(first, LIMIT).await.unwrap();
    let again = adapter
        .book(&key(0), &bench.wanted(0), LIMIT)
        .await
        .unwrap();
    assert_eq!(again.appointments, first.appointments);
    assert_eq!(again.standing, Standing::Cancelled);
    assert_eq!(standing_at(&*adapter, &bench.wanted(0)).await, 0);
}

pub(crate) async fn errors_write_nothing(bench: &dyn Bench) {
    let adapter = bench.adapter();
    adapter
        .book(&key(0), &bench.wanted(0), LIMIT)
        .await
        .unwrap();
    let taken = Wanted {
        patient: new_patient(1),
        ..bench.wanted(0)
    };
    let nobody = Wanted {
        resource: PmsResourceId::parse("no such resource").unwrap(),
        ..bench.wanted(1)
    };
    let stranger = Wanted {
        patient: WantedPatient::Existing(PmsPatientId::parse("no such patient").unwrap()),
        ..bench.wanted(1)
    };
    for wanted in [&taken, &nobody, &stranger] {
        let refused = adapter.book(&key(1), wanted, LIMIT).await;
        assert!(matches!(refused, Err(PmsError::Refused(_))), "{refused:?}");
        assert_nothing(bench, &*adapter, 1).await;
    }
    let refused = adapter.book(&key(1), &taken, LIMIT).await;
    assert_eq!(refused, Err(PmsError::Refused(RejectReason::SlotTaken)));

    let stall = bench.stalled();
    let failed = adapter.book(&key(1), &bench.wanted(1), SHORT).await;
    drop(stall);
    match failed {
        Err(PmsError::Unknown(_)) => {
            let settles = adapter.describe().settles_within;
            assert!(
                !settles.is_zero(),
                "it may be written later, and the system must say so"
            );
        }
        Err(_) => assert_nothing(bench, &*adapter, 1).await,
        Ok(_) => panic!("the bench did not stall"),
    }
}

pub(crate) async fn find_sees(bench: &dyn Bench) {
    let adapter = bench.adapter();
    assert_eq!(adapter.find(&key(0), LIMIT).await, Ok(None));
    let booked = adapter
        .book(&key(0), &bench.wanted(0), LIMIT)
        .await
        .unwrap();
    assert_eq!(booked.standing, Standing::Booked);
    for reader in [adapter, bench.adapter()] {
        assert_eq!(reader.find(&key(0), LIMIT).await, Ok(Some(booked.clone())));
        assert_eq!(reader.find(&key(1), LIMIT).await, Ok(None));
    }
    let adapter = bench.adapter();
    let wanted = bench.wanted(0);
    let seen = adapter
        .appointments_at(&wanted.resource, wanted.start, LIMIT)
        .await
        .unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].key, Some(key(0)));
    assert_eq!(seen[0].patient.id, booked.patient);
    assert_eq!(seen[0].patient.details.surname, patient(0).surname);
    assert!(booked.appointments.contains(&seen[0].id));

    adapter.cancel(&booked, LIMIT).await.unwrap();
    let found = adapter.find(&key(0), LIMIT).await.unwrap().unwrap();
    assert_eq!(
        found.standing,
        Standing::Cancelled,
        "cancelled ones are found too"
    );
    // The time is free again for another booking.
    let other = Wanted {
        patient: new_patient(1),
        ..wanted
    };
    adapter.book(&key(1), &other, LIMIT).await.unwrap();
}

pub(crate) async fn concurrent_calls(bench: &dyn Bench) {
    let adapter = bench.adapter();
    let mut calls = JoinSet::new();
    for n in 0..20 {
        let (adapter, wanted) = (Arc::clone(&adapter), bench.wanted(n));
        calls.spawn(async move {
            let window = Window {
                resource: wanted.resource.clone(),
                from: wanted.start.date(),
                to: wanted.start.date(),
            };
            let key = key(n);
            let (booked, free) = tokio::join!(
                adapter.book(&key, &wanted, LIMIT),
                adapter.availability(&window, LIMIT)
            );
            assert_eq!(free.unwrap().len(), 1);
            booked
        });
    }
    for booked in calls.join_all().await {
        assert_eq!(booked.unwrap().standing, Standing::Booked);
    }

    let mut rivals = JoinSet::new();
    for n in 20..28 {
        let adapter = bench.adapter();
        let wanted = Wanted {
            patient: new_patient(n),
            ..bench.wanted(20)
        };
        rivals.spawn(async move { adapter.book(&key(n), &wanted, LIMIT).await });
    }
    let outcomes = rivals.join_all().await;
    let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let taken = Err(PmsError::Refused(RejectReason::SlotTaken));
    let lost = outcomes.iter().filter(|outcome| **outcome == taken).count();
    assert_eq!((won, lost), (1, 7), "{outcomes:?}");
    assert_eq!(standing_at(&*adapter, &bench.wanted(20)).await, 1);
}

pub(crate) async fn limits_are_kept(bench: &dyn Bench) {
    let adapter = bench.adapter();
    let booked = adapter
        .book(&key(0), &bench.wanted(0), LIMIT)
        .await
        .unwrap();
    let stall = bench.stalled();
    let wanted = bench.wanted(1);
    let window = Window {
        resource: wanted.resource.clone(),
        from: wanted.start.date(),
        to: wanted.start.date(),
    };
    let (key, known) = (key(1), patient(0));
    let begun = Instant::now();
    // Each may fail or succeed: what counts is that each ends in time.
    let calls = tokio::join!(
        adapter.probe(SHORT),
        adapter.resources(SHORT),
        adapter.appointment_types(SHORT),
        adapter.availability(&window, SHORT),
        adapter.changes(None, SHORT),
        adapter.book(&key, &wanted, SHORT),
        adapter.find(&key, SHORT),
        adapter.cancel(&booked, SHORT),
    );
    let more = tokio::join!(
        adapter.patients_like(&known, SHORT),
        adapter.appointments_at(&wanted.resource, wanted.start, SHORT),
    );
    let took = begun.elapsed();
    assert!(took < SHORT * 2 + GRACE, "took {took:?}");
    assert!(
        calls.5.is_err() && calls.7.is_err(),
        "the bench did not stall"
    );
    drop((stall, more));
    adapter.book(&key, &wanted, LIMIT).await.unwrap();
}

pub(crate) async fn dropped_futures(bench: &dyn Bench) {
    let adapter = bench.adapter();
    for n in 0..20 {
        // From "not even begun" to "surely done", in steps of a fraction of a write.
        let patience = Duration::from_micros(u64::from(n) * 150);
        let wanted = bench.wanted(n);
        let dropped = tokio::time::timeout(patience, adapter.book(&key(n), &wanted, LIMIT)).await;
        let seen = adapter.find(&key(n), LIMIT).await.unwrap();
        if let Ok(booked) = dropped {
            assert_eq!(seen, Some(booked.unwrap()));
        }
        // A later write has gone through, so an earlier one would have shown itself.
        let later = bench.wanted(39);
        let booked = adapter.book(&key(1000 + n), &later, LIMIT).await.unwrap();
        adapter.cancel(&booked, LIMIT).await.unwrap();
        assert_eq!(adapter.find(&key(n), LIMIT).await.unwrap(), seen);
        let standing = standing_at(&*adapter, &wanted).await;
        assert_eq!(standing, usize::from(seen.is_some()));
    }

    let stall = bench.stalled();
    let wanted = bench.wanted(30);
    let dropped = tokio::time::timeout(SHORT, adapter.book(&key(30), &wanted, LIMIT)).await;
    assert!(dropped.is_err(), "the bench did not stall");
    drop(stall);
    let seen = adapter.find(&key(30), LIMIT).await.unwrap();
    let later = adapter.book(&key(31), &bench.wanted(31), LIMIT).await;
    later.unwrap();
    assert_eq!(adapter.find(&key(30), LIMIT).await.unwrap(), seen);
}

pub(crate) async fn standings_follow(bench: &dyn Bench) {
    let adapter = bench.adapter();
    let mut places = Vec::new();
    let every = [
        Standing::Booked,
        Standing::Arrived,
        Standing::InConsult,
        Standing::Complete,
        Standing::DidNotAttend,
        Standing::Cancelled,
    ];
    for (n, standing) in (0..).zip(every) {
        let wanted = bench.wanted(n);
        let booked = adapter.book(&key(n), &wanted, LIMIT).await.unwrap();
        bench.mark(&booked, standing);
        places.push(Place {
            appointments: booked.appointments,
            patient: booked.patient,
        });
    }
    places.reverse();
    // Another patient's appointment is not this one, and what was never made is not there.
    let (arrived, cancelled) = (places[4].clone(), places[0].clone());
    let nowhere = PmsAppointmentId::parse("no such appointment").unwrap();
    places.push(Place {
        appointments: vec![nowhere],
        patient: arrived.patient.clone(),
    });
    places.push(Place {
        patient: cancelled.patient,
        ..arrived
    });
    if adapter.describe().standings == Support::No {
        let refused = adapter.standings(&places, LIMIT).await;
        assert!(matches!(refused, Err(PmsError::Unsupported(_))));
        return;
    }
    let mut expected: Vec<_> = every.into_iter().rev().map(Some).collect();
    expected.extend([None, None]);
    for reader in [adapter, bench.adapter()] {
        let found = reader.standings(&places, LIMIT).await;
        assert_eq!(found.as_ref(), Ok(&expected));
        assert_eq!(reader.standings(&[], LIMIT).await, Ok(Vec::new()));
    }
    // What staff do is seen at once, and a cancellation of the connector's own as well.
    let adapter = bench.adapter();
    let booked = adapter.find(&key(0), LIMIT).await.unwrap().unwrap();
    adapter.cancel(&booked, LIMIT).await.unwrap();
    let first = adapter.standings(&places[5..6], LIMIT).await;
    assert_eq!(first, Ok(vec![Some(Standing::Cancelled)]));
}

/// How many appointments stand at the time wanted.
async fn standing_at(adapter: &dyn PmsAdapter, wanted: &Wanted) -> usize {
    adapter
        .appointments_at(&wanted.resource, wanted.start, LIMIT)
        .await
        .unwrap()
        .len()
}

/// Neither the appointment nor its patient is there.
async fn assert_nothing(bench: &dyn Bench, adapter: &dyn PmsAdapter, n: u32) {
    assert_eq!(adapter.find(&key(n), LIMIT).await, Ok(None));
    assert_eq!(standing_at(adapter, &bench.wanted(n)).await, 0);
    assert_eq!(
        adapter.patients_like(&patient(n), LIMIT).await,
        Ok(Vec::new())
    );
}

pub(crate) async fn client_days(bench: &dyn Bench) {
    let adapter = bench.adapter();
    let date = bench.wanted(0).start.date();
    let read = async |date, by| adapter.client_day(date, by, LIMIT).await;
    if adapter.describe().client_days == Support::No {
        let refused = read(date, DayOf::Appointment).await;
        assert!(
            matches!(refused, Err(PmsError::Unsupported(_))),
            "{refused:?}"
        );
        return;
    }
    for n in 0..3 {
        let booked = adapter.book(&key(n), &bench.wanted(n), LIMIT).await;
        if n == 2 {
            adapter.cancel(&booked.unwrap(), LIMIT).await.unwrap();
        }
    }
    let day = read(date, DayOf::Appointment).await.unwrap();
    let is_cancelled = |one: &&ClientAppointment| one.standing == Standing::Cancelled;
    assert_eq!(day.appointments.len(), 3, "a cancelled one is told of");
    assert_eq!(day.appointments.iter().filter(is_cancelled).count(), 1);
    // What was made on a day is found by that day, and by no other.
    let made = day
        .appointments
        .first()
        .map(|one| one.created.date())
        .unwrap();
    let of_making = read(made, DayOf::Creation).await.unwrap();
    assert_eq!(of_making.appointments.len(), 3);
    let elsewhere = read(date - Days::new(1000), DayOf::Appointment)
        .await
        .unwrap();
    assert!(elsewhere.appointments.is_empty() && elsewhere.patients.is_empty());
    // Nothing is left out of what may be sent, and the lists are the same whatever the day.
    for (day, date) in [
        (day, date),
        (of_making, made),
        (elsewhere, date - Days::new(1000)),
    ] {
        let by = day.by;
        let lists = (day.locations.len(), day.practitioners.len());
        assert!(lists.0 > 0 && lists.1 > 0, "{lists:?}");
        let (_, left_out) = day.confined(date, by).unwrap();
        assert_eq!(left_out, LeftOut::default());
    }
}
