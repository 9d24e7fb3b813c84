//! Subscriptions, and the log of callbacks that failed.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::State;
use crate::sandbox::book::{utc_stamp, utc_text};
use crate::sandbox::request::Arrival;
use crate::sandbox::wire::subscription::Subscribe;

/// How many failed callbacks are kept.
const LOG_KEPT: usize = 1000;

/// A subscription, in the definition's words.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::sandbox) struct Subscription {
    pub(in crate::sandbox) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::sandbox) client_id: Option<String>,
    pub(in crate::sandbox) topic: String,
    pub(in crate::sandbox) callback_url: String,
    #[serde(serialize_with = "utc_stamp")]
    pub(in crate::sandbox) start_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_at: Option<Expiry>,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Expiry(#[serde(serialize_with = "utc_stamp")] DateTime<Utc>);

impl Subscription {
    fn hears(&self, word: &str, now: DateTime<Utc>) -> bool {
        let wanted = self
            .topic
            .strip_prefix("requests.")
            .is_some_and(|topic| topic == "*" || topic == word);
        wanted && self.start_at <= now
    }

    /// The callback's body: no patient's detail is in it.
    fn payload(&self, arrival: &Arrival, now: DateTime<Utc>) -> Value {
        let mut data = json!({"target": arrival.target, "requestType": arrival.word});
        if let Some(fields) = data.as_object_mut() {
            if let Some(booking) = arrival.booking {
                fields.insert("bookingId".to_owned(), json!(booking));
            }
            if let Some(request) = arrival.request {
                fields.insert("requestId".to_owned(), json!(request));
            }
        }
        json!({
            "timestamp": utc_text(now),
            "id": self.id,
            "clientId": self.client_id,
            "topic": self.topic,
            "data": data,
        })
    }
}

/// A callback that failed, in the definition's words.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::sandbox) struct Failure {
    #[serde(serialize_with = "utc_stamp")]
    pub(in crate::sandbox) timestamp: DateTime<Utc>,
    pub(in crate::sandbox) id: String,
    pub(in crate::sandbox) subscription_id: String,
    pub(in crate::sandbox) subscription_topic: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::sandbox) client_id: Option<String>,
    pub(in crate::sandbox) callback_url: String,
    pub(in crate::sandbox) payload: Value,
    pub(in crate::sandbox) attempt: u32,
    pub(in crate::sandbox) error_type: String,
    pub(in crate::sandbox) error_message: String,
}

/// A practice's subscriptions.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Subscriptions {
    pub(in crate::sandbox) current: Vec<Subscription>,
    pub(in crate::sandbox) failures: Vec<Failure>,
}

impl Subscriptions {
    /// Creates the subscription, or updates the one with this id, or with this topic and URL.
    pub(in crate::sandbox) fn upsert(
        &mut self,
        wanted: Subscribe,
        fresh_id: String,
        now: DateTime<Utc>,
    ) -> Subscription {
        let url = wanted.callback.to_string();
        let same = |known: &Subscription| {
            Some(&known.id) == wanted.id.as_ref()
                || (known.topic == wanted.topic && known.callback_url == url)
        };
        let known = self.current.iter().position(same);
        let id = known
            .and_then(|index| self.current.get(index))
            .map_or(fresh_id, |known| known.id.clone());
        let subscription = Subscription {
            id,
            client_id: wanted.client,
            topic: wanted.topic,
            callback_url: url,
            start_at: wanted.start.as_ref().map_or(now, NaiveDateTime::and_utc),
            expire_at: wanted.expire.map(|at| Expiry(at.and_utc())),
        };
        match known.and_then(|index| self.current.get_mut(index)) {
            Some(known) => known.clone_from(&subscription),
            None => self.current.push(subscription.clone()),
        }
        subscription
    }

    /// The subscription with this id.
    pub(in crate::sandbox) fn find(&self, id: &str) -> Option<&Subscription> {
        self.current.iter().find(|known| known.id == id)
    }

    /// Deletes it; whether there was one.
    pub(in crate::sandbox) fn delete(&mut self, id: &str) -> bool {
        let before = self.current.len();
        self.current.retain(|known| known.id != id);
        self.current.len() < before
    }

    /// Drops those whose time is over.
    pub(super) fn drop_expired(&mut self, now: DateTime<Utc>) {
        self.current
            .retain(|known| known.expire_at.is_none_or(|Expiry(at)| now < at));
    }

    /// Logs a callback that failed.
    pub(in crate::sandbox) fn log(&mut self, failure: Failure) {
        if self.failures.len() < LOG_KEPT {
            self.failures.push(failure);
        }
    }
}

impl State {
    /// Who is to be called about a request, and with what.
    pub(in crate::sandbox) fn callbacks(
        &self,
        arrival: &Arrival,
        now: DateTime<Utc>,
    ) -> Vec<(Subscription, Value)> {
        self.subscriptions
            .current
            .iter()
            .filter(|subscription| subscription.hears(&arrival.word, now))
            .map(|subscription| (subscription.clone(), subscription.payload(arrival, now)))
            .collect()
    }
}
