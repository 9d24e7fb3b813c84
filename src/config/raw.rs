//! The settings as they are written: any key may be missing, none may be unknown.

use std::fmt;

use secrecy::SecretString;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// `default.toml` and `connector.toml`.
#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawConnector {
    pub identity: RawIdentity,
    pub healthengine: RawHealthengine,
    pub pms: RawPms,
    pub residency: RawResidency,
    pub schedule: RawSchedule,
    pub ledger: RawLedger,
    pub server: RawServer,
    pub shutdown: RawShutdown,
    pub telemetry: RawTelemetry,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawIdentity {
    pub vendor_name: Option<String>,
    pub vendor_email: Option<String>,
    pub environment: Option<String>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawHealthengine {
    pub base_url: Option<String>,
    pub api_key: Option<RawSecret>,
    pub connect_timeout: Option<String>,
    pub total_timeout: Option<String>,
    pub largest_answer: Option<Count>,
    pub gzip_from: Option<Count>,
    pub calls_at_once: Option<Count>,
    pub extra_ca_file: Option<String>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawPms {
    pub read_timeout: Option<String>,
    pub write_timeout: Option<String>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawResidency {
    pub region: Option<String>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawSchedule {
    pub poll_interval: Option<String>,
    pub poll_interval_outside_live_hours: Option<String>,
    pub full_availability_at: Option<String>,
    pub full_availability_jitter: Option<String>,
    pub change_scan_interval: Option<String>,
    pub unauthorised_probe_interval: Option<String>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawLedger {
    pub url: Option<String>,
    pub retention: Option<String>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawServer {
    pub listen: Option<String>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawShutdown {
    pub grace: Option<String>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawTelemetry {
    pub format: Option<String>,
    pub level: Option<String>,
}

/// `practices/NAME.toml`.
#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawPractice {
    pub practice_id: Option<String>,
    pub practice_key: Option<RawSecret>,
    pub timezone: Option<String>,
    pub enabled: Option<bool>,
    pub publish_days: Option<Count>,
    pub when_pms_unavailable: Option<String>,
    pub live_hours: Option<RawLiveHours>,
    pub features: RawFeatures,
    /// `adapter`, and the adapter's own keys: which ones there are is the adapter's to say.
    pub pms: Option<toml::Table>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawFeatures {
    pub documents: bool,
    pub attach_documents: bool,
    pub client_snapshots: bool,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawLiveHours {
    pub monday: Vec<RawRange>,
    pub tuesday: Vec<RawRange>,
    pub wednesday: Vec<RawRange>,
    pub thursday: Vec<RawRange>,
    pub friday: Vec<RawRange>,
    pub saturday: Vec<RawRange>,
    pub sunday: Vec<RawRange>,
    pub public_holidays: Vec<RawRange>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawRange {
    pub start: Option<String>,
    pub end: Option<String>,
}

/// A whole number, which an environment variable writes as text.
#[derive(Clone, Copy)]
pub(super) struct Count(pub u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountVisitor)
    }
}

struct CountVisitor;

impl Visitor<'_> for CountVisitor {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Count, E> {
        Ok(Count(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Count, E> {
        u64::try_from(number)
            .map(Count)
            .map_err(|_| E::custom("expected a whole number, 0 or more"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Count, E> {
        text.parse()
            .map(Count)
            .map_err(|_| E::custom("expected a whole number"))
    }
}

/// A secret, or where to read it. Each key is optional here; exactly one is allowed.
#[derive(Default)]
pub(super) struct RawSecret {
    pub plain: Option<SecretString>,
    pub file: Option<String>,
    pub env: Option<String>,
    pub credential: Option<String>,
}

impl<'de> Deserialize<'de> for RawSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

/// Its errors never quote a value: a key that was written without quotes would be in it.
struct SecretVisitor;

const SECRET_FORM: &str =
    r#"expected { file = "PATH" }, { env = "NAME" } or { credential = "NAME" }"#;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = RawSecret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SECRET_FORM)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<RawSecret, E> {
        Ok(RawSecret {
            plain: Some(SecretString::from(text)),
            ..RawSecret::default()
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawSecret, A::Error> {
        let places = Places::deserialize(MapAccessDeserializer::new(map))?;
        Ok(RawSecret {
            plain: None,
            file: places.file.map(|name| name.0),
            env: places.env.map(|name| name.0),
            credential: places.credential.map(|name| name.0),
        })
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<RawSecret, E> {
        Err(E::custom(SECRET_FORM))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<RawSecret, E> {
        Err(E::custom(SECRET_FORM))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<RawSecret, E> {
        Err(E::custom(SECRET_FORM))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<RawSecret, E> {
        Err(E::custom(SECRET_FORM))
    }
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Places {
    file: Option<Unquoted>,
    env: Option<Unquoted>,
    credential: Option<Unquoted>,
}

/// Text, whose absence is complained of without quoting what is there instead.
struct Unquoted(String);

impl<'de> Deserialize<'de> for Unquoted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)
            .map(Self)
            .map_err(|_| Error::custom(SECRET_FORM))
    }
}
