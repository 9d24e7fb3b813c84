//! A practice as the controls show it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::features::WireFeature;
use super::subscriptions::{Failure, Subscription};
use super::{Day, Practice, SentCounts, State};
use crate::sandbox::book::{Entry, Standing, utc_stamp, utc_text};
use crate::sandbox::wire::config::{SentAppointmentType, SentResource};

/// A rule that somebody broke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ViolationView {
    /// The practice's id at Healthengine.
    pub practice: String,
    /// When, UTC.
    #[serde(serialize_with = "utc_stamp")]
    pub at: DateTime<Utc>,
    /// The call, in the definition's words.
    pub operation: String,
    /// Where in the body, and which rule.
    pub rule: String,
}

/// How an integration is doing, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HealthView {
    /// Whether its times are shown to patients, as far as health goes.
    pub healthy: bool,
    /// Why not.
    pub reason: Option<String>,
    /// Every change, oldest first.
    pub changes: Vec<HealthChange>,
}

/// A change of health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HealthChange {
    /// When it was noticed, UTC.
    #[serde(serialize_with = "utc_stamp")]
    pub at: DateTime<Utc>,
    /// Why it became unhealthy; `None` when it recovered.
    pub reason: Option<String>,
}

/// How the connector polls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PollView {
    /// How often.
    pub count: u64,
    /// When last, UTC.
    pub last: Option<String>,
    /// The longest time between two polls, in milliseconds.
    pub widest_gap_ms: i64,
}

/// Everything about a practice.
#[derive(Debug, Clone, Serialize)]
pub struct PracticeView {
    /// Its id at Healthengine.
    pub practice: String,
    /// Its time zone.
    pub timezone: &'static str,
    /// Whether its consent is granted.
    pub consent: bool,
    /// The liveness contract as it was sent; `None` before.
    pub liveness_contract: Option<Value>,
    /// The resources of the last snapshot.
    pub resources: Vec<SentResource>,
    /// The appointment types of the last snapshot.
    pub appointment_types: Vec<SentAppointmentType>,
    /// How often each part was sent.
    pub sent: SentCounts,
    /// The ranges that were sent last, by resource and date.
    pub availability: BTreeMap<String, BTreeMap<NaiveDate, Value>>,
    /// Every booking with its history.
    pub bookings: Vec<Entry>,
    /// What waits for the connector, by kind.
    pub waiting: Vec<String>,
    /// The booking updates that wait.
    pub booking_updates: Vec<Value>,
    /// The bookings that were rejected after the patient was told that they stand.
    pub late_rejects: Vec<i64>,
    /// How the integration is doing.
    pub health: HealthView,
    /// How it polls.
    pub polls: PollView,
    /// How many rules were broken.
    pub violation_count: u64,
    /// Which.
    pub violations: Vec<ViolationView>,
    /// How many calls had wrong keys or no consent.
    pub unauthorised_calls: u64,
    subscriptions: Vec<Subscription>,
    subscription_errors: Vec<Failure>,
    features: Vec<WireFeature>,
    /// Documents and client snapshots that were sent.
    pub documents: Value,
}

/// A practice in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PracticeSummary {
    /// Its id at Healthengine.
    pub practice: String,
    /// Whether its consent is granted.
    pub consent: bool,
    /// Whether its integration is healthy.
    pub healthy: bool,
    /// How many polls came.
    pub polls: u64,
    /// The longest time between two polls, in milliseconds.
    pub widest_gap_ms: i64,
    /// Whether a liveness contract was sent.
    pub has_contract: bool,
    /// How many resources it has.
    pub resources: usize,
    /// How many appointment types it has.
    pub appointment_types: usize,
    /// How many days of resources were sent.
    pub days: usize,
    /// How many bookings were made.
    pub bookings: usize,
    /// How many wait for an answer.
    pub pending: usize,
    /// How many rules were broken.
    pub violations: u64,
}

impl Practice {
    /// The practice in one line.
    pub(in crate::sandbox) fn summary(&self, now: DateTime<Utc>) -> PracticeSummary {
        let state = self.at(now);
        PracticeSummary {
            practice: self.id().to_owned(),
            consent: state.consent,
            healthy: state.health.trouble.is_none(),
            polls: state.health.polls,
            widest_gap_ms: state.health.widest_gap.num_milliseconds(),
            has_contract: state.contract.is_some(),
            resources: state.resources.len(),
            appointment_types: state.types.len(),
            days: state.days.values().map(BTreeMap::len).sum(),
            bookings: state.bookings.len(),
            pending: state.pending.len(),
            violations: state.violation_count,
        }
    }

    /// Everything about it.
    pub(in crate::sandbox) fn view(&self, now: DateTime<Utc>) -> PracticeView {
        let state = self.at(now);
        let bookings = self.entries(&state);
        PracticeView {
            practice: self.id().to_owned(),
            timezone: state.zone.name(),
            consent: state.consent,
            liveness_contract: state
                .contract
                .as_ref()
                .map(|contract| contract.sent.clone()),
            resources: state.resources.clone(),
            appointment_types: state.types.clone(),
            sent: state.sent,
            availability: state
                .days
                .iter()
                .map(|(id, days)| {
                    let days = days.iter().map(|(&date, day)| (date, view_day(day)));
                    (id.to_string(), days.collect())
                })
                .collect(),
            waiting: state.waiting_kinds(),
            booking_updates: state.list(crate::sandbox::request::Kind::BookingUpdates),
            late_rejects: bookings
                .iter()
                .filter(|entry| entry.standing == Standing::RejectedLate)
                .map(|entry| entry.booking)
                .collect(),
            bookings,
            health: state.view_health(),
            polls: PollView {
                count: state.health.polls,
                last: state.health.last_poll.map(utc_text),
                widest_gap_ms: state.health.widest_gap.num_milliseconds(),
            },
            violation_count: state.violation_count,
            violations: self.view_violations(&state),
            unauthorised_calls: state.unauthorised,
            subscriptions: state.subscriptions.current.clone(),
            subscription_errors: state.subscriptions.failures.clone(),
            features: state.features.wire_all(),
            documents: state.view_documents(),
        }
    }

    /// Its bookings.
    pub(in crate::sandbox) fn entries(&self, state: &State) -> Vec<Entry> {
        state
            .bookings
            .values()
            .map(|booking| booking.entry(self.id()))
            .collect()
    }

    /// The rules that its calls broke.
    pub(in crate::sandbox) fn view_violations(&self, state: &State) -> Vec<ViolationView> {
        state
            .violations
            .iter()
            .map(|violation| ViolationView {
                practice: self.id().to_owned(),
                at: violation.at,
                operation: violation.operation.clone(),
                rule: violation.rule.clone(),
            })
            .collect()
    }
}

impl State {
    fn view_health(&self) -> HealthView {
        HealthView {
            healthy: self.health.trouble.is_none(),
            reason: self.health.trouble.clone(),
            changes: self
                .health
                .changes
                .iter()
                .map(|change| HealthChange {
                    at: change.at,
                    reason: change.trouble.clone(),
                })
                .collect(),
        }
    }

    fn view_documents(&self) -> Value {
        let documents = &self.documents;
        let view =
            |booking: i64, document: &str| json!({"booking": booking, "pmsDocumentId": document});
        json!({
            "listed": documents.listed.iter()
                .map(|d| view(d.booking, &d.document)).collect::<Vec<_>>(),
            "uploaded": documents.uploaded.iter()
                .map(|(d, size)| json!({
                    "booking": d.booking, "pmsDocumentId": d.document, "bytes": size,
                })).collect::<Vec<_>>(),
            "refused": documents.refused.iter()
                .map(|d| view(d.booking, &d.document)).collect::<Vec<_>>(),
            "attachments": documents.attachments.iter()
                .map(|(request, attached)| json!({
                    "request": request,
                    "outcome": attached.outcome.as_ref().map(|outcome| match outcome {
                        super::documents::Outcome::Inserted(_) => "inserted",
                        super::documents::Outcome::Refused => "rejected",
                    }),
                })).collect::<Vec<_>>(),
            "clientSnapshots": documents.client_snapshots.iter()
                .map(|snapshot| json!({
                    "date": snapshot.date, "dateType": snapshot.date_type,
                    "appointments": snapshot.appointments, "patients": snapshot.patients,
                })).collect::<Vec<_>>(),
        })
    }
}

fn view_day(day: &Day) -> Value {
    let ranges: Vec<Value> = day
        .ranges
        .iter()
        .map(|free| {
            json!({
                "start": free.range.start().to_string(),
                "end": free.range.end().to_string(),
                "slotLength": free.slot_length,
                "pmsAppointmentTypeIds": free.types,
            })
        })
        .collect();
    json!({"ranges": ranges, "sent_at": utc_text(day.sent_at)})
}
