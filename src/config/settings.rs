//! The settings once they are checked: what the daemon is built from.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::problem::Problem;
use crate::domain::civil::{TimeOfDay, Zone};
use crate::domain::feature::Features;
use crate::domain::id::{PracticeId, PracticeName};
use crate::domain::live_hours::LiveHours;
use crate::healthengine::ClientLimits;
use crate::pms::registry::AdapterSettings;
use crate::telemetry::{LogFormat, LogLevel};

/// Everything that can be set, checked. `Debug` prints no secret.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who we are, as Healthengine is told.
    pub identity: Identity,
    /// Where Healthengine is, and how it is called.
    pub healthengine: HealthengineSettings,
    /// How long a PMS may take.
    pub pms: PmsLimits,
    /// Where personal data is processed and stored.
    pub residency: Residency,
    /// When things are done.
    pub schedule: Schedule,
    /// Where the ledger is.
    pub ledger: LedgerSettings,
    /// Where the operator's page is.
    pub server: ServerSettings,
    /// How the daemon stops.
    pub shutdown: ShutdownSettings,
    /// What is logged, and how.
    pub telemetry: TelemetrySettings,
    /// Every practice, by name.
    pub practices: Vec<Arc<PracticeSettings>>,
    /// What is doubtful but no reason not to start.
    pub warnings: Vec<Problem>,
}

/// Who we are, as Healthengine is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The vendor's name.
    pub vendor_name: String,
    /// Where Healthengine writes to when something is wrong.
    pub vendor_email: String,
    /// Which of Healthengine's environments this is.
    pub environment: Environment,
}

impl Identity {
    /// The `User-Agent` that every call carries.
    ///
    /// Rule: `VENDOR_NAME (VENDOR_EMAIL) ENVIRONMENT`.
    pub fn user_agent(&self) -> String {
        format!(
            "{} ({}) {}",
            self.vendor_name, self.vendor_email, self.environment
        )
    }
}

/// Which of Healthengine's environments this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Environment {
    /// Development: the only one in which a secret may stand in a settings file.
    Dev,
    /// Acceptance tests.
    Uat,
    /// Production.
    Prod,
}

impl Environment {
    /// Every environment.
    pub const ALL: [Self; 3] = [Self::Dev, Self::Uat, Self::Prod];

    /// Its name, as `identity.environment` and the `User-Agent` write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dev => "DEV",
            Self::Uat => "UAT",
            Self::Prod => "PROD",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where Healthengine is, and how it is called.
#[derive(Debug, Clone)]
pub struct HealthengineSettings {
    /// The base of every address, without a slash at its end; https unless its host is loopback.
    pub base_url: Url,
    /// The deployment's key (the `api-key` header): fit to be a header's value.
    pub api_key: SecretString,
    /// How the client behaves.
    pub limits: ClientLimits,
    /// Certificates to trust beside the system's own, in PEM.
    pub extra_ca: Option<PathBuf>,
}

/// How long a call to a PMS may last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PmsLimits {
    /// The longest a read may last.
    pub read_timeout: Duration,
    /// The longest a write may last; below 15 s, so that an answer still reaches the patient.
    pub write_timeout: Duration,
}

/// Where personal data is processed and stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residency {
    /// An Australian region's name.
    pub region: String,
}

/// When things are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// Between two polls of a practice inside its live hours.
    pub poll_interval: Duration,
    /// Between two polls of a practice outside its live hours.
    pub poll_interval_outside_live_hours: Duration,
    /// When availability is sent in full, practice-local.
    pub full_availability_at: TimeOfDay,
    /// Over how long practices are spread after that.
    pub full_availability_jitter: Duration,
    /// Between two reads of a diary that has no change feed.
    pub change_scan_interval: Duration,
    /// Between two calls for a practice that Healthengine refuses (401, 403).
    pub unauthorised_probe_interval: Duration,
}

/// Where the ledger is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerSettings {
    /// The SQLite file.
    pub file: PathBuf,
    /// How long settled rows are kept.
    pub retention: Duration,
}

/// Where the operator's page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerSettings {
    /// The address of the page, the API, the health checks and the metrics.
    pub listen: SocketAddr,
}

/// How the daemon stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShutdownSettings {
    /// How long steps in hand may take after the first signal.
    pub grace: Duration,
}

/// What is logged, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TelemetrySettings {
    /// In which form.
    pub format: LogFormat,
    /// From which level on.
    pub level: LogLevel,
}

/// One practice, checked.
#[derive(Debug, Clone)]
pub struct PracticeSettings {
    /// Its name on the command line and in addresses: the stem of its file.
    pub name: PracticeName,
    /// Healthengine's id of it; no two practices share one.
    pub practice_id: PracticeId,
    /// Its key (the `practice-key` header): fit to be a header's value.
    pub practice_key: SecretString,
    /// Its time zone.
    pub zone: Zone,
    /// Whether it is served at all.
    pub enabled: bool,
    /// How many days ahead are published, today included; never more than its system allows.
    pub publish_days: u16,
    /// Its live hours; equal ones are one value in memory.
    pub live_hours: Arc<LiveHours>,
    /// Its PMS.
    pub pms: Arc<dyn AdapterSettings>,
    /// What becomes of a booking while its PMS is down.
    pub when_pms_unavailable: WhenPmsUnavailable,
    /// Which extra features it wants; never one that its system cannot serve.
    pub features: Features,
}

/// What becomes of a booking when its PMS stays down until the patient must be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhenPmsUnavailable {
    /// It is rejected in time, so that the patient can pick another time.
    Reject,
    /// It is held, and put into the diary once the PMS is back.
    Hold,
}

impl WhenPmsUnavailable {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Reject, Self::Hold];

    /// Its name in a practice's file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::Hold => "hold",
        }
    }
}
