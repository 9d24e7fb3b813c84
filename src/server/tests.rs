//! The server over a real socket on the loopback device.

use std::net::SocketAddr;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::*;
use crate::domain::civil::{TimeOfDay, Zone};
use crate::domain::id::{BookingId, PracticeId, PracticeName};
use crate::ledger::{ItemKey, ItemKind, LedgerError};
use crate::practice::control::{Control, Removals};
use crate::practice::heartbeat::Heartbeat;
use crate::practice::status::{Condition, ItemShown, PracticeStatus};
use crate::practice::{Profile, Rhythm, WhenPmsUnavailable};

const NOW: i64 = 1_795_000_000;

struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(NOW, 0).unwrap()
    }
}

/// A ledger that takes writes, or is closed.
struct Writes(bool);

#[async_trait]
impl TakesWrites for Writes {
    async fn takes_writes(&self) -> Result<(), LedgerError> {
        if self.0 {
            Ok(())
        } else {
            Err(LedgerError::Closed)
        }
    }
}

struct Served {
    address: SocketAddr,
    control: Arc<Control>,
    status: watch::Sender<Arc<PracticeStatus>>,
    heartbeat: Arc<Heartbeat>,
}

fn profile() -> Profile {
    Profile {
        name: PracticeName::parse("harbour-dental").unwrap(),
        id: PracticeId::parse("1234567").unwrap(),
        zone: Zone::parse("Australia/Sydney").unwrap(),
        enabled: true,
        publish_days: 30,
        live_hours: Arc::default(),
        when_pms_unavailable: WhenPmsUnavailable::Reject,
        features: crate::domain::feature::Features::default(),
        rhythm: Arc::new(Rhythm {
            poll: Duration::from_secs(5),
            poll_outside_live_hours: Duration::from_secs(60),
            full_at: TimeOfDay::parse("02:30").unwrap(),
            full_jitter: Duration::ZERO,
            change_scan: Duration::from_secs(60),
            unauthorised_probe: Duration::from_secs(60),
            read_limit: Duration::from_secs(5),
            write_limit: Duration::from_secs(5),
        }),
    }
}

/// Serves one practice whose loops turned last at this time.
async fn served(last_beat: DateTime<Utc>, ledger: Writes) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let control = Arc::new(Control::default());
    let (status, receiver) = watch::channel(Arc::new(PracticeStatus::starting()));
    let heartbeat = Arc::new(Heartbeat::default());
    heartbeat.beat(last_beat);
    let site = Site {
        roster: Arc::new(Roster::new([Listed {
            profile: Arc::new(profile()),
            control: Arc::clone(&control),
            status: receiver,
        }])),
        pulse: Arc::new(Pulse::since(
            DateTime::UNIX_EPOCH,
            Arc::clone(&heartbeat),
            Arc::new(Still),
            1,
        )),
        ledger: Arc::new(ledger),
        clock: Arc::new(Still),
        version: "0.1.0",
    };
    let tasks = crate::daemon::tasks::Tasks::new();
    tasks.spawn_loop(
        "server",
        serve(listener, Arc::new(site), CancellationToken::new()),
    );
    Served {
        address,
        control,
        status,
        heartbeat,
    }
}

async fn healthy() -> Served {
    served(Still.now(), Writes(true)).await
}

impl Served {
    async fn ask(&self, line: &str, headers: &[&str], body: &str) -> (u16, String) {
        let host = format!("Host: {}", self.address);
        let named = headers.iter().any(|header| header.starts_with("Host:"));
        let mut request = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
        if !named {
            request.extend([host.as_str(), "\r\n"]);
        }
        for header in headers {
            request.extend([header, "\r\n"]);
        }
        let length = format!("Content-Length: {}\r\n\r\n", body.len());
        request.extend([length.as_str(), body]);
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let code = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (code, answer)
    }

    async fn get(&self, path: &str) -> (u16, String) {
        self.ask(&format!("GET {path}"), &[], "").await
    }
}

const JSON: &str = "Content-Type: application/json";
const PAUSE: &str = "POST /api/v1/practices/harbour-dental/pause";

#[tokio::test]
async fn the_page_is_closed_against_scripts_and_frames() {
    let served = healthy().await;
    let (code, answer) = served.get("/").await;
    assert_eq!(code, 200);
    assert!(answer.contains("content-security-policy: default-src 'none'; style-src 'self';"));
    assert!(answer.contains("/practices/harbour-dental"));
    assert_eq!(served.get("/practices/harbour-dental").await.0, 200);
    assert_eq!(served.get("/practices/nobody").await.0, 404);
    assert_eq!(served.get("/style.css").await.0, 200);
}

#[tokio::test]
async fn a_live_process_whose_loops_stand_still_is_not_live() {
    let turning = healthy().await;
    assert_eq!(turning.get("/livez").await.0, 200);
    let stalled = served(Still.now() - TimeDelta::minutes(6), Writes(true)).await;
    assert_eq!(stalled.get("/livez").await.0, 503);
    stalled.heartbeat.beat(Still.now());
    assert_eq!(stalled.get("/livez").await.0, 200);
}

#[tokio::test]
async fn a_ledger_that_takes_no_write_is_not_ready() {
    let served_well = healthy().await;
    assert_eq!(served_well.get("/readyz").await.0, 200);
    let closed = served(Still.now(), Writes(false)).await;
    let (code, answer) = closed.get("/readyz").await;
    assert_eq!(code, 503);
    assert!(answer.contains("the ledger is closed"));
    let mut failing = PracticeStatus::starting();
    failing.condition = Condition::LedgerFailing;
    served_well.status.send_replace(Arc::new(failing));
    assert_eq!(served_well.get("/readyz").await.0, 503);
}

#[tokio::test]
async fn another_hosts_name_for_the_loopback_address_is_refused() {
    let served = healthy().await;
    for host in ["Host: evil.example", "Host: 192.0.2.7:8472", "Host: "] {
        let (code, _) = served.ask("GET /", &[host], "").await;
        assert_eq!(code, 421, "{host}");
    }
    for host in [
        "Host: localhost:8472",
        "Host: [::1]:8472",
        "Host: 127.0.0.1",
    ] {
        let (code, _) = served.ask("GET /", &[host], "").await;
        assert_eq!(code, 200, "{host}");
    }
}

#[tokio::test]
async fn a_write_on_another_sites_errand_is_refused() {
    let served = healthy().await;
    for header in [
        "Origin: http://evil.example",
        "Origin: null",
        "Origin: http://localhost:1",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
    ] {
        let (code, _) = served.ask(PAUSE, &[JSON, header], "{}").await;
        assert_eq!(code, 403, "{header}");
    }
    assert_eq!(served.control.take().paused, None);
    let own = format!("Origin: http://{}", served.address);
    let own = [JSON, own.as_str(), "Sec-Fetch-Site: same-origin"];
    assert_eq!(served.ask(PAUSE, &own, "{}").await.0, 202);
    assert_eq!(served.control.take().paused, Some(true));
}

#[tokio::test]
async fn a_write_is_json_small_and_without_unknown_fields() {
    let served = healthy().await;
    let form = "Content-Type: application/x-www-form-urlencoded";
    assert_eq!(served.ask(PAUSE, &[form], "{}").await.0, 415);
    assert_eq!(served.ask(PAUSE, &[], "{}").await.0, 415);
    assert_eq!(served.ask(PAUSE, &[JSON], "{\"x\":1}").await.0, 422);
    let large = format!("{{{}}}", " ".repeat(LARGEST_BODY));
    assert_eq!(served.ask(PAUSE, &[JSON], &large).await.0, 413);
    assert_eq!(served.control.take().paused, None);
}

#[tokio::test]
async fn an_operator_steers_a_practice() {
    let served = healthy().await;
    let base = "POST /api/v1/practices/harbour-dental";
    let resync = format!("{base}/resync");
    assert_eq!(served.ask(&resync, &[JSON], "{}").await.0, 202);
    assert_eq!(served.control.take().resync, Some(Removals::Guarded));
    let accept = "{\"accept_removals\":true}";
    assert_eq!(served.ask(&resync, &[JSON], accept).await.0, 202);
    assert_eq!(served.control.take().resync, Some(Removals::Accepted));
    let resume = format!("{base}/resume");
    assert_eq!(served.ask(&resume, &[JSON], "{}").await.0, 202);
    assert_eq!(served.control.take().paused, Some(false));
    let nobody = "POST /api/v1/practices/nobody/resume";
    assert_eq!(served.ask(nobody, &[JSON], "{}").await.0, 404);
    assert_eq!(served.get("/nowhere").await.0, 404);
}

#[tokio::test]
async fn the_statuses_are_in_the_api_and_in_the_metrics() {
    let served = healthy().await;
    let mut status = PracticeStatus::starting();
    status.condition = Condition::Healthy;
    status.activations = 7;
    status.bookings.confirmed = 3;
    served.status.send_replace(Arc::new(status));
    let (_, list) = served.get("/api/v1/practices").await;
    assert!(list.contains("\"name\":\"harbour-dental\",\"practice_id\":\"1234567\""));
    let (_, one) = served.get("/api/v1/practices/harbour-dental").await;
    assert!(one.contains("\"condition\":\"healthy\""), "{one}");
    let (_, metrics) = served.get("/metrics").await;
    for sample in [
        "connector_practices{condition=\"healthy\"} 1\n",
        "connector_practices{condition=\"paused\"} 0\n",
        "connector_polls_total 7\n",
        "connector_bookings_total{outcome=\"confirmed\"} 3\n",
    ] {
        assert!(metrics.contains(sample), "{sample} in {metrics}");
    }
}

#[tokio::test]
async fn an_item_is_closed_and_a_booking_retried_only_where_one_waits() {
    let served = healthy().await;
    let mut status = PracticeStatus::starting();
    let item = |kind: &str, subject: &str| ItemShown {
        kind: kind.to_owned(),
        subject: subject.to_owned(),
        sentence: "Look.".to_owned(),
        raised_at: DateTime::UNIX_EPOCH,
    };
    status.items = vec![
        item("check-diary", "12"),
        item("call-patient", "13"),
        item("accept-removals", ""),
    ];
    served.status.send_replace(Arc::new(status));
    let json = &["Content-Type: application/json"][..];
    for (path, expected) in [
        ("items/check-diary/12/done", 202),
        ("items/check-diary/13/done", 404),
        ("items/check-everything/12/done", 404),
        ("items/accept-removals/done", 409),
        ("bookings/12/retry", 202),
        ("bookings/13/retry", 409),
        ("bookings/twelve/retry", 400),
    ] {
        let line = format!("POST /api/v1/practices/harbour-dental/{path}");
        let (code, _) = served.ask(&line, json, "{}").await;
        assert_eq!(code, expected, "{path}");
        let (code, _) = served
            .ask(&line, &["Origin: http://elsewhere.example"], "{}")
            .await;
        assert_eq!(code, 403, "{path}");
    }
    let wishes = served.control.take();
    let key = ItemKey {
        kind: ItemKind::CheckDiary,
        subject: "12".to_owned(),
    };
    assert_eq!(wishes.done, [key]);
    assert_eq!(wishes.retry, [BookingId::new(12)]);
}
