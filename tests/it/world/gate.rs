//! Counts every call of the engine's ports, and holds one of them for ever.

use std::sync::Mutex;

use tokio::sync::Notify;

/// Each call passes twice: before it takes effect, and after.
#[derive(Default)]
pub(crate) struct Gate {
    passes: Mutex<Passes>,
    held: Notify,
}

#[derive(Default)]
struct Passes {
    names: Vec<String>,
    hold_at: Option<usize>,
}

impl Gate {
    /// One pass; never returns when it is the one to be held.
    pub(crate) async fn pass(&self, call: &str, side: &str) {
        let hold = {
            let mut passes = self.passes.lock().unwrap();
            passes.names.push(format!("{side} {call}"));
            passes.hold_at == Some(passes.names.len())
        };
        if hold {
            self.hold().await;
        }
    }

    /// Never returns: the answer does not come.
    pub(crate) async fn hold(&self) {
        self.held.notify_one();
        std::future::pending::<()>().await;
    }

    /// Counts anew, and holds the n-th pass from here, from 1.
    pub(crate) fn hold_at(&self, n: Option<usize>) {
        *self.passes.lock().unwrap() = Passes {
            names: Vec::new(),
            hold_at: n,
        };
    }

    /// The passes since the count began.
    pub(crate) fn names(&self) -> Vec<String> {
        self.passes.lock().unwrap().names.clone()
    }

    /// Waits until a call is held.
    pub(crate) async fn holding(&self) {
        self.held.notified().await;
    }
}
