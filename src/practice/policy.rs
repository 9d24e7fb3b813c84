//! What follows a failure: one pure function per kind of work, exhaustive.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::WhenPmsUnavailable;
use crate::domain::booking::{ANSWER_LIMIT, RejectReason, is_late, reject_by};
use crate::healthengine::{CallError, Refusal, Verdict};
use crate::pms::PmsError;

/// How long a booking that Healthengine has presumed confirmed is kept trying while the PMS is
/// down. Rule: a booking without an answer for ten minutes marks the integration unhealthy; two
/// minutes of them are left for the answer.
pub(super) const LATE_PATIENCE: Duration = Duration::from_secs(8 * 60);

/// The longest pause between two tries of the same thing.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The longest pause while a patient waits: a system that is back must not find the time over.
const LONGEST_WHILE_WAITED_FOR: Duration = Duration::from_secs(2);

/// What is to be done after a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// Try again after this time.
    After(Duration),
    /// Give the request back to Healthengine: reject it.
    GiveBack(RejectReason),
    /// Look for the booking's key; nothing else may follow.
    Find,
    /// Only a person can go on.
    AskPerson,
}

/// How much time a booking has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeLeft {
    /// There is still time to try.
    Left(Duration),
    /// Only the rejection still fits into the limit.
    Closing,
    /// Healthengine has presumed it confirmed this long ago.
    Late(Duration),
}

impl TimeLeft {
    /// The time left to a booking made at this time.
    pub(super) fn of(booked_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let since = |from: DateTime<Utc>| (now - from).to_std().unwrap_or_default();
        if is_late(booked_at, now) {
            return Self::Late(since(booked_at).saturating_sub(ANSWER_LIMIT));
        }
        match (reject_by(booked_at) - now).to_std() {
            Ok(left) if !left.is_zero() => Self::Left(left),
            Ok(_) | Err(_) => Self::Closing,
        }
    }
}

/// What follows when the PMS did not insert a booking.
///
/// `attempt` counts the failures in a row, from 1.
pub(super) fn after_insert(
    error: &PmsError,
    attempt: u32,
    time: TimeLeft,
    choice: WhenPmsUnavailable,
) -> Next {
    match error {
        PmsError::Unknown(_) => planted!(
            UnknownTakenForNo,
            Next::GiveBack(RejectReason::PmsUnavailable),
            Next::Find
        ),
        PmsError::Refused(reason) => Next::GiveBack(reason.clone()),
        PmsError::Unsupported(what) => {
            Next::GiveBack(RejectReason::Refused(format!("it does not support {what}")))
        }
        PmsError::NotDone(_) | PmsError::Misconfigured(_) => match (choice, time) {
            (_, TimeLeft::Left(left)) => {
                Next::After(pause(attempt).min(LONGEST_WHILE_WAITED_FOR).min(left))
            }
            (WhenPmsUnavailable::Hold, TimeLeft::Closing | TimeLeft::Late(_)) => {
                Next::After(pause(attempt))
            }
            (WhenPmsUnavailable::Reject, TimeLeft::Late(by)) if by < LATE_PATIENCE => {
                Next::After(pause(attempt))
            }
            (WhenPmsUnavailable::Reject, TimeLeft::Closing | TimeLeft::Late(_)) => {
                Next::GiveBack(RejectReason::PmsUnavailable)
            }
        },
    }
}

/// What follows when a look for a booking's key failed: look again, for as long as it takes.
pub(super) fn after_find(error: &PmsError, attempt: u32) -> Next {
    match error {
        PmsError::NotDone(_)
        | PmsError::Unknown(_)
        | PmsError::Misconfigured(_)
        | PmsError::Refused(_) => Next::After(pause(attempt)),
        PmsError::Unsupported(_) => Next::AskPerson,
    }
}

/// What follows when an appointment could not be cancelled in the PMS. Cancelling twice has the
/// effect of once, so even an unknown outcome may be tried again.
pub(super) fn after_cancel(
    error: &PmsError,
    attempt: u32,
    waiting: Duration,
    choice: WhenPmsUnavailable,
) -> Next {
    match error {
        PmsError::Refused(reason) => Next::GiveBack(reason.clone()),
        PmsError::Unsupported(_) => Next::AskPerson,
        PmsError::NotDone(_) | PmsError::Unknown(_) | PmsError::Misconfigured(_) => match choice {
            WhenPmsUnavailable::Hold => Next::After(pause(attempt)),
            WhenPmsUnavailable::Reject if waiting < LATE_PATIENCE => Next::After(pause(attempt)),
            WhenPmsUnavailable::Reject => Next::GiveBack(RejectReason::PmsUnavailable),
        },
    }
}

/// What follows when Healthengine did not take an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AfterAnswer {
    /// Send it again after this time: the same answer twice has the effect of once.
    Again(Duration),
    /// Look whether the request is still pending; if it is not, it is settled.
    LookWhetherPending,
    /// Healthengine will never take it: a person must look.
    AskPerson,
    /// Nothing more on this practice's behalf until its key is accepted.
    Stop,
}

/// What follows when Healthengine did not take an answer.
pub(super) fn after_answer(error: &CallError, attempt: u32) -> AfterAnswer {
    match error.verdict {
        Verdict::Unauthorised => AfterAnswer::Stop,
        Verdict::Refused(Refusal::NotFound | Refusal::Gone) => planted!(
            NotFoundNeverSettled,
            AfterAnswer::Again(pause(attempt)),
            AfterAnswer::LookWhetherPending
        ),
        Verdict::Refused(Refusal::Invalid | Refusal::Other(_)) => AfterAnswer::AskPerson,
        Verdict::Slow(Some(wanted)) => AfterAnswer::Again(wanted.max(pause(attempt))),
        Verdict::Slow(None) | Verdict::NotSent | Verdict::Unknown | Verdict::Garbled => {
            AfterAnswer::Again(pause(attempt))
        }
    }
}

/// How long to rest after a call that failed for reasons of reaching Healthengine.
pub(super) fn pause_after_call(error: &CallError, attempt: u32) -> Duration {
    match error.verdict {
        Verdict::Slow(Some(wanted)) => wanted.max(pause(attempt)),
        Verdict::Slow(None)
        | Verdict::NotSent
        | Verdict::Unknown
        | Verdict::Garbled
        | Verdict::Unauthorised
        | Verdict::Refused(_) => pause(attempt),
    }
}

/// Half a second, doubled each time, up to half a minute.
pub(super) fn pause(attempt: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(6);
    Duration::from_millis(500)
        .saturating_mul(1 << doublings)
        .min(LONGEST_PAUSE)
}

/// The time so much later; saturates.
pub(super) fn later(at: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(by)
        .ok()
        .and_then(|by| at.checked_add_signed(by))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests;
