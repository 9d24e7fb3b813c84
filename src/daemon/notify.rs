//! What the service manager is told: ready, still turning, stopping.
//!
//! Without a service manager (no `NOTIFY_SOCKET`) every message is dropped.

use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

use crate::practice::status::Condition;
use crate::server::{Pulse, Roster};

/// How often the status line is renewed.
const STATUS_INTERVAL: Duration = Duration::from_secs(10);

/// Tells that everything is bound and started.
pub(super) fn ready() {
    send(&[NotifyState::Ready]);
}

/// Tells that the process is stopping: from here on no watchdog is expected.
pub(super) fn stopping() {
    send(&[
        NotifyState::Stopping,
        NotifyState::Status("finishing what is in hand"),
    ]);
}

/// Keeps telling that the loops turn, at half the interval that the service manager asks for, and
/// only while they do: a process that has stalled is to be restarted.
pub(super) async fn keep_telling(pulse: Arc<Pulse>, roster: Arc<Roster>, stop: CancellationToken) {
    let asked = sd_notify::watchdog_enabled();
    let mut ticks = tokio::time::interval(interval(asked));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let line = status_line(&roster);
        let beats = pulse.beats();
        if asked.is_some() && !beats {
            tracing::error!(
                silence_s = pulse.silence().num_seconds(),
                "no practice's loop turns: leaving the process to the watchdog"
            );
        }
        send(&message(&line, asked, beats));
    }
}

fn message(line: &str, asked: Option<Duration>, beats: bool) -> Vec<NotifyState<'_>> {
    let mut message = vec![NotifyState::Status(line)];
    if asked.is_some() && beats {
        message.push(NotifyState::Watchdog);
    }
    message
}

fn interval(asked: Option<Duration>) -> Duration {
    const SHORTEST: Duration = Duration::from_millis(10);
    asked
        .and_then(|asked| asked.checked_div(2))
        .map_or(STATUS_INTERVAL, |half| {
            half.clamp(SHORTEST, STATUS_INTERVAL)
        })
}

fn status_line(roster: &Roster) -> String {
    let at_rest = [Condition::Healthy, Condition::Starting, Condition::Paused];
    let troubled = roster
        .iter()
        .filter(|listed| !at_rest.contains(&listed.status.borrow().condition))
        .count();
    format!(
        "practices: {}, in need of attention: {troubled}",
        roster.len()
    )
}

fn send(message: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(message) {
        tracing::warn!(error = %error, "the service manager could not be told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watchdog_is_fed_at_half_its_interval_or_more_often() {
        let of = |seconds| interval(Some(Duration::from_secs(seconds)));
        assert_eq!(of(6), Duration::from_secs(3));
        assert_eq!(of(600), STATUS_INTERVAL);
        assert_eq!(interval(None), STATUS_INTERVAL);
        assert!(interval(Some(Duration::ZERO)) > Duration::ZERO);
    }
    #[test]
    fn a_watchdog_is_fed_only_while_the_loops_turn() {
        let asked = Some(Duration::from_secs(6));
        let fed = |asked, beats| {
            message("", asked, beats)
                .iter()
                .any(|state| matches!(state, NotifyState::Watchdog))
        };
        assert!(fed(asked, true));
        assert!(!fed(asked, false));
        assert!(!fed(None, true));
    }
}
