//! What a kill leaves behind: both systems as they stand, and the ledger's file as it is on the
//! disk at that moment, without what was not flushed.

use std::ffi::OsString;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use healthengine_connector::domain::clock::Clock as _;
use healthengine_connector::simulation::clock::VirtualClock;
use healthengine_connector::simulation::gate::Gate;
use healthengine_connector::simulation::healthengine::Books;
use healthengine_connector::simulation::ledger::{DiskFault, WatchedLedger};
use healthengine_connector::simulation::pms::State;

use super::healthengine::HealthengineModel;
use super::journal::Journal;
use super::pms::{Diary, PmsModel};
use super::{PracticeStatus, World, asked, in_memory};

/// The world at one moment, without the process.
pub(crate) struct Copy {
    pub(crate) now: DateTime<Utc>,
    books: Books,
    state: State,
    files: Vec<(OsString, Vec<u8>)>,
    fails_after: Option<(u64, DiskFault)>,
    /// What can be said of both systems.
    print: String,
}

/// A moment of a run, and the passes of the gate at which nothing but it was left behind.
pub(crate) struct Moment {
    pub(crate) copy: Copy,
    pub(crate) passes: Vec<String>,
}

/// What an idle practice calls.
const IDLE: [&str; 4] = [
    "before Requests",
    "after Requests",
    "before Changes",
    "after Changes",
];

impl Moment {
    /// Whether the practice only asked whether there is anything to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.passes.iter().all(|pass| IDLE.contains(&&**pass))
    }
}

/// Looks at a world while its practice runs.
struct Onlooker {
    clock: Arc<VirtualClock>,
    gate: Arc<Gate>,
    healthengine: Arc<HealthengineModel>,
    pms: Arc<PmsModel>,
    ledger: Arc<WatchedLedger>,
    dir: Arc<tempfile::TempDir>,
}

impl Onlooker {
    fn of(world: &World) -> Self {
        Self {
            clock: Arc::clone(&world.clock),
            gate: Arc::clone(&world.gate),
            healthengine: Arc::clone(&world.healthengine.model),
            pms: Arc::clone(&world.pms),
            ledger: Arc::clone(world.ledger.as_ref().unwrap()),
            dir: Arc::clone(&world.dir),
        }
    }

    fn copy(&self) -> Copy {
        // Which calls came is nothing that a start could find.
        let mut books = self.healthengine.books().clone();
        books.traffic.clear();
        books.batches.clear();
        let mut state = self.pms.state().clone();
        state.traffic.clear();
        let print = format!("{books:?}{state:?}");
        Copy {
            now: self.clock.now(),
            books,
            state,
            files: files(self.dir.path()),
            fails_after: self.ledger.planned(),
            print,
        }
    }
}

/// The ledger's files; the lock beside them goes with the process.
fn files(dir: &Path) -> Vec<(OsString, Vec<u8>)> {
    let entries = std::fs::read_dir(dir).unwrap().map(Result::unwrap);
    let kept = entries.filter(|entry| {
        let name = entry.file_name();
        name == "ledger.db" || name == "ledger.db-wal"
    });
    let mut files: Vec<_> = kept
        .map(|entry| (entry.file_name(), std::fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

impl Copy {
    /// Whether the next start would find just the same: then it would do just the same.
    fn is_like(&self, other: &Self) -> bool {
        self.now == other.now
            && self.fails_after == other.fails_after
            && self.print == other.print
            && self.files == other.files
    }
}

impl World {
    /// Runs for this long, and copies what a kill would leave behind at every pass of the gate.
    pub(crate) async fn run_and_copy(&mut self, length: Duration) -> Vec<Moment> {
        let onlooker = Onlooker::of(self);
        let gate = Arc::clone(&onlooker.gate);
        gate.hold_each();
        let mut moments: Vec<Moment> = Vec::new();
        {
            let mut run = pin!(self.run_for(length));
            loop {
                tokio::select! {
                    biased;
                    () = &mut run => break,
                    () = gate.holding() => {}
                }
                let pass = gate.last().unwrap();
                let copy = onlooker.copy();
                match moments.last_mut() {
                    Some(last) if last.copy.is_like(&copy) => last.passes.push(pass),
                    _ => moments.push(Moment {
                        copy,
                        passes: vec![pass],
                    }),
                }
                gate.let_go();
            }
        }
        gate.hold_at(None);
        moments
    }

    /// The same practice, started anew on what was left behind.
    pub(crate) fn started_on(&self, left: &Copy) -> Self {
        let clock = Arc::new(VirtualClock::at(left.now));
        let gate = Arc::new(Gate::default());
        let healthengine = asked(&clock, &gate);
        *healthengine.books() = left.books.clone();
        let diary = Diary::new(Vec::new(), Vec::new(), Vec::new(), Duration::ZERO);
        let pms = PmsModel::new(self.pms.can.clone(), diary).in_world(&clock, &gate);
        *pms.state() = left.state.clone();
        let mut world = Self {
            clock,
            gate,
            healthengine,
            pms: Arc::new(pms),
            profile: Arc::clone(&self.profile),
            journal: Journal::begin(),
            watches: self.watches,
            status: PracticeStatus::starting(),
            practice: None,
            ledger: None,
            dir: Arc::new(in_memory()),
        };
        for (name, bytes) in &left.files {
            std::fs::write(world.dir.path().join(name), bytes).unwrap();
        }
        world.restart();
        if let Some((writes, fault)) = left.fails_after {
            world.ledger().fail_after(writes, fault);
        }
        world
    }
}
