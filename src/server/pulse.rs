//! Whether the practices' loops turn: what the health address and the service manager are told.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::clock::Clock;
use crate::practice::heartbeat::Heartbeat;

/// How long no loop may have turned before the process counts as stalled. A loop that rests shows
/// itself every few seconds, paused or not; only a single practice in a long activation is silent
/// for longer, and must not be killed for it.
const LONGEST_SILENCE: TimeDelta = TimeDelta::minutes(5);

/// Reads the heartbeat of all loops against the clock.
pub struct Pulse {
    heartbeat: Arc<Heartbeat>,
    clock: Arc<dyn Clock>,
    since: DateTime<Utc>,
    loops: usize,
}

impl Pulse {
    /// The pulse of this many loops, which start now.
    pub fn new(heartbeat: Arc<Heartbeat>, clock: Arc<dyn Clock>, loops: usize) -> Self {
        Self::since(clock.now(), heartbeat, clock, loops)
    }

    /// The pulse of this many loops, which started at this time.
    pub fn since(
        since: DateTime<Utc>,
        heartbeat: Arc<Heartbeat>,
        clock: Arc<dyn Clock>,
        loops: usize,
    ) -> Self {
        Self {
            heartbeat,
            clock,
            since,
            loops,
        }
    }

    /// How long no loop has turned; never negative.
    pub fn silence(&self) -> TimeDelta {
        if self.loops == 0 {
            return TimeDelta::zero();
        }
        let last = self.heartbeat.last().max(self.since);
        self.clock
            .now()
            .signed_duration_since(last)
            .max(TimeDelta::zero())
    }

    /// Whether some loop has turned lately.
    pub fn beats(&self) -> bool {
        self.silence() <= LONGEST_SILENCE
    }
}
