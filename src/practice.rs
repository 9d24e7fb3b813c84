//! The engine: one activation per practice fetches what is pending, works it and answers.
//!
//! # Needs in tension
//! A booking must not wait, nothing may be done twice, and a practice whose diary hangs must not
//! hurt another. So each practice has its own task, its own backoff and its own budget, and every
//! reason to act (timer, webhook, operator) does no more than wake it: an activation takes no
//! input, fetches all that is pending, and the path after a crash is the everyday path.
//!
//! # Invariants
//! - The engine meets the world through four ports: Healthengine, the PMS, the ledger, the clock.
//!   Nothing in it asks which implementation it has.
//! - Only [`pacing`] waits. An activation never sleeps: what must wait is noted with its time.
//! - Work on bookings comes before all other work, except when a practice is linked for the first
//!   time: then its configuration goes first, as the platform asks.
//! - Absent on purpose: retries inside a call, and any transaction held over a network call.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::civil::{TimeOfDay, Zone};
use crate::domain::clock::Clock;
use crate::domain::feature::Features;
use crate::domain::id::{PracticeId, PracticeName};
use crate::domain::live_hours::LiveHours;
use crate::healthengine::{CallError, Healthengine};
use crate::ledger::{Ledger, LedgerError};
use crate::pms::PmsAdapter;

mod activation;
mod allowance;
mod answer;
mod attachment;
mod booking;
mod change;
pub mod control;
mod desk;
mod document;
mod errand;
mod features;
mod guard;
mod health;
pub mod heartbeat;
mod horizon;
mod insert;
mod intake;
pub(crate) mod kinds;
mod late;
mod objection;
mod order;
pub mod pacing;
mod person;
mod policy;
mod publish;
mod question;
mod report;
mod seen;
mod setback;
mod setup;
mod snapshot;
pub mod status;
mod tell;
pub mod turns;
mod update;
mod upload;
mod watch;

pub use activation::Activation;
pub use errand::{Brought, Errand};

/// The four ports through which a practice's engine meets the world.
#[derive(Clone)]
pub struct Ports {
    /// Healthengine, on behalf of this practice.
    pub healthengine: Arc<dyn Healthengine>,
    /// The practice's PMS.
    pub pms: Arc<dyn PmsAdapter>,
    /// What was asked, done and answered.
    pub ledger: Arc<dyn Ledger>,
    /// The current time.
    pub clock: Arc<dyn Clock>,
}

/// What the engine knows of a practice from its settings.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name on the command line and in addresses.
    pub name: PracticeName,
    /// Healthengine's id of it.
    pub id: PracticeId,
    /// Its time zone.
    pub zone: Zone,
    /// Whether it is to be served at all.
    pub enabled: bool,
    /// How many days are published, today included.
    pub publish_days: u16,
    /// When Healthengine may expect answers.
    pub live_hours: Arc<LiveHours>,
    /// What becomes of a booking when the PMS cannot be reached in time.
    pub when_pms_unavailable: WhenPmsUnavailable,
    /// Which of Healthengine's extra features the practice wants.
    pub features: Features,
    /// How often what is done.
    pub rhythm: Arc<Rhythm>,
}

/// What becomes of a booking when the PMS cannot be reached in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenPmsUnavailable {
    /// Reject it, so that the patient can pick another time.
    Reject,
    /// Hold it until the PMS is back; Healthengine presumes it confirmed meanwhile.
    Hold,
}

/// How often what is done, and how long a call may last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rhythm {
    /// Between two polls inside live hours.
    pub poll: Duration,
    /// Between two polls outside live hours.
    pub poll_outside_live_hours: Duration,
    /// When availability is sent in full, practice-local.
    pub full_at: TimeOfDay,
    /// Over how long a time the full sendings of all practices are spread.
    pub full_jitter: Duration,
    /// Between two looks for changes made in the PMS.
    pub change_scan: Duration,
    /// Between two probes of a practice whose key is refused.
    pub unauthorised_probe: Duration,
    /// The longest a read of the PMS may last.
    pub read_limit: Duration,
    /// The longest a write to the PMS may last.
    pub write_limit: Duration,
}

/// A practice's engine: what it remembers between two activations.
pub struct Practice {
    profile: Arc<Profile>,
    ports: Ports,
    random: fastrand::Rng,
    desk: desk::Desk,
    setup: setup::Setup,
    horizon: horizon::Horizon,
    watch: watch::Watch,
    health: health::Health,
    features: features::Switches,
    documents: document::Documents,
    attachments: attachment::Attachments,
    unanswered: kinds::Unanswered,
    snapshots: snapshot::Snapshots,
    allowance: allowance::Allowance,
    turns: Arc<turns::Turns>,
    errands: errand::Errands,
    /// What an operator wished while the ledger could not be used.
    wishes_kept: control::Wishes,
}

/// Why an activation cannot go on.
#[derive(Debug)]
enum Halt {
    /// The ledger cannot be read or written: without it nothing may be done.
    Ledger(LedgerError),
    /// Healthengine refuses the practice's key: no further call may be made with it.
    Unauthorised(CallError),
}

impl From<LedgerError> for Halt {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl Practice {
    /// The engine of a practice. The turns are those of its process; the seed spreads its times and
    /// varies its pauses.
    pub fn new(profile: Arc<Profile>, ports: Ports, turns: Arc<turns::Turns>, seed: u64) -> Self {
        Self {
            profile,
            ports,
            random: fastrand::Rng::with_seed(seed),
            desk: desk::Desk::default(),
            setup: setup::Setup::default(),
            horizon: horizon::Horizon::default(),
            watch: watch::Watch::default(),
            health: health::Health::default(),
            features: features::Switches::default(),
            documents: document::Documents::default(),
            attachments: attachment::Attachments::default(),
            unanswered: kinds::Unanswered::default(),
            snapshots: snapshot::Snapshots::default(),
            allowance: allowance::Allowance::default(),
            turns,
            errands: errand::Errands::default(),
            wishes_kept: control::Wishes::default(),
        }
    }

    /// How long to wait before the first activation.
    fn spread(&mut self) -> Duration {
        let over = self.profile.rhythm.poll.min(self.turns.begin_over());
        over.mul_f64(self.random.f64())
    }

    /// The current time, UTC.
    fn now(&self) -> DateTime<Utc> {
        self.ports.clock.now()
    }
}
