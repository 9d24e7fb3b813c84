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

/// How long a loop waits at the most before it shows a sign of life again.
const LONGEST_SILENCE: Duration = Duration::from_secs(10);

/// Runs a practice until it is stopped; the activation in hand is finished first.
///
/// The first activations are spread over a poll interval, so that thousands of practices do not
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
        let activation = Box::pin(practice.activate(control.take()).instrument(span)).await;
        heartbeat.beat(practice.now());
        wait = activation.wait;
        status.send_replace(Arc::new(activation.status));
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
