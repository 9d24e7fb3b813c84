//! Many worlds, one seed each, on as many threads as are given; each world itself lives on one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;

use chrono::{DateTime, TimeDelta};

use super::judge::Finding;
use super::world::{Outcome, Tally, Wish, World, place};
use crate::domain::id::PracticeId;

/// What is to be simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Campaign {
    /// The first seed.
    pub first: u64,
    /// How many seeds.
    pub seeds: u64,
    /// For how long people and mischief go on in each world.
    pub length: TimeDelta,
    /// How many practices each world has; `None`: as its seed says.
    pub practices: Option<usize>,
    /// On how many threads.
    pub threads: usize,
    /// After how many worlds with findings it ends.
    pub most_broken: usize,
}

/// A world in which a rule broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its seed.
    pub seed: u64,
    /// What broke.
    pub findings: Vec<Finding>,
}

/// What came of all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// What was counted.
    pub tally: Tally,
    /// The worlds in which a rule broke, by seed.
    pub broken: Vec<Broken>,
}

impl Campaign {
    /// Runs it; after each world, progress is told how many are over.
    pub fn run(&self, mut progress: impl FnMut(u64)) -> Report {
        let next = AtomicU64::new(0);
        let enough = AtomicBool::new(false);
        let mut report = Report::default();
        thread::scope(|scope| {
            let (send, receive) = mpsc::channel();
            for _ in 0..self.threads.max(1) {
                let (send, next, enough) = (send.clone(), &next, &enough);
                scope.spawn(move || self.work(next, enough, &send));
            }
            drop(send);
            let mut over: u64 = 0;
            for (seed, outcome) in receive {
                over = over.saturating_add(1);
                report.tally.add(&outcome.tally);
                if !outcome.findings.is_empty() {
                    let findings = outcome.findings;
                    report.broken.push(Broken { seed, findings });
                }
                if report.broken.len() >= self.most_broken {
                    enough.store(true, Ordering::Relaxed);
                }
                progress(over);
            }
        });
        report.broken.sort_by_key(|broken| broken.seed);
        report
    }

    fn work(&self, next: &AtomicU64, enough: &AtomicBool, over: &Sender<(u64, Outcome)>) {
        while !enough.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= self.seeds {
                return;
            }
            let seed = self.first.wrapping_add(number);
            let wish = Wish {
                seed,
                length: self.length,
                practices: self.practices,
                history: None,
            };
            if over.send((seed, live(wish))).is_err() {
                return;
            }
        }
    }
}

/// Lives through one world; what keeps it from ending is a finding, too.
pub fn live(wish: Wish) -> Outcome {
    let place = folder(wish.seed);
    let world = AssertUnwindSafe(|| World::new(wish, place).and_then(World::run));
    match catch_unwind(world) {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(error)) => ended(format!("the world ended: {error}")),
        Err(_) => ended("the engine panicked; standard error has the place".to_owned()),
    }
}

fn ended(sentence: String) -> Outcome {
    let finding = PracticeId::parse("none").ok().map(|practice| Finding {
        at: DateTime::UNIX_EPOCH,
        practice,
        sentence,
        story: Vec::new(),
    });
    Outcome {
        findings: finding.into_iter().collect(),
        history: Vec::new(),
        digest: 0,
        tally: Tally::default(),
    }
}

/// A folder that no other world of this machine has.
fn folder(seed: u64) -> PathBuf {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed);
    let process = std::process::id();
    place().join(format!("healthengine-connector-{process}-{seed}-{number}"))
}
