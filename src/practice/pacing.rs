//! When a practice's next activation is: the only place of the engine that waits.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::Practice;
use super::control::Control;
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
    loop {
        if !rest(wait, &practice, &control, &stop, &heartbeat).await {
            return;
        }
        // The activation is boxed, so that a resting practice holds none of its memory.
        let span = tracing::info_span!("practice", practice.name = %practice.profile.name);
        let clock = practice.ports.clock.clone();
        let activation = Box::pin(practice.activate(control.take()).instrument(span));
        let activation = watched(activation, &*clock, &heartbeat).await;
        wait = activation.wait;
        status.send_replace(Arc::new(activation.status));
    }
}

/// Finishes an activation, showing signs of life meanwhile: a slow diary is no stalled loop. One
/// that lasts longer than its calls can take together shows none any more.
async fn watched<T>(
    activation: impl Future<Output = T>,
    clock: &dyn Clock,
    heartbeat: &Heartbeat,
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
            () = tokio::time::sleep(LONGEST_SILENCE) => {
                if begun.elapsed() < LONGEST_ACTIVATION {
                    heartbeat.beat(clock.now());
                }
            }
        }
    }
}

/// Waits for the time, a wake-up or the stop; `false` means stop.
async fn rest(
    wait: Duration,
    practice: &Practice,
    control: &Control,
    stop: &CancellationToken,
    heartbeat: &Heartbeat,
) -> bool {
    let until = tokio::time::Instant::now() + wait;
    loop {
        let silence = until.saturating_duration_since(tokio::time::Instant::now());
        tokio::select! {
            biased;
            () = stop.cancelled() => return false,
            () = control.woken() => return true,
            () = tokio::time::sleep(silence.min(LONGEST_SILENCE)) => {
                heartbeat.beat(practice.now());
                if silence <= LONGEST_SILENCE {
                    return true;
                }
            }
        }
    }
}
