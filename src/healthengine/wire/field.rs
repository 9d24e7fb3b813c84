//! Reading leniently: numbers as text and text as numbers, missing and null fields, unknown ones.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::domain::id::InvalidId;
use crate::domain::redacted::Redacted;

/// An element of a list that cannot be used: which field, and what is wrong with it, without its
/// value.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::healthengine) struct BadElement(pub(in crate::healthengine) String);

impl BadElement {
    /// The field is missing, or is not what it should be.
    pub(super) fn field(name: &str, wanted: &str) -> Self {
        Self(format!("{name} is missing or is not {wanted}"))
    }
}

/// The fields of one object. A null field counts as missing, and so does an empty text.
pub(super) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> From<&'a Map<String, Value>> for Fields<'a> {
    fn from(fields: &'a Map<String, Value>) -> Self {
        Self(fields)
    }
}

impl<'a> Fields<'a> {
    /// The fields of a value that is an object.
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Whether the field is there, with whatever value but null and empty text.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.value(name)
            .is_some_and(|value| value.as_str().is_none_or(|text| !text.trim().is_empty()))
    }

    /// The fields of an object inside this one.
    pub(super) fn object(&self, name: &str) -> Option<Self> {
        self.value(name).and_then(Self::of)
    }

    /// A text; numbers and booleans are taken as they are written.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.value(name).and_then(text)
    }

    /// A text that tells of a person.
    pub(super) fn personal(&self, name: &str) -> Option<Redacted<String>> {
        self.text(name).map(Redacted::new)
    }

    /// A whole number, as a number or as text.
    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        integer(&self.text(name)?)
    }

    /// A yes or no, also as text or as 1 and 0.
    pub(super) fn boolean(&self, name: &str) -> Option<bool> {
        match self.text(name)?.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        }
    }

    /// An identifier; one that breaks its own rules counts as missing.
    pub(super) fn id<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, InvalidId>,
    ) -> Option<T> {
        parse(&self.text(name)?).ok()
    }

    /// A list of identifiers; one alone is taken for a list of one.
    pub(super) fn ids<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, InvalidId>,
    ) -> Vec<T> {
        let values = match self.value(name) {
            Some(Value::Array(values)) => values.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => &[],
        };
        values
            .iter()
            .filter_map(text)
            .filter_map(|id| parse(&id).ok())
            .collect()
    }

    /// A timestamp that the definition says is UTC.
    pub(super) fn utc(&self, name: &str) -> Option<DateTime<Utc>> {
        utc(&self.text(name)?)
    }

    /// A timestamp on the practice's own clock.
    pub(super) fn local(&self, name: &str) -> Option<NaiveDateTime> {
        timestamp(&self.text(name)?)
    }

    /// A date, `YYYY-MM-DD`; a time behind it is dropped.
    pub(super) fn date(&self, name: &str) -> Option<NaiveDate> {
        let text = self.text(name)?;
        let day = text.split(['T', ' ']).next()?;
        NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()
    }
}

/// The element as a value, if it is one that can be held.
pub(in crate::healthengine) fn value(raw: &RawValue) -> Result<Value, BadElement> {
    serde_json::from_str(raw.get()).map_err(|_| BadElement("it cannot be read".to_owned()))
}

/// A text, trimmed and not empty; numbers and booleans as they are written.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        }
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A whole number; a fraction of zeros is tolerated.
pub(super) fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    whole.parse().ok()
}

/// `YYYY-MM-DD HH:MM:SS`; a `T` between, a missing second and fractions of one are tolerated.
/// A zone is not: what it would mean for a civil time cannot be known.
fn timestamp(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim().replacen('T', " ", 1);
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok())
}

/// A timestamp in UTC; a zone that is stated is honoured.
fn utc(text: &str) -> Option<DateTime<Utc>> {
    timestamp(text)
        .or_else(|| timestamp(text.trim().strip_suffix(['Z', 'z'])?))
        .map(|at| at.and_utc())
        .or_else(|| {
            DateTime::parse_from_rfc3339(text.trim())
                .ok()
                .map(|at| at.with_timezone(&Utc))
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_may_arrive_as_text_and_text_as_numbers() {
        let object = json!({"a": "154", "b": 154, "c": 154.0, "d": "154.00", "e": true, "f": "1"});
        let fields = Fields::of(&object).unwrap();
        for name in ["a", "b", "c", "d"] {
            assert_eq!(fields.integer(name), Some(154), "{name}");
        }
        assert_eq!(fields.text("b").as_deref(), Some("154"));
        assert_eq!(fields.boolean("e"), Some(true));
        assert_eq!(fields.boolean("f"), Some(true));
        for bad in ["1.5", "1e3", "0x10", "", "9223372036854775808"] {
            assert_eq!(integer(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_field_that_is_null_missing_or_empty_is_none() {
        let object = json!({"null": null, "empty": "  ", "list": [], "object": {}});
        let fields = Fields::of(&object).unwrap();
        for name in ["null", "empty", "list", "object", "missing"] {
            assert_eq!(fields.text(name), None, "{name}");
            assert_eq!(fields.integer(name), None, "{name}");
            assert_eq!(fields.boolean(name), None, "{name}");
        }
        assert!(!fields.is_set("null") && !fields.is_set("empty") && fields.is_set("list"));
    }

    #[test]
    fn timestamps_have_a_space_or_a_t_and_may_have_fractions() {
        let plain = timestamp("2026-11-21 09:30:00").unwrap();
        for text in [
            "2026-11-21T09:30:00",
            "2026-11-21 09:30",
            " 2026-11-21 09:30:00 ",
        ] {
            assert_eq!(timestamp(text), Some(plain), "{text}");
        }
        assert!(timestamp("2026-11-21 09:30:00.250").is_some());
        for text in [
            "2026-11-21T09:30:00Z",
            "2026-11-21 09:30:00.000Z",
            "2026-11-21T20:30:00+11:00",
            "2026-11-21 20:30:00+11:00",
        ] {
            assert_eq!(utc(text), Some(plain.and_utc()), "{text}");
        }
    }

    #[test]
    fn a_practice_local_time_with_a_zone_is_never_guessed() {
        assert_eq!(timestamp("2026-11-21T09:30:00Z"), None);
        assert_eq!(timestamp("2026-11-21 09:30:00+11:00"), None);
    }
}
