//! `/metrics`: a few numbers over all practices, in Prometheus' text format.

use std::collections::BTreeMap;
use std::fmt::{Arguments, Display, Write as _};
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};

use super::attention::{BY_URGENCY, code};
use super::{Roster, Site};
use crate::practice::kinds::OTHERS;
use crate::practice::status::{Condition, PracticeStatus};

/// How many kinds of request have a label value of their own.
const MOST_KINDS: usize = 32;

/// Answers with the numbers of this moment.
pub(super) async fn metrics(State(site): State<Arc<Site>>) -> impl IntoResponse {
    let mut text = Text::default();
    Numbers::of(&site.roster, site.clock.now()).write(&mut text);
    text.gauge(
        "connector_heartbeat_age_seconds",
        "Since some practice's loop last turned",
    );
    text.sample(
        "connector_heartbeat_age_seconds",
        "",
        site.pulse.silence().num_seconds(),
    );
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        text.0,
    )
}

/// The sums over all practices.
#[derive(Debug, Default)]
struct Numbers {
    conditions: BTreeMap<&'static str, u64>,
    polls: u64,
    confirmed: u64,
    rejected: u64,
    open: u64,
    availability_waiting: u64,
    availability_refused: u64,
    items: u64,
    poll_age: i64,
    unanswered_age: i64,
    snapshots: u64,
    /// The kinds that are not answered: when each was first seen, and at how many polls.
    kinds: BTreeMap<String, (DateTime<Utc>, u64)>,
}

impl Numbers {
    fn of(roster: &Roster, now: DateTime<Utc>) -> Self {
        let mut numbers = Self {
            // A condition that nobody is in is zero, not absent: an alert can compare with it.
            conditions: BY_URGENCY.map(|condition| (code(condition), 0)).into(),
            ..Self::default()
        };
        for listed in roster.iter() {
            numbers.add(&listed.status.borrow(), now);
        }
        numbers
    }

    fn add(&mut self, status: &PracticeStatus, now: DateTime<Utc>) {
        let here = self.conditions.entry(code(status.condition)).or_default();
        *here = here.saturating_add(1);
        let sum = |total: &mut u64, more: u64| *total = total.saturating_add(more);
        sum(&mut self.polls, status.activations);
        sum(&mut self.confirmed, status.bookings.confirmed);
        sum(&mut self.rejected, status.bookings.rejected);
        sum(&mut self.open, status.bookings.open);
        sum(
            &mut self.availability_waiting,
            count(status.availability_waiting),
        );
        sum(
            &mut self.availability_refused,
            count(status.availability_refused.len()),
        );
        sum(&mut self.items, count(status.items.len()));
        // A paused practice is not polled, and a practice without consent only seldom: neither is
        // late.
        if !matches!(
            status.condition,
            Condition::Paused | Condition::ConsentNeeded
        ) {
            self.poll_age = self.poll_age.max(age(status.last_poll, now));
        }
        sum(&mut self.snapshots, status.snapshots_sent);
        for kind in &status.not_answered {
            let (first, polls) = self
                .kinds
                .entry(kind.kind.clone())
                .or_insert((kind.first_seen, 0));
            *first = kind.first_seen.min(*first);
            *polls = polls.saturating_add(kind.polls);
        }
        self.unanswered_age = self.unanswered_age.max(age(status.oldest_unanswered, now));
    }

    /// The kinds seen first by name, all others as one: names come from outside, and a label must
    /// not have ever more values. Which came first never changes, so no counter falls.
    fn bounded_kinds(&self) -> BTreeMap<&str, u64> {
        let mut order: Vec<_> = self.kinds.iter().collect();
        order.sort_by_key(|(name, (first, _))| (*first, *name));
        let mut bounded: BTreeMap<&str, u64> = BTreeMap::new();
        for (place, (name, (_, polls))) in order.into_iter().enumerate() {
            let name = if place < MOST_KINDS { name } else { OTHERS };
            let total = bounded.entry(name).or_default();
            *total = total.saturating_add(*polls);
        }
        bounded
    }

    fn write_requests(&self, text: &mut Text) {
        text.counter(
            "connector_client_snapshots_total",
            "Days with their patients that Healthengine took since the start",
            self.snapshots,
        );
        text.head(
            "connector_requests_not_answered_total",
            "counter",
            "Polls that listed a kind of request that is not answered, since the start, by kind",
        );
        for (kind, polls) in self.bounded_kinds() {
            text.sample(
                "connector_requests_not_answered_total",
                &label("kind", kind),
                polls,
            );
        }
    }

    fn write(&self, text: &mut Text) {
        text.gauge("connector_practices", "Practices by condition");
        for (condition, practices) in &self.conditions {
            text.sample(
                "connector_practices",
                &label("condition", condition),
                practices,
            );
        }
        text.counter(
            "connector_polls_total",
            "Activations, each of which polls Healthengine, since the start",
            self.polls,
        );
        text.head(
            "connector_bookings_total",
            "counter",
            "Bookings answered since the start, by outcome",
        );
        for (outcome, bookings) in [("confirmed", self.confirmed), ("rejected", self.rejected)] {
            text.sample(
                "connector_bookings_total",
                &label("outcome", outcome),
                bookings,
            );
        }
        self.write_requests(text);
        for (name, help, value) in [
            (
                "connector_bookings_open",
                "Bookings without an answer yet",
                self.open,
            ),
            (
                "connector_availability_waiting_days",
                "Days of availability that wait to be sent",
                self.availability_waiting,
            ),
            (
                "connector_availability_refused_days",
                "Days of availability that Healthengine refuses",
                self.availability_refused,
            ),
            (
                "connector_items_open",
                "Items that wait for a person",
                self.items,
            ),
        ] {
            text.gauge(name, help);
            text.sample(name, "", value);
        }
        for (name, help, value) in [
            (
                "connector_poll_age_seconds",
                "Since Healthengine last answered the practice that waits longest; paused practices and those without consent are left out",
                self.poll_age,
            ),
            (
                "connector_unanswered_age_seconds",
                "Since the oldest booking without an answer was made",
                self.unanswered_age,
            ),
        ] {
            text.gauge(name, help);
            text.sample(name, "", value);
        }
    }
}

/// Text in the exposition format. Names, labels and values are our own words and numbers, or kinds
/// of request, which the engine has made plain: nothing needs escaping.
#[derive(Debug, Default)]
struct Text(String);

impl Text {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    fn gauge(&mut self, name: &str, help: &str) {
        self.head(name, "gauge", help);
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, "counter", help);
        self.sample(name, "", value);
    }

    fn sample(&mut self, name: &str, labels: &str, value: impl Display) {
        self.line(format_args!("{name}{labels} {value}"));
    }

    fn line(&mut self, line: Arguments<'_>) {
        // Writing to a String cannot fail.
        writeln!(self.0, "{line}").ok();
    }
}

fn label(name: &str, value: &str) -> String {
    format!("{{{name}=\"{value}\"}}")
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn age(since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> i64 {
    since.map_or(0, |since| {
        now.signed_duration_since(since).num_seconds().max(0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::status::NotAnswered;

    fn asked(kind: &str, second: i64, polls: u64) -> NotAnswered {
        let at = DateTime::from_timestamp(second, 0).unwrap();
        NotAnswered {
            kind: kind.to_owned(),
            sentence: String::new(),
            first_seen: at,
            since: at,
            polls,
            waits: true,
        }
    }

    #[test]
    fn kinds_of_many_practices_are_summed_and_those_beyond_the_bound_are_one() {
        let now = DateTime::from_timestamp(100_000, 0).unwrap();
        let mut numbers = Numbers::default();
        for second in 0..1_000 {
            let mut status = PracticeStatus::starting();
            status.not_answered = vec![
                asked(&format!("kind-{second}"), second, 2),
                asked("recalls", second, 3),
            ];
            numbers.add(&status, now);
        }
        let kinds = numbers.bounded_kinds();
        assert_eq!(kinds.len(), MOST_KINDS + 1);
        assert_eq!(kinds["recalls"], 3_000);
        assert_eq!(kinds["kind-0"], 2);
        let by_name = u64::try_from(MOST_KINDS - 1).unwrap();
        assert_eq!(kinds[OTHERS], 2 * (1_000 - by_name));
        // A name that comes later takes no other's place.
        let mut late = PracticeStatus::starting();
        late.not_answered = vec![asked("aaa", 99_999, 1)];
        numbers.add(&late, now);
        assert!(!numbers.bounded_kinds().contains_key("aaa"));
    }
}
