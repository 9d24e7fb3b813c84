//! Subscriptions to events, and the log of those that could not be delivered.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::field::{self, BadElement, Fields};
use super::request::{kind_of, word_of};
use super::utc_text;
use crate::domain::id::{BookingId, RequestId, SubscriptionId};
use crate::healthengine::{RequestKind, words};

/// What a subscription is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Every kind of request (`requests.*`).
    EveryRequest,
    /// One kind of request.
    Requests(RequestKind),
    /// A topic that this version does not know.
    Other(String),
}

impl Topic {
    fn parse(text: String) -> Self {
        match text.strip_prefix("requests.") {
            Some("*") => Self::EveryRequest,
            Some(kind) => Self::Requests(kind_of(kind)),
            None => Self::Other(text),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::EveryRequest => "requests.*".to_owned(),
            Self::Requests(kind) => format!("requests.{}", word_of(kind)),
            Self::Other(text) => text.clone(),
        }
    }
}

/// A subscription to be created or updated.
#[derive(Debug, Clone)]
pub struct NewSubscription {
    /// What it is for.
    pub topic: Topic,
    /// Where its events are to be sent.
    pub callback_url: Url,
    /// What every event repeats: a shared secret, because events carry no signature.
    pub client_id: Option<SecretString>,
    /// From when on, UTC; at once if not set.
    pub start_at: Option<DateTime<Utc>>,
    /// Until when, UTC; for ever if not set.
    pub expire_at: Option<DateTime<Utc>>,
}

/// The body that creates or updates a subscription.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::healthengine) struct WireSubscription<'a> {
    topic: String,
    callback_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
}

impl<'a> WireSubscription<'a> {
    /// The subscription as it is sent.
    pub(in crate::healthengine) fn of(new: &'a NewSubscription) -> Self {
        Self {
            topic: new.topic.text(),
            callback_url: new.callback_url.as_str(),
            start_at: new.start_at.map(utc_text),
            expire_at: new.expire_at.map(utc_text),
            client_id: new.client_id.as_ref().map(ExposeSecret::expose_secret),
        }
    }
}

/// A subscription as Healthengine holds it.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// What it is for.
    pub topic: Option<Topic>,
    /// Where its events are sent.
    pub callback_url: Option<String>,
    /// What every event repeats.
    pub client_id: Option<SecretString>,
    /// From when on, UTC.
    pub start_at: Option<DateTime<Utc>>,
    /// Until when, UTC; `None`: for ever.
    pub expire_at: Option<DateTime<Utc>>,
}

/// Parses a subscription.
pub(in crate::healthengine) fn parse_subscription(
    value: &Value,
) -> Result<Subscription, BadElement> {
    let fields =
        Fields::of(value).ok_or_else(|| BadElement::field("the subscription", "an object"))?;
    Ok(Subscription {
        id: fields
            .id("id", SubscriptionId::parse)
            .ok_or_else(|| BadElement::field("id", "an id"))?,
        topic: fields.text("topic").map(Topic::parse),
        callback_url: fields.text("callbackUrl"),
        client_id: fields.text("clientId").map(SecretString::from),
        start_at: fields.utc("startAt"),
        expire_at: fields.utc("expireAt"),
    })
}

/// Which delivery errors are wanted; all of them if nothing is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubscriptionErrorQuery {
    /// Of which subscription.
    pub subscription: Option<SubscriptionId>,
    /// From when on, UTC.
    pub from: Option<DateTime<Utc>>,
    /// Until when, UTC.
    pub to: Option<DateTime<Utc>>,
}

impl SubscriptionErrorQuery {
    /// The query's names and values.
    pub(in crate::healthengine) fn pairs(&self) -> impl Iterator<Item = (&'static str, String)> {
        let subscription = self.subscription.as_ref().map(ToString::to_string);
        [
            ("subscriptionId", subscription),
            ("from", self.from.map(utc_text)),
            ("to", self.to.map(utc_text)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }
}

/// An event that could not be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionError {
    /// The log entry's id.
    pub id: String,
    /// Of which subscription.
    pub subscription: Option<SubscriptionId>,
    /// What that subscription is for.
    pub topic: Option<Topic>,
    /// Which address was called.
    pub callback_url: Option<String>,
    /// At which attempt.
    pub attempt: Option<i64>,
    /// What kind of error it was.
    pub error_type: Option<String>,
    /// What happened, on one line.
    pub error_message: Option<String>,
    /// When the event was first sent, UTC.
    pub sent_at: Option<DateTime<Utc>>,
    /// Which kind of request it told of.
    pub request_kind: Option<RequestKind>,
    /// Which booking it told of.
    pub booking: Option<BookingId>,
    /// Which request it told of.
    pub request: Option<RequestId>,
}

/// Parses an entry of the log.
pub(in crate::healthengine) fn parse_error(
    raw: &RawValue,
) -> Result<SubscriptionError, BadElement> {
    let value = field::value(raw)?;
    let fields = Fields::of(&value).ok_or_else(|| BadElement::field("the entry", "an object"))?;
    let payload = fields.object("payload");
    let data = payload.as_ref().and_then(|payload| payload.object("data"));
    let number = |name| data.as_ref().and_then(|data| data.integer(name));
    Ok(SubscriptionError {
        id: fields
            .text("id")
            .ok_or_else(|| BadElement::field("id", "an id"))?,
        subscription: fields.id("subscriptionId", SubscriptionId::parse),
        topic: fields.text("subscriptionTopic").map(Topic::parse),
        callback_url: fields.text("callbackUrl"),
        attempt: fields.integer("attempt"),
        error_type: fields
            .text("errorType")
            .map(|text| words::bounded(&text, 100)),
        error_message: fields
            .text("errorMessage")
            .map(|text| words::bounded(&text, 500)),
        sent_at: payload
            .as_ref()
            .and_then(|payload| payload.utc("timestamp")),
        request_kind: data
            .as_ref()
            .and_then(|data| data.text("requestType"))
            .map(|word| kind_of(&word)),
        booking: number("bookingId").map(BookingId::new),
        request: number("requestId").map(RequestId::new),
    })
}
