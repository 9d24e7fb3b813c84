//! What goes wrong by chance: each call asks the weather how it fares.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::healthengine::{Fault as CallFault, Op};
use super::ledger::DiskFault;
use super::pms::{Call, Fault as PmsFault};
use crate::domain::booking::RejectReason;
use crate::healthengine::Verdict;
use crate::pms::PmsError;

/// One practice's weather, or that of the disk. Without a seed it is always fine, and no call takes
/// any time.
#[derive(Debug, Default)]
pub struct Weather(Mutex<Option<Sky>>);

#[derive(Debug)]
struct Sky {
    random: fastrand::Rng,
    /// How many calls in ten thousand fail on a fine day.
    drizzle: u32,
    /// How many calls in ten thousand fail in a storm, and until when it lasts.
    storm: u32,
    until: DateTime<Utc>,
    /// How long after a call without an answer the PMS may still be writing.
    settles_within: Duration,
}

impl Weather {
    /// Weather that comes from this seed.
    pub fn of(random: fastrand::Rng, drizzle: u32, settles_within: Duration) -> Self {
        Self(Mutex::new(Some(Sky {
            random,
            drizzle,
            storm: 0,
            until: DateTime::UNIX_EPOCH,
            settles_within,
        })))
    }

    /// From now until then so many calls in ten thousand fail.
    pub fn storm(&self, failing: u32, until: DateTime<Utc>) {
        if let Some(sky) = self.sky().as_mut() {
            sky.storm = failing;
            sky.until = until;
        }
    }

    /// From now on nothing goes wrong any more.
    pub fn clear_up(&self) {
        if let Some(sky) = self.sky().as_mut() {
            sky.drizzle = 0;
            sky.storm = 0;
        }
    }

    /// How long this call takes.
    pub fn latency(&self) -> Duration {
        match self.sky().as_mut() {
            Some(sky) => Duration::from_millis(sky.random.u64(2..120)),
            None => Duration::ZERO,
        }
    }

    /// What becomes of a poll, or of another call of Healthengine.
    pub fn of_healthengine(&self, op: Op, now: DateTime<Utc>) -> Option<CallFault> {
        let mut sky = self.sky();
        let sky = sky.as_mut()?;
        if !sky.strikes(now) {
            return None;
        }
        let random = &mut sky.random;
        let reads = op.reads();
        Some(match random.u32(0..10) {
            0 => CallFault::Before(Verdict::NotSent),
            1 => CallFault::Before(Verdict::Slow(Some(Duration::from_secs(random.u64(1..40))))),
            2 => CallFault::Before(Verdict::Slow(None)),
            3 => CallFault::Before(Verdict::Unknown),
            4 => CallFault::Slowly(Duration::from_millis(random.u64(500..9_000))),
            5 => CallFault::TimesOut(false),
            6 => CallFault::TimesOut(true),
            7 => CallFault::After(Verdict::Garbled),
            8 if !reads => CallFault::Twice,
            8 | 9 => CallFault::After(Verdict::Unknown),
            _ => return None,
        })
    }

    /// What becomes of a call of the PMS that may last so long.
    pub fn of_pms(&self, call: Call, limit: Duration, now: DateTime<Utc>) -> Option<PmsFault> {
        let mut sky = self.sky();
        let sky = sky.as_mut()?;
        if !sky.strikes(now) {
            return None;
        }
        let settles_within = sky.settles_within;
        let random = &mut sky.random;
        Some(match random.u32(0..9) {
            0 => PmsFault::Reject(PmsError::NotDone("it is busy".to_owned())),
            1 => PmsFault::FailAfterWrite,
            2 => PmsFault::LoseRequest,
            3 => PmsFault::Hang,
            4 => PmsFault::AnswerTooLate,
            5 | 6 => PmsFault::RespondSlowly(limit.mul_f64(random.f64() * 0.9)),
            7 if call == Call::Book && !settles_within.is_zero() => {
                PmsFault::WriteLater(settles_within.mul_f64(random.f64() * 0.9))
            }
            7 if call == Call::Book => PmsFault::Reject(PmsError::Refused(RejectReason::Refused(
                "a rule".to_owned(),
            ))),
            7 => PmsFault::Reject(PmsError::NotDone("it is starting".to_owned())),
            _ => PmsFault::Reject(PmsError::Misconfigured(
                "its licence has run out".to_owned(),
            )),
        })
    }

    /// What becomes of a write of the ledger.
    pub fn of_disk(&self, now: DateTime<Utc>) -> Option<DiskFault> {
        let mut sky = self.sky();
        let sky = sky.as_mut()?;
        if !sky.strikes(now) {
            return None;
        }
        Some(match sky.random.u32(0..3) {
            0 => DiskFault::Full,
            1 => DiskFault::AnswerLost,
            _ => DiskFault::Failed,
        })
    }

    /// Lets a list come in another order, with an element twice, or without one; says what it did.
    pub fn disturb<T: Clone>(&self, list: &mut Vec<T>, now: DateTime<Utc>) -> Option<&'static str> {
        let mut sky = self.sky();
        let sky = sky.as_mut()?;
        if list.len() > 1 {
            sky.random.shuffle(list);
        }
        if list.is_empty() || !sky.strikes(now) {
            return None;
        }
        let at = sky.random.usize(0..list.len());
        if sky.random.bool() {
            let again = list.get(at).cloned();
            list.extend(again);
            Some("one element is listed twice")
        } else {
            list.remove(at);
            Some("one element is missing from the list")
        }
    }

    /// Lets a list of the configuration come back empty, or with less than half; says whether.
    pub fn shorten<T>(&self, list: &mut Vec<T>, now: DateTime<Utc>) -> bool {
        let mut sky = self.sky();
        let Some(sky) = sky.as_mut() else {
            return false;
        };
        if list.is_empty() || !sky.strikes(now) {
            return false;
        }
        let fewer = list.len().saturating_sub(1) / 2;
        list.truncate(if sky.random.bool() { 0 } else { fewer });
        true
    }

    fn sky(&self) -> MutexGuard<'_, Option<Sky>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sky {
    fn strikes(&mut self, now: DateTime<Utc>) -> bool {
        let of = if now < self.until {
            self.storm.max(self.drizzle)
        } else {
            self.drizzle
        };
        of > 0 && self.random.u32(0..10_000) < of
    }
}
