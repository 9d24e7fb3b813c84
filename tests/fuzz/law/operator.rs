//! The operator's page and its API: whatever is asked, none of it stands in the page unescaped, and only
//! a request of this machine steers a practice.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use healthengine_connector::domain::civil::{TimeOfDay, Zone};
use healthengine_connector::domain::clock::Clock;
use healthengine_connector::domain::feature::Features;
use healthengine_connector::domain::id::{PracticeId, PracticeName};
use healthengine_connector::ledger::LedgerError;
use healthengine_connector::practice::heartbeat::Heartbeat;
use healthengine_connector::practice::status::PracticeStatus;
use healthengine_connector::practice::{Profile, Rhythm, WhenPmsUnavailable};
use healthengine_connector::server::{Listed, Pulse, Roster, Site, TakesWrites, router};
use tokio::sync::watch;

use super::exchange::{ask, request};

/// Markup that must never reach a browser as such.
const CANARY: &str = "<canary7";

struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

struct Open;

#[async_trait]
impl TakesWrites for Open {
    async fn takes_writes(&self) -> Result<(), LedgerError> {
        Ok(())
    }
}

thread_local! {
    static ROUTER: Router = router(Arc::new(site()));
}

fn site() -> Site {
    let minute = Duration::from_secs(60);
    let profile = Profile {
        name: PracticeName::parse("harbour-dental").unwrap(),
        id: PracticeId::parse("1234567").unwrap(),
        zone: Zone::parse("Australia/Sydney").unwrap(),
        enabled: true,
        publish_days: 30,
        live_hours: Arc::default(),
        when_pms_unavailable: WhenPmsUnavailable::Reject,
        features: Features::default(),
        rhythm: Arc::new(Rhythm {
            poll: minute,
            poll_outside_live_hours: minute,
            full_at: TimeOfDay::parse("02:30").unwrap(),
            full_jitter: Duration::ZERO,
            change_scan: minute,
            unauthorised_probe: minute,
            read_limit: minute,
            write_limit: minute,
        }),
    };
    let (_sender, status) = watch::channel(Arc::new(PracticeStatus::starting()));
    let listed = Listed {
        profile: Arc::new(profile),
        control: Arc::default(),
        status,
    };
    Site {
        roster: Arc::new(Roster::new([listed])),
        pulse: Arc::new(Pulse::new(Arc::<Heartbeat>::default(), Arc::new(Still), 1)),
        ledger: Arc::new(Open),
        clock: Arc::new(Still),
        version: "0.1.0",
    }
}

/// An input is a request line, the `Host`, the `Origin`, and a body.
pub(crate) fn hold(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.splitn(4, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (first, host, origin, body) = (line(), line(), line(), line());
    let mut headers = vec![("host", host), ("content-type", "application/json")];
    if !origin.is_empty() {
        headers.push(("origin", origin));
    }
    let Some(request) = request(first, &headers, body.as_bytes()) else {
        return;
    };
    let answer = ROUTER.with(|router| ask(router, request));
    assert!(
        !answer.is_page || !answer.body.contains(CANARY),
        "{}",
        answer.body
    );
    let steered = answer.status == StatusCode::ACCEPTED;
    let loopback = host.starts_with("127.") || host.starts_with("localhost");
    assert!(!steered || loopback || host.starts_with("[::1]"), "{host}");
    assert!(
        !steered || origin.is_empty() || origin.ends_with(host),
        "{origin} at {host}"
    );
}
