//! The client against the sandbox: two readings of one definition, which share no code, must agree
//! on every operation.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use healthengine_connector::domain::availability::{Cut, FreeDay, FreeTime};
use healthengine_connector::domain::booking::Place;
use healthengine_connector::domain::civil::{TimeOfDay, TimeRange, Zone};
use healthengine_connector::domain::clock::Clock;
use healthengine_connector::domain::diary::{AppointmentType, Resource};
use healthengine_connector::domain::id::{
    BookingId, FeatureId, PmsAppointmentId, PmsAppointmentTypeId, PmsPatientId, PmsResourceId,
    PracticeId,
};
use healthengine_connector::domain::live_hours::LiveHours;
use healthengine_connector::healthengine::{
    Access, ClientLimits, Connection, ConnectionSettings, ExtraRequests, Healthengine,
    NewSubscription, Pending, PracticeClient, RequestKind, SubscriptionErrorQuery, Topic, Verdict,
};
use healthengine_connector::sandbox::{Ask, Sandbox, SandboxSettings, Wish};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

mod extra;

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 21, 2, 0, 0).unwrap()
    }
}

struct Pair {
    sandbox: Sandbox,
    client: PracticeClient,
    practice: PracticeId,
    _tasks: JoinSet<()>,
}

impl Pair {
    async fn start() -> Self {
        let sandbox = Sandbox::new(SandboxSettings::default(), Arc::new(FixedClock));
        let practice = PracticeId::parse("1234567").unwrap();
        let zone = Zone::parse("Australia/Sydney").unwrap();
        sandbox.add_practice(&practice, "its-key", zone);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/pms-api/v1", listener.local_addr().unwrap());
        let mut tasks = JoinSet::new();
        let serving = sandbox.clone();
        tasks.spawn(async move {
            serving
                .serve(listener, std::future::pending())
                .await
                .unwrap();
        });
        let settings = ConnectionSettings {
            base_url: base.parse().unwrap(),
            api_key: SecretString::from("sandbox"),
            vendor_name: "Acme Dental Cloud".to_owned(),
            vendor_email: "integrations@acme.example".to_owned(),
            environment: "DEV".to_owned(),
            extra_ca: None,
            limits: ClientLimits {
                connect_timeout: Duration::from_secs(5),
                total_timeout: Duration::from_secs(20),
                largest_answer: 1024 * 1024,
                gzip_from: 64,
                calls_at_once: 4,
            },
        };
        let connection = Connection::open(&settings, Arc::new(FixedClock)).unwrap();
        let client = connection.practice(&Arc::new(Access {
            practice_id: practice.clone(),
            practice_key: SecretString::from("its-key"),
        }));
        Self {
            sandbox,
            client,
            practice,
            _tasks: tasks,
        }
    }

    /// A practice that has sent its configuration and one free morning.
    async fn linked() -> Self {
        let pair = Self::start().await;
        let client = &pair.client;
        client.send_liveness_contract(&hours()).await.unwrap();
        client.send_resources(&[resource()]).await.unwrap();
        client.send_appointment_types(&types()).await.unwrap();
        let outcome = client.send_availability(&[morning()]).await.unwrap();
        assert!(outcome.failed.is_empty());
        pair
    }

    fn ask(&self, ask: Ask) {
        self.sandbox.ask(&self.practice, ask).unwrap();
    }

    fn book(&self) -> BookingId {
        let entry = self.sandbox.book(&self.practice, Wish::default()).unwrap();
        BookingId::new(entry.booking)
    }

    async fn enable(&self, feature: &str) {
        let feature = FeatureId::parse(feature).unwrap();
        self.client.enable_feature(&feature).await.unwrap();
    }

    async fn finish(self) {
        assert_eq!(self.client.fetch_requests().await.unwrap(), []);
        assert_eq!(self.sandbox.violations(), []);
    }
}

fn monday() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

fn range(start: &str, end: &str) -> TimeRange {
    let time = |text| TimeOfDay::parse(text).unwrap();
    TimeRange::new(time(start), time(end)).unwrap()
}

fn hours() -> LiveHours {
    let mut days: [Vec<TimeRange>; 7] = Default::default();
    days[0] = vec![range("08:00", "24:00")];
    LiveHours::new(days, vec![range("09:00", "10:00")])
}

fn resource() -> Resource {
    Resource {
        id: PmsResourceId::parse("12").unwrap(),
        name: "Dr Sample (Dentist)".to_owned(),
        title: Some("Dr".to_owned()),
        first_name: Some("Testa".to_owned()),
        last_name: None,
    }
}

fn types() -> [AppointmentType; 2] {
    ["G1", "G1:12"].map(|id| AppointmentType {
        id: PmsAppointmentTypeId::parse(id).unwrap(),
        name: format!("Check-up {id}"),
        length: Some(Duration::from_secs(30 * 60)),
        resource: id
            .split_once(':')
            .map(|(_, resource)| PmsResourceId::parse(resource).unwrap()),
    })
}

fn morning() -> FreeDay {
    FreeDay {
        resource: resource().id,
        date: monday(),
        free: vec![
            FreeTime {
                range: range("09:00", "12:00"),
                cut: Cut::Every(Duration::from_secs(30 * 60)),
                types: types().map(|kind| kind.id).to_vec(),
            },
            FreeTime {
                range: range("23:30", "24:00"),
                cut: Cut::Whole,
                types: Vec::new(),
            },
        ],
    }
}

fn place() -> Place {
    Place {
        appointments: vec![PmsAppointmentId::parse("A-1").unwrap()],
        patient: PmsPatientId::parse("P-1").unwrap(),
    }
}

#[tokio::test]
async fn the_configuration_comes_back_as_it_was_sent() {
    let pair = Pair::linked().await;
    let client = &pair.client;
    assert_eq!(client.fetch_resources().await.unwrap(), [resource()]);
    let found = client.fetch_resource(&resource().id).await.unwrap();
    assert_eq!(found, [resource()]);
    assert_eq!(client.fetch_appointment_types().await.unwrap(), types());
    let found = client.fetch_appointment_type(&types()[1].id).await.unwrap();
    assert_eq!(found, types()[1..]);
    let contract = client.fetch_liveness_contract().await.unwrap();
    assert_eq!(contract.day(0), [range("08:00", "23:59")]);
    assert_eq!(contract.public_holidays(), hours().public_holidays());
    client.send_availability_snapshot(&morning()).await.unwrap();
    pair.finish().await;
}

#[tokio::test]
async fn bookings_are_confirmed_rejected_and_cancelled() {
    let pair = Pair::linked().await;
    pair.sandbox.set_per_page(1);
    let client = &pair.client;
    let bookings = [pair.book(), pair.book()];
    assert_eq!(
        client.fetch_requests().await.unwrap(),
        [RequestKind::Bookings]
    );
    let pending = client.fetch_bookings().await.unwrap();
    let ids: Vec<_> = pending
        .iter()
        .map(|pending| match pending {
            Pending::Readable(booking) => {
                assert_eq!(booking.length, Some(Duration::from_secs(30 * 60)));
                booking.id
            }
            Pending::Unreadable { problem, .. } => panic!("{problem}"),
        })
        .collect();
    assert_eq!(ids, bookings, "two pages");
    client.confirm_insert(bookings[0], &place()).await.unwrap();
    client.reject_insert(bookings[1], "taken").await.unwrap();

    pair.sandbox.cancel(&pair.practice, bookings[0]).unwrap();
    let updates = client.fetch_booking_updates().await.unwrap();
    assert_eq!(updates[0].booking, bookings[0]);
    let request = updates[0].request;
    client.confirm_update(bookings[0], request).await.unwrap();

    let number = bookings[1].number().checked_add(1000).unwrap();
    pair.ask(Ask::BookingUpdates { booking: number });
    let updates = client.fetch_booking_updates().await.unwrap();
    client
        .reject_update(updates[0].booking, updates[0].request, "unknown booking")
        .await
        .unwrap();
    let unknown = BookingId::new(1);
    let error = client.confirm_insert(unknown, &place()).await.unwrap_err();
    assert!(matches!(error.verdict, Verdict::Refused(_)), "{error}");
    pair.finish().await;
}

#[tokio::test]
async fn what_became_of_a_booking_is_told() {
    let pair = Pair::linked().await;
    let client = &pair.client;
    let bookings = [pair.book(), pair.book(), pair.book()];
    for booking in bookings {
        client.confirm_insert(booking, &place()).await.unwrap();
        pair.ask(Ask::PmsAppointmentChanges {
            booking: booking.number(),
        });
    }
    let asked = client.fetch_appointment_changes().await.unwrap();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[0].appointments, place().appointments);
    client
        .report_cancelled(bookings[0], "moved away")
        .await
        .unwrap();
    client.report_did_not_attend(bookings[1], "").await.unwrap();
    client.report_no_change(bookings[2]).await.unwrap();
    pair.finish().await;
}

#[tokio::test]
async fn days_and_lists_asked_for_are_sent_anew() {
    let pair = Pair::linked().await;
    let client = &pair.client;
    pair.ask(Ask::Availability {
        day: monday(),
        resource: Some("12".to_owned()),
    });
    pair.ask(Ask::PmsResources {});
    pair.ask(Ask::PmsAppointmentTypes {});
    assert_eq!(client.fetch_requests().await.unwrap().len(), 3);
    let asked = client.fetch_availability_requests().await.unwrap();
    assert_eq!(asked[0].resource, Some(resource().id));
    client.send_availability(&[morning()]).await.unwrap();
    client.send_resources(&[resource()]).await.unwrap();
    client.send_appointment_types(&types()).await.unwrap();
    pair.finish().await;
}

#[tokio::test]
async fn a_subscription_lives_from_creation_to_deletion() {
    let pair = Pair::start().await;
    let client = &pair.client;
    let expiry = FixedClock.now().checked_add_signed(TimeDelta::days(1));
    let made = client
        .create_subscription(&NewSubscription {
            topic: Topic::Requests(RequestKind::Bookings),
            callback_url: "http://127.0.0.1:9/hook".parse().unwrap(),
            client_id: Some(SecretString::from("unguessable")),
            start_at: None,
            expire_at: expiry,
        })
        .await
        .unwrap();
    assert_eq!(made.topic, Some(Topic::Requests(RequestKind::Bookings)));
    assert_eq!(client.fetch_subscriptions().await.unwrap().len(), 1);
    let fetched = client.fetch_subscription(&made.id).await.unwrap();
    assert_eq!(fetched.expire_at, expiry);
    let query = SubscriptionErrorQuery {
        subscription: Some(made.id.clone()),
        from: expiry,
        to: expiry,
    };
    let errors = client.fetch_subscription_errors(&query).await.unwrap();
    assert_eq!(errors, []);
    client.delete_subscription(&made.id).await.unwrap();
    assert!(client.fetch_subscription(&made.id).await.is_err());
    pair.finish().await;
}
