//! The ten-minute rule, and how far apart the polls are.

use chrono::{DateTime, TimeDelta, Utc};

use super::State;
use super::requests::Waiting;
use crate::domain::civil::{LocalDateTime, weekday_index};

/// Rule: priority requests are answered, and polls come, within ten minutes inside live hours.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// How many changes of health are kept.
const CHANGES_KEPT: usize = 200;

/// How a practice's integration is doing.
#[derive(Debug, Clone, Default)]
pub(in crate::sandbox) struct Health {
    /// Why it is unhealthy; `None` is healthy.
    pub(in crate::sandbox) trouble: Option<String>,
    /// Every change, oldest first.
    pub(in crate::sandbox) changes: Vec<Change>,
    /// How often `GET /requests` came.
    pub(in crate::sandbox) polls: u64,
    /// When it came last.
    pub(in crate::sandbox) last_poll: Option<DateTime<Utc>>,
    /// The longest time between two of them.
    pub(in crate::sandbox) widest_gap: TimeDelta,
}

/// A change of health.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Change {
    pub(in crate::sandbox) at: DateTime<Utc>,
    pub(in crate::sandbox) trouble: Option<String>,
}

impl State {
    /// Notes a poll.
    pub(in crate::sandbox) fn note_poll(&mut self, now: DateTime<Utc>) {
        if let Some(last) = self.health.last_poll {
            self.health.widest_gap = self.health.widest_gap.max(now - last);
        }
        self.health.polls = self.health.polls.saturating_add(1);
        self.health.last_poll = Some(now);
        self.judge_health(now);
    }

    /// Decides how the integration is doing now.
    pub(in crate::sandbox) fn judge_health(&mut self, now: DateTime<Utc>) {
        // Outside live hours nothing is expected, and nothing is held against it.
        let trouble = self
            .live_since(now)
            .and_then(|live_since| self.trouble(live_since, now));
        let (was, is) = (&self.health.trouble, &trouble);
        if was.is_some() != is.is_some() && self.health.changes.len() < CHANGES_KEPT {
            self.health.changes.push(Change {
                at: now,
                trouble: trouble.clone(),
            });
        }
        self.health.trouble = trouble;
    }

    fn trouble(&self, live_since: DateTime<Utc>, now: DateTime<Utc>) -> Option<String> {
        let late = |since: DateTime<Utc>| now - since.max(live_since) > PATIENCE;
        let unanswered = self
            .oldest_waiting()
            .into_iter()
            .flatten()
            .find(|waiting| late(waiting.since))
            .map(|Waiting { kind, .. }| {
                format!(
                    "a request of kind {} was not answered for ten minutes",
                    kind.word()
                )
            });
        unanswered.or_else(|| {
            self.health
                .last_poll
                .filter(|&last| late(last))
                .map(|_| "no poll for ten minutes".to_owned())
        })
    }

    /// Since when the connector has been expected to answer; `None` outside live hours. Without
    /// a liveness contract every hour is a live one.
    fn live_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let Some(contract) = &self.contract else {
            return Some(DateTime::UNIX_EPOCH);
        };
        let local = self.zone.local(now);
        let time = local.time_of_day();
        let range = contract
            .hours
            .day(weekday_index(local.date()))
            .iter()
            .find(|range| range.start() <= time && time < range.end())?;
        let start = LocalDateTime::new(local.date(), range.start());
        self.zone.occurrence(start).instant().or(Some(now))
    }
}
