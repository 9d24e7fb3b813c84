//! Counts every call of the engine's ports, and holds one of them for ever, or each for a look.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Each call passes twice: before it takes effect, and after.
#[derive(Debug, Default)]
pub struct Gate {
    passes: Mutex<Passes>,
    held: Notify,
    let_go: Notify,
}

#[derive(Debug, Default)]
struct Passes {
    /// The passes so far.
    count: usize,
    names: Vec<(&'static str, Side)>,
    hold_at: Option<usize>,
    /// Whether every pass is held until it is let go.
    holds_each: bool,
    /// Whether only the count is kept, and of the calls of an idle practice not even that.
    forgets: bool,
}

/// What an idle practice calls.
const IDLE: [&str; 2] = ["Requests", "Changes"];

/// On which side of its effect a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Nothing has been done yet.
    Before,
    /// It is done, and the answer is on its way.
    After,
}

impl Gate {
    /// A gate for a long run, which keeps no names, and counts no calls of an idle practice: what it
    /// holds is in the middle of work.
    pub fn forgetful() -> Self {
        let gate = Self::default();
        gate.passes().forgets = true;
        gate
    }

    /// One pass; never returns when it is the one to be held.
    pub async fn pass(&self, call: &'static str, side: Side) {
        let hold = {
            let mut passes = self.passes();
            if !passes.forgets {
                passes.names.push((call, side));
            } else if IDLE.contains(&call) {
                return;
            }
            passes.count = passes.count.saturating_add(1);
            passes.holds_each || passes.hold_at == Some(passes.count)
        };
        if hold {
            self.hold().await;
        }
    }

    /// Holds the call: the answer does not come, unless the call is let go.
    pub async fn hold(&self) {
        self.held.notify_one();
        self.let_go.notified().await;
    }

    /// Lets the call go that is held.
    pub fn let_go(&self) {
        self.let_go.notify_one();
    }

    /// Counts anew, and holds every pass until it is let go.
    pub fn hold_each(&self) {
        self.hold_at(None);
        self.passes().holds_each = true;
    }

    /// Counts anew, and holds the n-th pass from here, from 1.
    pub fn hold_at(&self, n: Option<usize>) {
        let mut passes = self.passes();
        *passes = Passes {
            hold_at: n,
            forgets: passes.forgets,
            ..Passes::default()
        };
    }

    /// The passes since the count began, such as `before Book`.
    pub fn names(&self) -> Vec<String> {
        self.passes().names.iter().copied().map(named).collect()
    }

    /// The last pass since the count began, such as `before Book`.
    pub fn last(&self) -> Option<String> {
        let last = self.passes().names.last().copied();
        last.map(named)
    }

    /// Waits until a call is held.
    pub async fn holding(&self) {
        self.held.notified().await;
    }

    fn passes(&self) -> MutexGuard<'_, Passes> {
        self.passes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn named((call, side): (&'static str, Side)) -> String {
    match side {
        Side::Before => format!("before {call}"),
        Side::After => format!("after {call}"),
    }
}
