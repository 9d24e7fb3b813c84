//! One practice in a world: its models, its judge, and its engine as a future that is polled.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::chronicle::{Chronicle, Happening, Trouble};
use super::clock::VirtualClock;
use super::gate::Gate;
use super::healthengine::HealthengineModel;
use super::judge::Judge;
use super::ledger::WatchedLedger;
use super::plan::{HousePlan, Temper};
use super::pms::{Diary, PmsModel};
use super::weather::Weather;
use crate::domain::clock::Clock;
use crate::healthengine::Healthengine;
use crate::ledger::Ledger;
use crate::ledger::sqlite::Inline;
use crate::pms::PmsAdapter;
use crate::practice::control::{Control, Removals};
use crate::practice::turns::Turns;
use crate::practice::{Brought, Errand, Ports, Practice};

/// The shortest time that the engine may ask to rest: less would be spinning.
const SHORTEST_REST: Duration = Duration::from_millis(50);

/// An activation under way: gives the engine back, and how long it may rest.
type Work = Pin<Box<dyn Future<Output = (Box<Practice>, Duration)>>>;

/// What the practice's engine is doing.
enum Engine {
    /// The daemon does not run.
    Down,
    Resting(Box<Practice>),
    Working(Work),
}

/// What follows a step of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// It is to be polled again then.
    At(DateTime<Utc>),
    /// A call never returns: the daemon is to be killed there.
    Held,
    /// There is no engine.
    Nothing,
}

/// A process that several practices share.
pub struct Process {
    /// Its ledger.
    pub ledger: Arc<Inline>,
    /// Its turns.
    pub turns: Arc<Turns>,
    /// The disk's weather.
    pub disk: Arc<Weather>,
}

/// One practice in a world.
pub struct House {
    /// What it was made from.
    pub plan: HousePlan,
    /// Healthengine, as far as this practice sees it.
    pub healthengine: Arc<HealthengineModel>,
    /// Its system.
    pub pms: Arc<PmsModel>,
    /// What every call of its engine passes.
    pub gate: Arc<Gate>,
    /// How its calls of Healthengine fare.
    pub network: Arc<Weather>,
    /// How its calls of the PMS fare.
    pub office: Arc<Weather>,
    /// What happened to it.
    pub chronicle: Arc<Chronicle>,
    /// Who judges that.
    pub judge: Judge,
    /// How the outside steers it.
    pub control: Control,
    /// Counts its appointments with the loop, so that an older one is not kept.
    pub epoch: u64,
    /// How many people have been thought up for it.
    pub people: u32,
    /// How many requests have been made of it.
    pub requests: i64,
    clock: Arc<VirtualClock>,
    engine: Engine,
    /// What is carried beside its activations, and what came of it.
    errand: Option<Errand>,
    brought: Option<Brought>,
    /// Until when the engine asked to rest.
    rests_until: DateTime<Utc>,
    /// Whether it was woken while it worked.
    woken: bool,
}

impl House {
    /// The practice at this place of a plan.
    pub fn new(
        plan: HousePlan,
        at: usize,
        temper: Temper,
        clock: &Arc<VirtualClock>,
        random: &mut fastrand::Rng,
    ) -> Self {
        let drizzle = match temper {
            Temper::Fine => 0,
            Temper::Mild => 5,
            Temper::Rough => 40,
        };
        let settles = plan.can.settles_within;
        let network = Arc::new(Weather::of(random.fork(), drizzle, settles));
        let office = Arc::new(Weather::of(random.fork(), drizzle, settles));
        let chronicle = Arc::new(Chronicle::default());
        let gate = Arc::new(Gate::forgetful());
        let mut diary = Diary::new(
            plan.resources.clone(),
            plan.types.clone(),
            plan.hours.clone(),
            plan.slot,
        );
        diary.prefix = format!("h{at}-");
        diary.locations = vec![format!("h{at}-L1")];
        diary.zone = Some(plan.profile.zone);
        let pms = PmsModel::new(plan.can.clone(), diary)
            .in_world(clock, &gate)
            .under(&office, &chronicle);
        let healthengine = HealthengineModel::new(Arc::clone(clock), Arc::clone(&gate))
            .under(&network, &chronicle);
        Self {
            judge: Judge::new(at, &plan),
            healthengine: Arc::new(healthengine),
            pms: Arc::new(pms),
            plan,
            gate,
            network,
            office,
            chronicle,
            control: Control::default(),
            epoch: 0,
            people: 0,
            requests: 0,
            clock: Arc::clone(clock),
            engine: Engine::Down,
            errand: None,
            brought: None,
            rests_until: DateTime::UNIX_EPOCH,
            woken: false,
        }
    }

    /// The daemon starts.
    pub fn start(&mut self, process: &Process, seed: u64) {
        let ledger = WatchedLedger::new(
            Arc::clone(&process.ledger),
            &self.clock,
            Arc::clone(&self.gate),
        )
        .under(&process.disk, &self.chronicle);
        let healthengine: Arc<dyn Healthengine> = self.healthengine.clone();
        let pms: Arc<dyn PmsAdapter> = self.pms.clone();
        let ledger: Arc<dyn Ledger> = Arc::new(ledger);
        let clock: Arc<dyn Clock> = self.clock.clone();
        let ports = Ports {
            healthengine,
            pms,
            ledger,
            clock,
        };
        let profile = Arc::new(self.plan.profile.clone());
        let turns = Arc::clone(&process.turns);
        let mut practice = Box::new(Practice::new(profile, ports, turns, seed));
        self.engine = Engine::Working(Box::pin(async move {
            let wait = practice.first_wait().await;
            (practice, wait)
        }));
        self.woken = false;
        self.note(Happening::TroubleEnds(Trouble::DaemonDown));
    }

    /// The daemon is killed where it stands; `false` when it did not run.
    pub fn kill(&mut self) -> bool {
        self.gate.hold_at(None);
        let ran = self.is_running();
        self.engine = Engine::Down;
        self.errand = None;
        self.brought = None;
        self.epoch = self.epoch.wrapping_add(1);
        if ran {
            self.note(Happening::TroubleBegins(Trouble::DaemonDown));
        }
        ran
    }

    /// Whether the daemon runs.
    pub const fn is_running(&self) -> bool {
        match self.engine {
            Engine::Down => false,
            Engine::Resting(_) | Engine::Working(_) => true,
        }
    }

    /// Something wakes the practice; `true` when it rests and is to be polled now.
    pub fn hint(&mut self) -> bool {
        self.woken = true;
        matches!(self.engine, Engine::Resting(_))
    }

    /// Polls the engine once.
    pub fn step(&mut self) -> After {
        let mut context = Context::from_waker(Waker::noop());
        if let Some(errand) = self.errand.as_mut()
            && let Poll::Ready(brought) = Pin::new(errand).poll(&mut context)
        {
            self.errand = None;
            self.brought = Some(brought);
        }
        let mut work = match std::mem::replace(&mut self.engine, Engine::Down) {
            Engine::Down => return After::Nothing,
            Engine::Working(work) => work,
            Engine::Resting(mut practice) => {
                if let Some(brought) = self.brought.take() {
                    practice.bring(brought);
                } else if self.errand.is_some()
                    && !self.woken
                    && self.clock.now() < self.rests_until
                {
                    // Only what is carried goes on.
                    self.engine = Engine::Resting(practice);
                    let wake = self.clock.take_wake();
                    return wake.map_or(After::Held, |at| After::At(at.min(self.rests_until)));
                }
                self.woken = false;
                activation(practice, &self.control)
            }
        };
        match work.as_mut().poll(&mut context) {
            Poll::Ready((mut practice, wait)) => {
                let carried = self.clock.take_wake();
                let begun = practice.errand();
                let begins = begun.is_some();
                self.errand = begun.or(self.errand.take());
                self.engine = Engine::Resting(practice);
                let at_once = self.woken || self.brought.is_some();
                self.rest(if at_once { SHORTEST_REST } else { wait });
                let next = if begins {
                    Some(self.clock.now())
                } else {
                    carried
                };
                After::At(next.map_or(self.rests_until, |at| at.min(self.rests_until)))
            }
            Poll::Pending => {
                self.engine = Engine::Working(work);
                self.clock.take_wake().map_or(After::Held, After::At)
            }
        }
    }

    fn rest(&mut self, wait: Duration) {
        let wait = TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
        let at = self.clock.now().checked_add_signed(wait);
        self.rests_until = at.unwrap_or(DateTime::<Utc>::MAX_UTC);
    }

    /// An operator asks for everything anew, and perhaps accepts what was removed.
    pub fn resync(&self, accepts: bool) {
        if accepts {
            self.note(Happening::RemovalsAccepted);
            self.control.resync(Removals::Accepted);
        } else {
            self.control.resync(Removals::Guarded);
        }
    }

    /// Lets the judge see what has happened since it last looked.
    pub fn judge(&mut self) {
        self.judge.read(&self.chronicle, self.clock.now());
    }

    /// Notes something of this practice.
    pub fn note(&self, what: Happening) {
        self.chronicle.note(self.clock.now(), what);
    }
}

fn activation(mut practice: Box<Practice>, control: &Control) -> Work {
    let wishes = control.take();
    Box::pin(async move {
        let activation = practice.activate(wishes).await;
        (practice, activation.wait)
    })
}
