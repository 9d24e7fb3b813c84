//! One activation: fetch what is pending, order it, work it, say how it went.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::control::Wishes;
use super::status::PracticeStatus;
use super::{Ports, Profile};

/// A practice's engine.
pub struct Practice {
    profile: Arc<Profile>,
    ports: Ports,
    random: fastrand::Rng,
}

/// What an activation leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    /// How long the practice may rest before the next one.
    pub wait: Duration,
    /// How the practice is.
    pub status: PracticeStatus,
}

impl Practice {
    /// The engine of a practice; the seed spreads its times and varies its backoff.
    pub fn new(profile: Arc<Profile>, ports: Ports, seed: u64) -> Self {
        Self {
            profile,
            ports,
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// How long to wait before the first activation.
    pub fn spread(&mut self) -> Duration {
        self.profile.rhythm.poll.mul_f64(self.random.f64())
    }

    /// The current time, UTC.
    pub fn now(&self) -> DateTime<Utc> {
        self.ports.clock.now()
    }

    /// Fetches all that is pending, works it, and answers.
    pub async fn activate(&mut self, _wishes: Wishes) -> Activation {
        Activation {
            wait: self.profile.rhythm.poll,
            status: PracticeStatus::starting(),
        }
    }
}
