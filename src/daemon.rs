//! The process: what is built from the settings, what runs, and how it stops.
//!
//! # Needs in tension
//! A stop must be prompt, and must not cut a booking between the diary and Healthengine. So there
//! are two steps: the first signal ends every loop after the activation in hand, within
//! `shutdown.grace`; a second signal, or the end of the grace, drops what still runs. Nothing
//! depends on the first step: after a `kill -9` the next start reads the same ledger.
//!
//! # Invariants
//! - [`build`] and what it calls are the only places that name concrete types: the connection, the
//!   ledger's file, the machine's clock.
//! - Every task is spawned through [`tasks`]; one that dies stops the process, which then ends in
//!   [`Ending::Failed`].
//! - The service manager hears that the daemon is ready only when every listener is bound and every
//!   loop is started.
//! - Absent on purpose: reading settings again while running.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use thiserror::Error;
use tokio_util::sync::CancellationToken;

use self::build::Served;
use self::signal::Signals;
use self::start::{Running, start};
use self::tasks::{Rest, Tasks};
use crate::config::{LedgerSettings, ServerSettings, ShutdownSettings};
use crate::healthengine::ConnectionError;
use crate::ledger::LedgerError;
use crate::ledger::sqlite::{SqliteLedger, Synchronous};
use crate::telemetry::chain;

pub mod alone;
mod build;
mod clock;
mod notify;
pub mod probe;
mod prune;
mod signal;
mod start;
pub mod tasks;

pub use build::build;
pub use clock::system_clock;

/// How long closing the ledger may take: it flushes what was accepted.
const LAST_FLUSH: Duration = Duration::from_secs(10);

/// How long tasks that were dropped may take to be gone.
const LAST_DROP: Duration = Duration::from_secs(2);

/// The daemon, built and not yet started: no socket is bound, no file is open.
pub struct Daemon {
    practices: Vec<Served>,
    ledger: LedgerSettings,
    synchronous: Synchronous,
    server: ServerSettings,
    shutdown: ShutdownSettings,
    version: &'static str,
}

/// How the daemon ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was asked to stop, and everything in hand was finished.
    Soft,
    /// It was asked to stop, and something was dropped: the next start picks it up.
    Hard,
    /// A task died.
    Failed,
}

/// Why the daemon did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// No connection to Healthengine can be made with these settings.
    #[error("prepare the connection to Healthengine")]
    Connection(#[source] ConnectionError),
    /// The ledger cannot be opened.
    #[error("open the ledger {file}")]
    Ledger {
        /// Which file.
        file: String,
        /// Why.
        #[source]
        source: LedgerError,
    },
    /// The address is taken, or is not this machine's.
    #[error("listen on {address} (server.listen); is the daemon running already?")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The process cannot listen to signals.
    #[error("listen to signals")]
    Signals(#[source] io::Error),
}

impl Daemon {
    /// The same daemon with a ledger that waits less for the disk. No setting leads here: it shows
    /// that the tests of durability would notice.
    #[doc(hidden)]
    #[must_use]
    pub fn with_ledger(mut self, synchronous: Synchronous) -> Self {
        self.synchronous = synchronous;
        self
    }

    /// Runs until a signal asks to stop, or until a task dies.
    pub async fn run(self) -> Result<Ending, StartError> {
        self.run_until(CancellationToken::new()).await
    }

    /// Runs until a signal or the token asks to stop, or until a task dies.
    pub async fn run_until(self, stop: CancellationToken) -> Result<Ending, StartError> {
        let mut signals = Signals::listen().map_err(StartError::Signals)?;
        let grace = self.shutdown.grace;
        let Running { tasks, ledger } = start(self).await?;
        notify::ready();
        let ending = tokio::select! {
            name = signals.stop_asked() => {
                tracing::info!("{name}: finishing what is in hand, for at most {grace:?}");
                Ending::Soft
            }
            () = stop.cancelled() => Ending::Soft,
            failure = tasks.failed() => {
                tracing::error!("{failure}: stopping, because nobody answers for it any more");
                Ending::Failed
            }
        };
        notify::stopping();
        let ending = wind_down(&tasks, &mut signals, grace, ending).await;
        close(&ledger).await;
        tracing::info!("stopped");
        Ok(ending)
    }
}

async fn wind_down(
    tasks: &Tasks,
    signals: &mut Signals,
    grace: Duration,
    ending: Ending,
) -> Ending {
    tasks.stop();
    let rest = tokio::select! {
        rest = tasks.rest(grace) => rest,
        name = signals.stop_asked() => {
            tracing::warn!("{name} again: dropping what is in hand");
            Rest::OutOfTime
        }
    };
    if rest == Rest::OutOfTime {
        tracing::warn!("not everything was finished in time: the next start picks it up");
        tasks.cut();
        if tasks.rest(LAST_DROP).await == Rest::OutOfTime {
            tracing::warn!("some tasks could not be dropped");
        }
    }
    match (ending, tasks.failure(), rest) {
        (Ending::Failed, _, _) | (_, Some(_), _) => Ending::Failed,
        (_, None, Rest::OutOfTime) => Ending::Hard,
        (Ending::Soft | Ending::Hard, None, Rest::Reached) => ending,
    }
}

async fn close(ledger: &SqliteLedger) {
    match tokio::time::timeout(LAST_FLUSH, ledger.close()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(error = %chain(&error), "the ledger was not closed well"),
        Err(_elapsed) => tracing::error!("the ledger did not close in time"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_millis(10);

    #[tokio::test]
    async fn the_end_of_the_grace_drops_what_is_in_hand() {
        let tasks = Tasks::new();
        tasks.spawn_loop("deaf", std::future::pending());
        let mut signals = Signals::listen().unwrap();
        let ending = wind_down(&tasks, &mut signals, GRACE, Ending::Soft).await;
        assert_eq!(ending, Ending::Hard);
        assert_eq!(tasks.rest(LAST_DROP).await, Rest::Reached);
    }

    #[tokio::test]
    async fn a_task_that_panics_while_stopping_fails_the_stop() {
        let tasks = Tasks::new();
        let stop = tasks.stop_token();
        tasks.spawn_loop("practice harbour", async move {
            stop.cancelled().await;
            panic!("as the test wants");
        });
        let mut signals = Signals::listen().unwrap();
        let ending = wind_down(&tasks, &mut signals, LAST_DROP, Ending::Soft).await;
        assert_eq!(ending, Ending::Failed);
    }

    #[tokio::test]
    async fn what_was_stopped_by_a_dead_task_has_failed_however_well_the_rest_ended() {
        let tasks = Tasks::new();
        let mut signals = Signals::listen().unwrap();
        let ending = wind_down(&tasks, &mut signals, GRACE, Ending::Failed).await;
        assert_eq!(ending, Ending::Failed);
    }
}
