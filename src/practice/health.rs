//! How the practice's surroundings answer: Healthengine, the PMS, the ledger.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::policy::{later, pause, pause_after_call};
use crate::healthengine::{CallError, Verdict};
use crate::pms::PmsError;

/// What is remembered of failures.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// The polls that failed in a row; while it rests, Healthengine is not called.
    pub(super) healthengine: Streak,
    /// The activations in a row in which a call other than the poll failed: these come again a
    /// little sooner than at the next poll, and hinder nothing else.
    pub(super) calls: Streak,
    /// Whether this activation is one of them.
    call_has_failed: bool,
    pub(super) pms: Streak,
    /// Whether the PMS refuses the settings, rather than being down.
    pub(super) pms_misconfigured: bool,
    pub(super) ledger: Streak,
    /// Since when Healthengine refuses the key, and when it is asked again.
    pub(super) refused: Option<Refused>,
    pub(super) last_poll: Option<DateTime<Utc>>,
    pub(super) activations: u64,
    pub(super) errors: Errors,
}

/// What fails at the moment, in the words of its last failure; the latest stands last.
#[derive(Debug, Default)]
pub(super) struct Errors(Vec<(Failing, String)>);

/// What can fail, each on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failing {
    /// The poll, or the key that it is made with.
    Poll,
    /// Another call of Healthengine.
    Call,
    /// An answer to a booking or an update.
    Answer,
    /// The PMS.
    Pms,
    /// The ledger.
    Ledger,
}

impl Errors {
    /// It failed, with these words.
    pub(super) fn failed(&mut self, what: Failing, error: &impl ToString) {
        self.mended(what);
        self.0.push((what, error.to_string()));
    }

    /// It works again.
    pub(super) fn mended(&mut self, what: Failing) {
        self.0.retain(|(failing, _)| *failing != what);
    }

    /// The latest failure of what does not work yet.
    pub(super) fn latest(&self) -> Option<&str> {
        self.0.last().map(|(_, words)| words.as_str())
    }

    /// The last failure of one thing.
    pub(super) fn of(&self, what: Failing) -> Option<&str> {
        let of = self.0.iter().find(|(failing, _)| *failing == what);
        of.map(|(_, words)| words.as_str())
    }
}

/// A key that Healthengine refuses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused {
    pub(super) probe_at: DateTime<Utc>,
}

/// Failures in a row.
#[derive(Debug, Default)]
pub(super) struct Streak {
    pub(super) failures: u32,
    /// Before when it is not tried again.
    pub(super) retry_at: Option<DateTime<Utc>>,
}

impl Streak {
    /// One more failure; returns whether it is the first of its streak.
    pub(super) fn failed(&mut self, now: DateTime<Utc>, rest: Duration) -> bool {
        self.failures = self.failures.saturating_add(1);
        self.retry_at = Some(later(now, rest));
        self.failures == 1
    }

    /// It answered; returns whether it had failed before.
    pub(super) fn answered(&mut self) -> bool {
        self.retry_at = None;
        std::mem::take(&mut self.failures) > 0
    }

    /// Whether it is to be left alone for now.
    pub(super) fn resting(&self, now: DateTime<Utc>) -> bool {
        self.retry_at.is_some_and(|at| now < at)
    }
}

impl Health {
    /// Notes that Healthengine could not be polled.
    pub(super) fn poll_failed(&mut self, error: &CallError, now: DateTime<Utc>) {
        let rest = pause_after_call(error, self.healthengine.failures.saturating_add(1));
        self.errors.failed(Failing::Poll, error);
        if self.healthengine.failed(now, rest) {
            tracing::warn!(%error, "Healthengine did not answer as it should; trying again");
        }
    }

    /// Notes that a call other than the poll failed. Only where Healthengine asks for patience is
    /// it left alone altogether.
    pub(super) fn call_failed(&mut self, error: &CallError, now: DateTime<Utc>) {
        self.errors.failed(Failing::Call, error);
        if !std::mem::replace(&mut self.call_has_failed, true) {
            let rest = pause(self.calls.failures.saturating_add(1));
            if self.calls.failed(now, rest) {
                tracing::warn!(%error, "a call of Healthengine failed; trying again");
            }
        }
        if let Verdict::Slow(Some(wanted)) = error.verdict {
            let until = later(now, wanted);
            self.healthengine.retry_at = self.healthengine.retry_at.max(Some(until));
        }
    }

    /// Notes that an activation is over.
    pub(super) fn activation_over(&mut self) {
        if !std::mem::take(&mut self.call_has_failed) {
            self.calls.answered();
            self.errors.mended(Failing::Call);
        }
    }

    /// Notes that Healthengine answered a poll.
    pub(super) fn healthengine_answered(&mut self) {
        self.errors.mended(Failing::Poll);
        if self.healthengine.answered() {
            tracing::info!("Healthengine answers again");
        }
    }

    /// Notes what a failed call says of the PMS. A clear no says that it is well.
    pub(super) fn pms_failed(&mut self, error: &PmsError, now: DateTime<Utc>) {
        match error {
            PmsError::Refused(_) | PmsError::Unsupported(_) => self.pms_answered(),
            PmsError::NotDone(_) | PmsError::Unknown(_) | PmsError::Misconfigured(_) => {
                self.pms_misconfigured = matches!(error, PmsError::Misconfigured(_));
                self.errors.failed(Failing::Pms, error);
                let rest = pause(self.pms.failures.saturating_add(1));
                if self.pms.failed(now, rest) {
                    tracing::warn!(%error, "the practice's diary cannot be used; trying again");
                }
            }
        }
    }

    /// Notes that the PMS answered.
    pub(super) fn pms_answered(&mut self) {
        self.pms_misconfigured = false;
        self.errors.mended(Failing::Pms);
        if self.pms.answered() {
            tracing::info!("the practice's diary answers again");
        }
    }
}
