//! The checks of the connector's own settings.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::findings::Findings;
use super::raw::{
    RawConnector, RawIdentity, RawLedger, RawPms, RawResidency, RawSchedule, RawServer,
    RawShutdown, RawTelemetry,
};
use super::settings::{
    Environment, HealthengineSettings, Identity, LedgerSettings, PmsLimits, Residency, Schedule,
    ServerSettings, ShutdownSettings, TelemetrySettings,
};
use super::sources::Sources;
use crate::domain::civil::TimeOfDay;
use crate::telemetry::{LogFormat, LogLevel};

mod healthengine;

/// The connector's own settings, checked key by key.
pub(super) struct Connector {
    pub identity: Identity,
    pub healthengine: HealthengineSettings,
    pub pms: PmsLimits,
    pub residency: Residency,
    pub schedule: Schedule,
    pub ledger: LedgerSettings,
    pub server: ServerSettings,
    pub shutdown: ShutdownSettings,
    pub telemetry: TelemetrySettings,
}

/// Where personal data may be processed and stored.
///
/// Rule: in Australia (APP 8).
const AUSTRALIAN_REGIONS: [&str; 9] = [
    "ap-southeast-2",
    "ap-southeast-4",
    "australiaeast",
    "australiasoutheast",
    "australiacentral",
    "australiacentral2",
    "australia-southeast1",
    "australia-southeast2",
    "on-premises-au",
];

const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const fn from(least: u32, unit: Duration, most: u32, of: Duration) -> RangeInclusive<Duration> {
    unit.saturating_mul(least)..=of.saturating_mul(most)
}

/// Checks everything; `None` where something is wrong, which is then among the findings.
pub(super) fn check(
    raw: &RawConnector,
    sources: &Sources,
    findings: &mut Findings<'_>,
) -> Option<Connector> {
    let environment = environment(&raw.identity, findings);
    let identity = identity(&raw.identity, environment, findings);
    let healthengine = healthengine::check(&raw.healthengine, environment, sources, findings);
    let pms = pms(&raw.pms, findings);
    let residency = residency(&raw.residency, findings);
    let schedule = schedule(&raw.schedule, findings);
    let ledger = ledger(&raw.ledger, sources, findings);
    let server = server(&raw.server, findings);
    let shutdown = shutdown(&raw.shutdown, findings);
    let telemetry = telemetry(&raw.telemetry, findings);
    let connector = Connector {
        identity: identity?,
        healthengine: healthengine?,
        pms: pms?,
        residency: residency?,
        schedule: schedule?,
        ledger: ledger?,
        server: server?,
        shutdown: shutdown?,
        telemetry: telemetry?,
    };
    check_together(&connector, findings);
    Some(connector)
}

/// The rules that hold between keys.
fn check_together(connector: &Connector, findings: &mut Findings<'_>) {
    let Connector {
        healthengine: HealthengineSettings { limits, .. },
        pms,
        schedule,
        shutdown,
        ..
    } = connector;
    if limits.connect_timeout > limits.total_timeout {
        findings.wrong(
            "healthengine.connect_timeout",
            "it is longer than healthengine.total_timeout",
            "lower it, or raise healthengine.total_timeout",
        );
    }
    if schedule.poll_interval_outside_live_hours < schedule.poll_interval {
        findings.wrong(
            "schedule.poll_interval_outside_live_hours",
            "it is shorter than schedule.poll_interval",
            "write at least schedule.poll_interval",
        );
    }
    // What is in hand at the first signal is at most one write to the PMS and one answer.
    let step = pms.write_timeout.saturating_add(limits.total_timeout);
    if shutdown.grace < step {
        findings.wrong(
            "shutdown.grace",
            "it is shorter than pms.write_timeout and healthengine.total_timeout together",
            "raise it, so that a booking in hand can be finished",
        );
    }
}

/// The environment, where it is known: what the practices' files may hold depends on it.
pub(super) fn environment_of(raw: &RawIdentity) -> Option<Environment> {
    let name = raw.environment.as_ref()?;
    Environment::ALL
        .into_iter()
        .find(|known| known.name() == name)
}

fn environment(raw: &RawIdentity, findings: &mut Findings<'_>) -> Option<Environment> {
    findings.word(
        "identity.environment",
        raw.environment.as_ref(),
        Environment::ALL.map(|known| (known.name(), known)),
    )
}

fn identity(
    raw: &RawIdentity,
    environment: Option<Environment>,
    findings: &mut Findings<'_>,
) -> Option<Identity> {
    const NAME: &str = "write your company's name in plain ASCII, without ( and )";
    const EMAIL: &str = "write an address that Healthengine can write to";
    let plain = |text: &str| {
        let inner = |c: char| (c.is_ascii_graphic() || c == ' ') && !matches!(c, '(' | ')');
        !text.is_empty() && text.trim() == text && text.chars().all(inner)
    };
    let mut one = |key: &str, value: Option<&String>, fits: &dyn Fn(&str) -> bool, remedy| {
        let text = findings.required(key, value, remedy)?;
        if fits(text) {
            return Some(text.clone());
        }
        findings.wrong(
            key,
            format!("{text:?} cannot stand in a User-Agent"),
            remedy,
        );
        None
    };
    let vendor_name = one(
        "identity.vendor_name",
        raw.vendor_name.as_ref(),
        &plain,
        NAME,
    );
    let address = |text: &str| {
        let halves = text.split_once('@');
        plain(text)
            && !text.contains(' ')
            && halves.is_some_and(|(a, b)| !a.is_empty() && !b.is_empty())
    };
    let vendor_email = one(
        "identity.vendor_email",
        raw.vendor_email.as_ref(),
        &address,
        EMAIL,
    );
    Some(Identity {
        vendor_name: vendor_name?,
        vendor_email: vendor_email?,
        environment: environment?,
    })
}

fn pms(raw: &RawPms, findings: &mut Findings<'_>) -> Option<PmsLimits> {
    let read_timeout = findings.length(
        "pms.read_timeout",
        raw.read_timeout.as_ref(),
        from(100, MILLISECOND, 120, SECOND),
    );
    // The patient's 20 s, less the margin of 5 s, must outlast a write.
    let write_timeout = findings.length(
        "pms.write_timeout",
        raw.write_timeout.as_ref(),
        from(100, MILLISECOND, 14, SECOND),
    );
    Some(PmsLimits {
        read_timeout: read_timeout?,
        write_timeout: write_timeout?,
    })
}

fn residency(raw: &RawResidency, findings: &mut Findings<'_>) -> Option<Residency> {
    let region = findings.word(
        "residency.region",
        raw.region.as_ref(),
        AUSTRALIAN_REGIONS.map(|region| (region, region)),
    )?;
    Some(Residency {
        region: region.to_owned(),
    })
}

fn schedule(raw: &RawSchedule, findings: &mut Findings<'_>) -> Option<Schedule> {
    // Rule: polled at least every 5 s without webhooks; over 10 min apart is unhealthy.
    let poll_interval = findings.length(
        "schedule.poll_interval",
        raw.poll_interval.as_ref(),
        from(100, MILLISECOND, 5, SECOND),
    );
    let poll_interval_outside_live_hours = findings.length(
        "schedule.poll_interval_outside_live_hours",
        raw.poll_interval_outside_live_hours.as_ref(),
        from(100, MILLISECOND, 10, MINUTE),
    );
    let full_availability_at = time_of_day(raw.full_availability_at.as_ref(), findings);
    let full_availability_jitter = findings.length(
        "schedule.full_availability_jitter",
        raw.full_availability_jitter.as_ref(),
        from(0, SECOND, 12, HOUR),
    );
    let change_scan_interval = findings.length(
        "schedule.change_scan_interval",
        raw.change_scan_interval.as_ref(),
        from(1, SECOND, 1, HOUR),
    );
    let unauthorised_probe_interval = findings.length(
        "schedule.unauthorised_probe_interval",
        raw.unauthorised_probe_interval.as_ref(),
        from(1, SECOND, 1, HOUR),
    );
    Some(Schedule {
        poll_interval: poll_interval?,
        poll_interval_outside_live_hours: poll_interval_outside_live_hours?,
        full_availability_at: full_availability_at?,
        full_availability_jitter: full_availability_jitter?,
        change_scan_interval: change_scan_interval?,
        unauthorised_probe_interval: unauthorised_probe_interval?,
    })
}

fn time_of_day(text: Option<&String>, findings: &mut Findings<'_>) -> Option<TimeOfDay> {
    const KEY: &str = "schedule.full_availability_at";
    const REMEDY: &str = "write HH:MM, from 00:00 to 23:59";
    let text = findings.required(KEY, text, REMEDY)?;
    let time = TimeOfDay::parse(text).filter(|time| *time < TimeOfDay::END_OF_DAY);
    if time.is_none() {
        findings.wrong(KEY, format!("{text:?} is not a time of day"), REMEDY);
    }
    time
}

fn ledger(
    raw: &RawLedger,
    sources: &Sources,
    findings: &mut Findings<'_>,
) -> Option<LedgerSettings> {
    const KEY: &str = "ledger.url";
    const REMEDY: &str = "write sqlite: and the file's path, such as sqlite:data/ledger.db";
    let file = findings
        .required(KEY, raw.url.as_ref(), REMEDY)
        .and_then(|url| {
            let Some(path) = url.strip_prefix("sqlite:") else {
                // A password could stand in the address, so that it is not quoted.
                findings.wrong(KEY, "only a ledger in SQLite is supported", REMEDY);
                return None;
            };
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(':') || path.ends_with('/') || path.contains('?')
            {
                findings.wrong(KEY, "the ledger needs a file on the disk", REMEDY);
                return None;
            }
            Some(sources.working_dir.join(path))
        });
    let retention = findings.length(
        "ledger.retention",
        raw.retention.as_ref(),
        from(1, DAY, 3650, DAY),
    );
    Some(LedgerSettings {
        file: file?,
        retention: retention?,
    })
}

/// Checks the `[server]` table.
pub(super) fn server(raw: &RawServer, findings: &mut Findings<'_>) -> Option<ServerSettings> {
    const KEY: &str = "server.listen";
    const REMEDY: &str = "write an IP address and a port, such as 127.0.0.1:8472";
    let text = findings.required(KEY, raw.listen.as_ref(), REMEDY)?;
    let Ok(listen) = text.parse::<SocketAddr>() else {
        findings.wrong(
            KEY,
            format!("{text:?} is not an address and a port"),
            REMEDY,
        );
        return None;
    };
    if !listen.ip().is_loopback() {
        findings.wrong(
            KEY,
            format!("{text} can be reached from other machines, and the page has no log-in"),
            "write an address of this machine itself, such as 127.0.0.1:8472",
        );
        return None;
    }
    Some(ServerSettings { listen })
}

fn shutdown(raw: &RawShutdown, findings: &mut Findings<'_>) -> Option<ShutdownSettings> {
    let bounds = from(1, SECOND, 10, MINUTE);
    let grace = findings.length("shutdown.grace", raw.grace.as_ref(), bounds)?;
    Some(ShutdownSettings { grace })
}

fn telemetry(raw: &RawTelemetry, findings: &mut Findings<'_>) -> Option<TelemetrySettings> {
    let format = findings.word(
        "telemetry.format",
        raw.format.as_ref(),
        LogFormat::ALL.map(|format| (format.name(), format)),
    );
    let level = findings.word(
        "telemetry.level",
        raw.level.as_ref(),
        LogLevel::ALL.map(|level| (level.name(), level)),
    );
    Some(TelemetrySettings {
        format: format?,
        level: level?,
    })
}
