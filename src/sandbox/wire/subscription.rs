//! Subscriptions.

use std::net::IpAddr;

use chrono::NaiveDateTime;
use serde_json::Value;
use url::{Host, Url};

use crate::sandbox::fields::{Fields, Read};
use crate::sandbox::request::Kind;

/// What a subscription asks for.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Subscribe {
    pub(in crate::sandbox) id: Option<String>,
    pub(in crate::sandbox) topic: String,
    pub(in crate::sandbox) callback: Url,
    pub(in crate::sandbox) client: Option<String>,
    pub(in crate::sandbox) start: Option<NaiveDateTime>,
    pub(in crate::sandbox) expire: Option<NaiveDateTime>,
}

/// Where callbacks may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Callbacks {
    /// To this machine only.
    #[default]
    Loopback,
    /// Anywhere.
    Anywhere,
}

impl Subscribe {
    /// Reads a subscription.
    pub(in crate::sandbox) fn read(body: &Value, callbacks: Callbacks) -> Read<Self> {
        let fields = Fields::of(
            body,
            "",
            &[
                "id",
                "clientId",
                "topic",
                "callbackUrl",
                "startAt",
                "expireAt",
            ],
        )?;
        let topic = fields.text("topic")?;
        if !is_topic(topic) {
            return Err(fields.broken("topic", "must be requests.* or requests.<type>"));
        }
        let callback = Url::parse(fields.text("callbackUrl")?)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| fields.broken("callbackUrl", "must be an http or https URL"))?;
        if callbacks == Callbacks::Loopback && !is_loopback(&callback) {
            return Err(fields.broken(
                "callbackUrl",
                "must be on this machine: this sandbox calls no other",
            ));
        }
        let (start, expire) = (
            fields.optional_timestamp("startAt")?,
            fields.optional_timestamp("expireAt")?,
        );
        if let (Some(start), Some(expire)) = (start, expire)
            && expire <= start
        {
            return Err(fields.broken("expireAt", "must be after startAt"));
        }
        Ok(Self {
            id: fields.optional_text("id")?.map(str::to_owned),
            topic: topic.to_owned(),
            callback,
            client: fields.optional_text("clientId")?.map(str::to_owned),
            start,
            expire,
        })
    }
}

fn is_topic(topic: &str) -> bool {
    topic == "requests.*"
        || topic
            .strip_prefix("requests.")
            .is_some_and(|word| Kind::ALL.iter().any(|kind| kind.word() == word))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}
