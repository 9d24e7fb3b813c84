//! One seed's world: many practices, one process, one ledger, one clock, and a loop that takes the
//! next thing that happens, whatever it is.
//!
//! Each practice's engine is a future of its own. A call of a model takes its time by sleeping on the
//! virtual clock, so the practices interleave at every call, in an order that the seed chooses; a
//! crash can find several of them in the middle of calls.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::chronicle::Trouble;
use super::clock::VirtualClock;
use super::house::{After, House, Process};
use super::judge::Finding;
use super::plan::{Plan, Temper};
use super::weather::Weather;
use crate::domain::clock::Clock;
use crate::domain::id::{PracticeId, RequestId};
use crate::ledger::LedgerError;
use crate::ledger::sqlite::Inline;

mod deed;
mod ending;
mod folder;
mod mischief;
mod paper;
mod staff;
mod tally;

pub use tally::Tally;

use folder::Folder;
pub use folder::place;

/// How long the world goes on after everything has healed: longer than the engine waits for
/// anything but a person.
const REST: TimeDelta = TimeDelta::minutes(30);

/// How long what waits for the next flush waits at the most.
const FLUSH: TimeDelta = TimeDelta::seconds(1);

/// What is to be simulated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Where everything comes from.
    pub seed: u64,
    /// How long people and mischief go on.
    pub length: TimeDelta,
    /// How many practices; `None`: as the seed says.
    pub practices: Option<usize>,
    /// Of which practice the whole history is wanted, every call included.
    pub history: Option<PracticeId>,
}

/// What came of a world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The rules that broke.
    pub findings: Vec<Finding>,
    /// The history that was wanted, a line each.
    pub history: Vec<String>,
    /// A number that only the same history has.
    pub digest: u64,
    /// What was counted.
    pub tally: Tally,
}

/// A world under way.
pub struct World {
    wish: Wish,
    clock: Arc<VirtualClock>,
    random: fastrand::Rng,
    temper: Temper,
    queue: BinaryHeap<Reverse<Event>>,
    number: u64,
    houses: Vec<House>,
    process: Option<Process>,
    disk: Arc<Weather>,
    folder: Folder,
    /// When people and mischief stop.
    close: DateTime<Utc>,
    /// Whether everything has healed.
    healed: bool,
    /// Whether what was recorded waits for a flush.
    flush_due: bool,
    tally: Tally,
}

/// Something that will happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: DateTime<Utc>,
    /// Which of several at one time comes first: by chance, and always the same for one seed.
    order: u32,
    number: u64,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// A practice's engine is polled, unless it was put off since.
    Step { house: usize, epoch: u64 },
    /// Healthengine tells the connector that something waits.
    Hint { house: usize },
    /// Somebody does something at a practice.
    Deed { house: usize },
    /// A patient books, or has just booked and cancels.
    Visit { house: usize },
    /// Something goes wrong.
    Mischief,
    /// What lasted is over.
    Over { house: usize, trouble: Trouble },
    /// The patient of the booking made last cancels it.
    Regret { house: usize, booking: i64 },
    /// A patient takes back a document that was handed in.
    TakeBack { house: usize, request: RequestId },
    /// The operators look again at what was removed.
    Accept,
    /// The daemon starts again.
    Restart,
    /// The engine of one practice starts again.
    Resume { house: usize },
    /// What was recorded comes onto the disk.
    Flush,
}

impl World {
    /// The world of this wish, with its ledger in a folder of its own.
    pub fn new(wish: Wish, folder: PathBuf) -> Result<Self, LedgerError> {
        let mut random = fastrand::Rng::with_seed(wish.seed);
        let plan = Plan::of(&mut random, wish.practices)
            .map_err(|error| LedgerError::Open(error.to_string()))?;
        let clock = Arc::new(VirtualClock::shared_at(plan.begin));
        let folder = Folder::new(folder)?;
        let temper = plan.temper;
        let close = plan.begin + wish.length;
        let houses = plan.houses.into_iter().enumerate();
        let houses = houses
            .map(|(at, house)| House::new(house, at, temper, &clock, &mut random))
            .collect();
        let disk = Arc::new(Weather::of(random.fork(), 0, Duration::ZERO));
        Ok(Self {
            wish,
            temper,
            queue: BinaryHeap::new(),
            number: 0,
            houses,
            process: None,
            disk,
            folder,
            close,
            healed: false,
            flush_due: false,
            tally: Tally::default(),
            clock,
            random,
        })
    }

    /// Lives through it all, and judges it.
    pub fn run(mut self) -> Result<Outcome, LedgerError> {
        self.begin()?;
        let end = self.close + REST;
        loop {
            let next = self.queue.peek().map(|Reverse(event)| event.at);
            // Also where nothing is left to happen before the end: a daemon that was killed may be
            // away for longer than that.
            if !self.healed && next.is_none_or(|at| at >= self.close) {
                self.clock.set(self.close);
                self.heal()?;
                continue;
            }
            let Some(Reverse(event)) = self.queue.pop().filter(|event| event.0.at < end) else {
                break;
            };
            self.clock.set(event.at);
            self.happen(event.what)?;
        }
        self.clock.set(end);
        Ok(self.close())
    }

    fn begin(&mut self) -> Result<(), LedgerError> {
        for house in &self.houses {
            if self.wish.history.as_ref() == Some(&house.plan.profile.id) {
                house.chronicle.keep_calls();
            }
        }
        self.restart()?;
        for house in 0..self.houses.len() {
            self.soon(TimeDelta::minutes(2), What::Deed { house });
        }
        if self.temper != Temper::Fine {
            self.soon(TimeDelta::minutes(5), What::Mischief);
        }
        Ok(())
    }

    fn happen(&mut self, what: What) -> Result<(), LedgerError> {
        match what {
            What::Step { house, epoch } => self.step(house, epoch),
            What::Hint { house } => self.hint(house),
            What::Deed { house } if !self.healed => self.deed(house),
            What::Regret { house, booking } if !self.healed => self.regret(house, booking),
            What::Mischief if !self.healed => self.mischief(),
            What::Visit { house } if !self.healed => self.visit(house),
            What::TakeBack { house, request } => self.takes_back(house, request),
            What::Accept => self.accept(),
            What::Deed { .. } | What::Visit { .. } | What::Regret { .. } | What::Mischief => {}
            What::Over { house, trouble } => self.over(house, trouble),
            What::Restart => self.restart()?,
            What::Resume { house } => self.resume(house),
            What::Flush => self.flush()?,
        }
        Ok(())
    }

    /// The daemon starts, unless it runs.
    fn restart(&mut self) -> Result<(), LedgerError> {
        if self.process.is_some() {
            return Ok(());
        }
        let clock: Arc<dyn Clock> = self.clock.clone();
        let ledger = Arc::new(Inline::open(&self.folder.ledger(), clock)?);
        self.process = Some(Process {
            ledger,
            turns: Arc::default(),
            disk: Arc::clone(&self.disk),
        });
        self.flush_due = false;
        for house in 0..self.houses.len() {
            self.resume(house);
        }
        Ok(())
    }

    /// The engine of one practice starts, unless it runs, or the daemon does not.
    fn resume(&mut self, at: usize) {
        let seed = self.random.u64(..);
        let Some((house, process)) = self.houses.get_mut(at).zip(self.process.as_ref()) else {
            return;
        };
        if house.is_running() {
            return;
        }
        house.start(process, seed);
        self.step_now(at);
    }

    /// The whole daemon is killed where it stands; it comes back after a while.
    fn kill(&mut self) {
        if self.process.take().is_none() {
            return;
        }
        self.tally.crashes = self.tally.crashes.saturating_add(1);
        for house in &mut self.houses {
            house.kill();
            house.judge();
        }
        let away = self.pause_after_crash();
        self.at(away, What::Restart);
    }

    /// From two seconds to an hour, mostly short.
    fn pause_after_crash(&mut self) -> TimeDelta {
        match self.random.u8(0..10) {
            0 => TimeDelta::seconds(self.random.i64(60..3600)),
            1..=3 => TimeDelta::seconds(self.random.i64(10..60)),
            _ => TimeDelta::seconds(self.random.i64(2..10)),
        }
    }

    fn step(&mut self, at: usize, epoch: u64) {
        let Some(house) = self.houses.get_mut(at).filter(|house| house.epoch == epoch) else {
            return;
        };
        self.tally.steps = self.tally.steps.saturating_add(1);
        let after = house.step();
        house.judge();
        match after {
            After::At(then) => {
                house.epoch = house.epoch.wrapping_add(1);
                let epoch = house.epoch;
                self.push(then, What::Step { house: at, epoch });
            }
            After::Held if self.random.u8(0..4) == 0 => self.kill_one(at),
            After::Held => self.kill(),
            After::Nothing => {}
        }
        self.watch_flush();
    }

    /// One practice's engine is dropped where it stands; the others and the ledger go on.
    fn kill_one(&mut self, at: usize) {
        if let Some(house) = self.houses.get_mut(at) {
            house.kill();
            self.tally.crashes = self.tally.crashes.saturating_add(1);
            let away = self.pause_after_crash();
            self.at(away, What::Resume { house: at });
        }
    }

    fn step_now(&mut self, at: usize) {
        if let Some(house) = self.houses.get_mut(at) {
            house.epoch = house.epoch.wrapping_add(1);
            let epoch = house.epoch;
            self.at(TimeDelta::zero(), What::Step { house: at, epoch });
        }
    }

    fn hint(&mut self, at: usize) {
        if self.houses.get_mut(at).is_some_and(House::hint) {
            self.step_now(at);
        }
    }

    /// What was recorded without a flush of its own is flushed a second later.
    fn watch_flush(&mut self) {
        if !self.flush_due && self.process.is_some() {
            self.flush_due = true;
            self.at(FLUSH, What::Flush);
        }
    }

    fn flush(&mut self) -> Result<(), LedgerError> {
        self.flush_due = false;
        match &self.process {
            Some(process) => process.ledger.flush(),
            None => Ok(()),
        }
    }

    /// Something happens so long from now.
    fn at(&mut self, from_now: TimeDelta, what: What) {
        self.push(self.clock.now() + from_now, what);
    }

    /// Something happens about so long from now.
    fn soon(&mut self, mean: TimeDelta, what: What) {
        let mean = mean.to_std().unwrap_or_default();
        let from_now = super::plan::about(&mut self.random, mean);
        self.at(from_now, what);
    }

    fn push(&mut self, at: DateTime<Utc>, what: What) {
        self.number = self.number.wrapping_add(1);
        let event = Event {
            at,
            order: self.random.u32(..),
            number: self.number,
            what,
        };
        self.queue.push(Reverse(event));
    }
}
