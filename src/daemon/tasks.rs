//! Every task of the process, watched: the only place that spawns.
//!
//! # Needs in tension
//! A task that has died silently is a practice that nobody answers for; yet a task that is told to
//! stop must be able to end without an alarm.
//!
//! # Invariants
//! - Every task has a name. A loop that ends before it was told to, and any task that panics, is a
//!   [`Failure`]: whoever awaits [`Tasks::failed`] stops the whole process.
//! - Stopping has two steps: [`Tasks::stop`] asks, and a task finishes what it has in hand;
//!   [`Tasks::cut`] drops every task where it waits.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The tasks of the process.
#[derive(Debug)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
    cut: CancellationToken,
    failure: watch::Sender<Option<Failure>>,
}

/// A task that ended when it should not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The task's name.
    pub task: String,
    /// How it ended.
    pub end: End,
}

/// How a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It returned, although nobody had asked it to stop.
    ByItself,
    /// It panicked.
    Panicked,
}

/// Whether all tasks have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// They have.
    Reached,
    /// Some were still running when the time was over.
    OutOfTime,
}

impl Default for Tasks {
    fn default() -> Self {
        Self::new()
    }
}

impl Tasks {
    /// No tasks yet.
    pub fn new() -> Self {
        Self {
            tracker: TaskTracker::new(),
            stop: CancellationToken::new(),
            cut: CancellationToken::new(),
            failure: watch::Sender::new(None),
        }
    }

    /// The token that asks every loop to finish what it has in hand and to end.
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Starts a task that runs until it is asked to stop; to end earlier is a failure.
    pub fn spawn_loop(
        &self,
        name: impl Into<String>,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        self.spawn(name.into(), Kind::Loop, work);
    }

    /// Starts a task that may end by itself; only a panic is a failure.
    pub fn spawn_errand(
        &self,
        name: impl Into<String>,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        self.spawn(name.into(), Kind::Errand, work);
    }

    /// Asks every loop to end.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Drops every task at the point where it waits; asks them to end first, so that none of them
    /// counts as a failure.
    pub fn cut(&self) {
        self.stop.cancel();
        self.cut.cancel();
    }

    /// Waits for the first task that ended when it should not have.
    pub async fn failed(&self) -> Failure {
        let mut failures = self.failure.subscribe();
        loop {
            if let Some(failure) = failures.borrow_and_update().clone() {
                return failure;
            }
            if failures.changed().await.is_err() {
                // The sender lives as long as `self`: there is nothing left to wait for.
                std::future::pending::<()>().await;
            }
        }
    }

    /// The first failure so far.
    pub fn failure(&self) -> Option<Failure> {
        self.failure.borrow().clone()
    }

    /// Waits until every task has ended, at most this long.
    pub async fn rest(&self, limit: Duration) -> Rest {
        self.tracker.close();
        match tokio::time::timeout(limit, self.tracker.wait()).await {
            Ok(()) => Rest::Reached,
            Err(_elapsed) => Rest::OutOfTime,
        }
    }

    fn spawn(&self, name: String, kind: Kind, work: impl Future<Output = ()> + Send + 'static) {
        let cut = self.cut.clone();
        let watch = Watch {
            name,
            kind,
            stop: self.stop.clone(),
            failure: self.failure.clone(),
        };
        // Boxed once here: each layer around a future would hold it twice, first as its argument
        // and then as what it awaits, and there are thousands of tasks.
        let work = Box::pin(work);
        // The handle is not needed: the watch tells how the task ended.
        drop(self.tracker.spawn(async move {
            // Owned by the task, so that it is dropped with it, however it ends.
            let _watch = watch;
            cut.run_until_cancelled_owned(work).await;
        }));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Loop,
    Errand,
}

/// Dropped when its task ends: tells whether it should have.
struct Watch {
    name: String,
    kind: Kind,
    stop: CancellationToken,
    failure: watch::Sender<Option<Failure>>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let end = if std::thread::panicking() {
            End::Panicked
        } else if self.kind == Kind::Loop && !self.stop.is_cancelled() {
            End::ByItself
        } else {
            return;
        };
        self.failure.send_if_modified(|first| {
            let is_first = first.is_none();
            if is_first {
                *first = Some(Failure {
                    task: std::mem::take(&mut self.name),
                    end,
                });
            }
            is_first
        });
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.end {
            End::ByItself => write!(f, "task {} ended by itself", self.task),
            End::Panicked => write!(f, "task {} panicked", self.task),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn a_loop_that_ends_by_itself_is_a_failure() {
        let tasks = Tasks::new();
        tasks.spawn_loop("practice harbour", async {});
        let failure = tokio::time::timeout(SOON, tasks.failed()).await.unwrap();
        assert_eq!(failure.to_string(), "task practice harbour ended by itself");
    }

    #[tokio::test]
    async fn a_task_that_panics_is_a_failure_even_while_stopping() {
        let tasks = Tasks::new();
        tasks.stop();
        tasks.spawn_errand("prune", async { panic!("as the test wants") });
        let failure = tokio::time::timeout(SOON, tasks.failed()).await.unwrap();
        assert_eq!(failure.to_string(), "task prune panicked");
    }

    #[tokio::test]
    async fn a_loop_that_ends_when_asked_is_no_failure() {
        let tasks = Tasks::new();
        let stop = tasks.stop_token();
        tasks.spawn_loop("practice harbour", async move { stop.cancelled().await });
        tasks.spawn_errand("once", async {});
        tasks.stop();
        assert_eq!(tasks.rest(SOON).await, Rest::Reached);
        assert_eq!(tasks.failure(), None);
    }

    #[tokio::test]
    async fn a_cut_drops_a_task_that_does_not_listen() {
        let tasks = Tasks::new();
        tasks.spawn_loop("deaf", std::future::pending());
        tasks.stop();
        assert_eq!(tasks.rest(Duration::from_millis(1)).await, Rest::OutOfTime);
        tasks.cut();
        assert_eq!(tasks.rest(SOON).await, Rest::Reached);
        assert_eq!(tasks.failure(), None);
    }
}
