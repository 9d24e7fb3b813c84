//! A practice's whole surroundings in memory: Healthengine, its PMS, the clock, and the real ledger
//! in a file, so that the engine can be driven one activation at a time.
//!
//! # Invariants
//! - One thread, no socket, no sleeping: time is moved by the test, and by nothing else.
//! - The models promise what the real ones promise, and fail only as they are told to.
//! - [`World::finish`] fails on whatever a test leaves behind: a booking that stands twice, an answer
//!   that does not agree with the diary, a published day that does not, a patient's detail on paper.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use healthengine_connector::domain::booking::{How, State};
use healthengine_connector::domain::civil::{LocalDateTime, TimeOfDay, TimeRange, Zone};
use healthengine_connector::domain::clock::Clock as _;
use healthengine_connector::domain::feature::Features;
use healthengine_connector::domain::id::{BookingId, PracticeId, PracticeName};
use healthengine_connector::domain::live_hours::LiveHours;
use healthengine_connector::healthengine::Healthengine;
use healthengine_connector::ledger::sqlite::Inline;
use healthengine_connector::ledger::{Item, Ledger, StoryLine};
use healthengine_connector::pms::PmsAdapter;
use healthengine_connector::practice::control::{Removals, Wishes};
use healthengine_connector::practice::status::PracticeStatus;
use healthengine_connector::practice::{
    Activation, Ports, Practice, Profile, Rhythm, WhenPmsUnavailable,
};
use healthengine_connector::simulation::clock::VirtualClock;
use healthengine_connector::simulation::gate::Gate;
use healthengine_connector::simulation::ledger::WatchedLedger;
use tempfile::TempDir;

pub(crate) mod copy;
pub(crate) mod finish;
pub(crate) mod healthengine;
pub(crate) mod journal;
pub(crate) mod pms;

pub(crate) use healthengine_connector::simulation::patient;

use healthengine::{Answer, Asked, HealthengineModel};
use journal::Journal;
use pms::PmsModel;

/// One practice and all that it meets.
pub(crate) struct World {
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) healthengine: Asked,
    pub(crate) pms: Arc<PmsModel>,
    pub(crate) profile: Arc<Profile>,
    pub(crate) journal: Journal,
    /// Whether Healthengine takes what staff do to bookings that stand.
    pub(crate) watches: bool,
    /// The last status that was published.
    pub(crate) status: PracticeStatus,
    practice: Option<Practice>,
    ledger: Option<Arc<WatchedLedger>>,
    dir: Arc<TempDir>,
}

/// What a world is made of, before it is made.
pub(crate) struct Plan {
    pub(crate) begin: DateTime<Utc>,
    pub(crate) profile: Profile,
    pub(crate) rhythm: Rhythm,
    pub(crate) pms: PmsModel,
}

impl Default for Plan {
    /// Monday, 23 November 2026, 09:00 in Sydney; two resources, two types, three days published.
    fn default() -> Self {
        let rhythm = Rhythm {
            poll: Duration::from_secs(5),
            poll_outside_live_hours: Duration::from_secs(60),
            full_at: time("02:30"),
            full_jitter: Duration::ZERO,
            change_scan: Duration::from_secs(60),
            unauthorised_probe: Duration::from_secs(300),
            read_limit: Duration::from_secs(10),
            write_limit: Duration::from_secs(15),
        };
        let every_day = vec![range("08:00", "17:00")];
        Self {
            begin: "2026-11-22T22:00:00Z".parse().unwrap(),
            profile: Profile {
                name: PracticeName::parse("harbour-dental").unwrap(),
                id: PracticeId::parse("1234567").unwrap(),
                zone: Zone::parse("Australia/Sydney").unwrap(),
                enabled: true,
                publish_days: 3,
                live_hours: Arc::new(LiveHours::new(
                    std::array::from_fn(|_| every_day.clone()),
                    Vec::new(),
                )),
                when_pms_unavailable: WhenPmsUnavailable::Reject,
                features: Features::default(),
                rhythm: Arc::new(rhythm.clone()),
            },
            rhythm,
            pms: pms::usual(),
        }
    }
}

impl World {
    /// The usual world: nothing is linked yet.
    pub(crate) fn new() -> Self {
        Self::of(Plan::default())
    }

    /// The usual world with something changed in its plan.
    pub(crate) fn with(change: impl FnOnce(&mut Plan)) -> Self {
        let mut plan = Plan::default();
        change(&mut plan);
        Self::of(plan)
    }

    /// A world whose practice has been linked, and whose days are all published.
    pub(crate) async fn linked() -> Self {
        Self::new().link().await
    }

    /// The same, with something changed in its plan.
    pub(crate) async fn linked_with(change: impl FnOnce(&mut Plan)) -> Self {
        Self::with(change).link().await
    }

    /// A second practice in the same process: the same clock, journal and ledger file.
    pub(crate) fn beside(&self, id: &str) -> Self {
        let plan = Plan::default();
        let profile = Profile {
            id: PracticeId::parse(id).unwrap(),
            name: PracticeName::parse(&format!("practice-{id}")).unwrap(),
            ..plan.profile
        };
        let mut world = Self {
            clock: Arc::clone(&self.clock),
            gate: Arc::clone(&self.gate),
            healthengine: asked(&self.clock, &self.gate),
            pms: Arc::new(plan.pms.in_world(&self.clock, &self.gate)),
            profile: Arc::new(profile),
            journal: self.journal.clone(),
            watches: true,
            status: PracticeStatus::starting(),
            practice: None,
            ledger: self.ledger.clone(),
            dir: Arc::clone(&self.dir),
        };
        world.start();
        world
    }

    fn of(plan: Plan) -> Self {
        let journal = Journal::begin();
        let clock = Arc::new(VirtualClock::at(plan.begin));
        let gate = Arc::new(Gate::default());
        let mut world = Self {
            healthengine: asked(&clock, &gate),
            pms: Arc::new(plan.pms.in_world(&clock, &gate)),
            profile: Arc::new(Profile {
                rhythm: Arc::new(plan.rhythm),
                ..plan.profile
            }),
            clock,
            gate,
            journal,
            watches: true,
            status: PracticeStatus::starting(),
            practice: None,
            ledger: None,
            dir: Arc::new(in_memory()),
        };
        world.restart();
        world
    }

    async fn link(mut self) -> Self {
        self.activate().await;
        self.run_for(seconds(5)).await;
        assert_eq!(self.status.availability_waiting, 0, "{:?}", self.status);
        self.healthengine.forget_traffic();
        self
    }

    /// Kills the process where it stands, and starts it again on the same ledger file.
    pub(crate) fn restart(&mut self) {
        self.kill();
        let path = self.dir.path().join("ledger.db");
        let clock: Arc<VirtualClock> = Arc::clone(&self.clock);
        let inline = Arc::new(Inline::open(&path, clock).unwrap());
        let gate = Arc::clone(&self.gate);
        self.ledger = Some(Arc::new(WatchedLedger::new(inline, &self.clock, gate)));
        self.start();
    }

    /// Stops the process a while after its last work, and starts it again: all is on the disk.
    pub(crate) fn start_anew(&mut self) {
        self.ledger().flush().unwrap();
        self.restart();
    }

    /// The same for two practices of one process.
    pub(crate) fn restart_with(&mut self, other: &mut Self) {
        other.kill();
        self.restart();
        other.ledger.clone_from(&self.ledger);
        other.start();
    }

    /// Kills the process: what was not flushed is gone.
    pub(crate) fn kill(&mut self) {
        self.practice = None;
        self.ledger = None;
    }

    fn start(&mut self) {
        let ledger: Arc<dyn Ledger> = self.ledger.clone().unwrap();
        let healthengine: Arc<dyn Healthengine> = self.healthengine.model.clone();
        let pms: Arc<dyn PmsAdapter> = self.pms.clone();
        let ports = Ports {
            healthengine,
            pms,
            ledger,
            clock: self.clock.clone(),
        };
        self.practice = Some(Practice::new(
            Arc::clone(&self.profile),
            ports,
            Arc::default(),
            7,
        ));
    }

    /// The ledger, to be made to fail.
    pub(crate) fn ledger(&self) -> &WatchedLedger {
        self.ledger.as_ref().unwrap()
    }

    /// One activation without wishes.
    pub(crate) async fn activate(&mut self) -> Activation {
        self.wish(Wishes::default()).await
    }

    /// One activation with an operator's wishes.
    pub(crate) async fn wish(&mut self, wishes: Wishes) -> Activation {
        let practice = self.practice.as_mut().unwrap();
        let mut activation = Box::pin(practice.activate(wishes)).await;
        while let Some(errand) = practice.errand() {
            practice.bring(errand.await);
            activation = Box::pin(practice.activate(Wishes::default())).await;
        }
        assert!(activation.wait >= Duration::from_millis(50), "it spins");
        self.status = activation.status.clone();
        activation
    }

    /// An operator asks for everything to be sent anew.
    pub(crate) async fn resync(&mut self, removals: Removals) -> Activation {
        self.wish(Wishes {
            resync: Some(removals),
            ..Wishes::default()
        })
        .await
    }

    /// An operator pauses the practice, or lets it go on.
    pub(crate) async fn pause(&mut self, paused: bool) -> Activation {
        self.wish(Wishes {
            paused: Some(paused),
            ..Wishes::default()
        })
        .await
    }

    /// One activation, given up where the gate holds a call: `false` when it was held.
    pub(crate) async fn activate_until_held(&mut self) -> bool {
        let gate = Arc::clone(&self.gate);
        tokio::select! {
            biased;
            _ = self.activate() => true,
            () = gate.holding() => false,
        }
    }

    /// Runs the practice as its pacing would, for this long; at least one activation.
    pub(crate) async fn run_for(&mut self, length: Duration) {
        let end = self.clock.now() + length;
        loop {
            let wait = self.activate().await.wait;
            let next = self.clock.now() + wait;
            if next > end {
                let rest = (end - self.clock.now()).to_std().unwrap_or_default();
                self.clock.advance(rest);
                return;
            }
            self.clock.advance(wait);
        }
    }

    /// The same, but killed where the gate holds a call: `false` when it was held.
    pub(crate) async fn run_until_held(&mut self, length: Duration) -> bool {
        let gate = Arc::clone(&self.gate);
        tokio::select! {
            biased;
            () = self.run_for(length) => true,
            () = gate.holding() => false,
        }
    }

    /// What waits for a person, as the ledger has it.
    pub(crate) async fn items(&self) -> Vec<Item> {
        let practice = Some(&self.profile.id);
        self.ledger().load_items(practice).await.unwrap()
    }

    /// Whether Healthengine was told once, and that the booking stands.
    pub(crate) fn is_confirmed(&self, booking: BookingId) -> bool {
        let told = self.healthengine.told(booking);
        matches!(told.as_slice(), [Answer::Confirmed(_)])
    }

    /// How a confirmed booking's appointment came into the diary, as the ledger has it.
    pub(crate) async fn how(&self, booking: BookingId) -> How {
        let ledger = self.ledger();
        let record = ledger.load_booking(&self.profile.id, booking).await;
        let state = record.unwrap().unwrap().state;
        let State::Confirmed { how, .. } = state else {
            panic!("{state:?}");
        };
        how
    }

    /// The story of a booking, as the ledger has it.
    pub(crate) async fn story(&self, id: BookingId) -> Vec<StoryLine> {
        let ledger = self.ledger();
        ledger.load_story(&self.profile.id, id).await.unwrap()
    }

    /// How many updates the ledger has whose answer is not known to have arrived.
    pub(crate) async fn open_updates(&self) -> usize {
        let ledger = self.ledger();
        let record = ledger.load_practice(&self.profile.id).await.unwrap();
        record.updates.len()
    }

    /// Starts again without the old ledger: it was pruned, or lost with its machine.
    pub(crate) fn forget_ledger(&mut self) {
        self.kill();
        self.dir = Arc::new(in_memory());
        self.restart();
    }

    /// The practice's clock.
    pub(crate) fn local(&self) -> LocalDateTime {
        self.profile.zone.local(self.clock.now())
    }
}

/// A folder where a flush costs nothing: a process is killed here, never the machine.
fn in_memory() -> TempDir {
    tempfile::tempdir_in(healthengine_connector::simulation::world::place()).unwrap()
}

fn asked(clock: &Arc<VirtualClock>, gate: &Arc<Gate>) -> Asked {
    Asked {
        model: Arc::new(HealthengineModel::new(Arc::clone(clock), Arc::clone(gate))),
        clock: Arc::clone(clock),
    }
}

/// So many seconds.
pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// So many minutes.
pub(crate) const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

/// A time of day, `HH:MM`.
pub(crate) fn time(text: &str) -> TimeOfDay {
    TimeOfDay::parse(text).unwrap()
}

/// A stretch of a day.
pub(crate) fn range(start: &str, end: &str) -> TimeRange {
    TimeRange::new(time(start), time(end)).unwrap()
}

/// A practice-local civil time, `2026-11-23 09:30`.
pub(crate) fn local(text: &str) -> LocalDateTime {
    let (date, at) = text.split_once(' ').unwrap();
    LocalDateTime::new(date.parse().unwrap(), time(at))
}
