//! When a practice's next activation is: the only place of the engine that waits.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::Practice;
use super::control::Control;
use super::errand::{Brought, Errand};
use super::heartbeat::Heartbeat;
use super::status::PracticeStatus;
use crate::domain::clock::Clock;

/// How long a loop waits at the most before it shows a sign of life again.
const LONGEST_SILENCE: Duration = Duration::from_secs(10);

/// After how long an activation counts as stuck: each of its calls has a limit, so it ends.
const LONGEST_ACTIVATION: Duration = Duration::from_secs(15 * 60);

/// Runs a practice until it is stopped; the activation in hand is finished first.
///
/// The first activations are spread over a poll interval at the most, so that thousands of practices do not
/// poll in the same instant; only a practice with open bookings begins at once.
pub async fn run(
    mut practice: Practice,
    control: Arc<Control>,
    status: watch::Sender<Arc<PracticeStatus>>,
    stop: CancellationToken,
    heartbeat: Arc<Heartbeat>,
) {
    let mut wait = practice.first_wait().await;
    let clock = practice.ports.clock.clone();
    let mut errand: Option<Errand> = None;
    loop {
        match rest(wait, &*clock, &control, &stop, &heartbeat, &mut errand).await {
            Rested::Stop => return,
            Rested::Go => {}
            Rested::Brought(brought) => practice.bring(brought),
        }
        // The activation is boxed, so that a resting practice holds none of its memory.
        let span = tracing::info_span!("practice", practice.name = %practice.profile.name);
        let activation = Box::pin(practice.activate(control.take()).instrument(span));
        let mut brought = None;
        let activation = watched(activation, &*clock, &heartbeat, &mut errand, &mut brought).await;
        wait = activation.wait;
        status.send_replace(Arc::new(activation.status));
        if let Some(brought) = brought {
            practice.bring(brought);
            wait = Duration::ZERO;
        }
        if let Some(begun) = practice.errand() {
            errand = Some(begun);
        }
    }
}

/// Why a rest is over.
enum Rested {
    /// The process stops.
    Stop,
    /// It is time, or something woke the practice.
    Go,
    /// An errand is back.
    Brought(Brought),
}

/// Waits for the errand under way; for ever where there is none.
async fn carry(errand: &mut Option<Errand>) -> Brought {
    let Some(under_way) = errand else {
        return std::future::pending().await;
    };
    let brought = under_way.await;
    *errand = None;
    brought
}

/// Finishes an activation, showing signs of life meanwhile: a slow diary is no stalled loop. One
/// that lasts longer than its calls can take together shows none any more.
async fn watched<T>(
    activation: impl Future<Output = T>,
    clock: &dyn Clock,
    heartbeat: &Heartbeat,
    errand: &mut Option<Errand>,
    brought: &mut Option<Brought>,
) -> T {
    let mut activation = std::pin::pin!(activation);
    let begun = tokio::time::Instant::now();
    loop {
        tokio::select! {
            biased;
            done = &mut activation => {
                heartbeat.beat(clock.now());
                return done;
            }
            back = carry(errand) => *brought = Some(back),
            () = tokio::time::sleep(LONGEST_SILENCE) => {
                if begun.elapsed() < LONGEST_ACTIVATION {
                    heartbeat.beat(clock.now());
                }
            }
        }
    }
}

/// Waits for the time, a wake-up, an errand or the stop.
async fn rest(
    wait: Duration,
    clock: &dyn Clock,
    control: &Control,
    stop: &CancellationToken,
    heartbeat: &Heartbeat,
    errand: &mut Option<Errand>,
) -> Rested {
    let until = tokio::time::Instant::now() + wait;
    loop {
        let silence = until.saturating_duration_since(tokio::time::Instant::now());
        tokio::select! {
            biased;
            () = stop.cancelled() => return Rested::Stop,
            () = control.woken() => return Rested::Go,
            brought = carry(errand) => return Rested::Brought(brought),
            () = tokio::time::sleep(silence.min(LONGEST_SILENCE)) => {
                heartbeat.beat(clock.now());
                if silence <= LONGEST_SILENCE {
                    return Rested::Go;
                }
            }
        }
    }
}
