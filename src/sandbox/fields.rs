//! Reading a body rule by rule: what is out of shape is named by its path and the rule it breaks,
//! never by its value, which may be a patient's.

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Map, Value};

use crate::domain::civil::{TimeOfDay, TimeRange};
use crate::domain::id::LONGEST_ID;

/// A published rule that a call broke, in words for whoever made the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken(String);

impl Broken {
    /// The rule that the value at this path breaks.
    pub(super) fn at(path: &str, rule: &str) -> Self {
        if path.is_empty() {
            Self(format!("body: {rule}"))
        } else {
            Self(format!("{path}: {rule}"))
        }
    }

    /// The path and the rule.
    pub(super) fn rule(&self) -> &str {
        &self.0
    }
}

/// What was read, or the rule that it breaks.
pub(super) type Read<T> = Result<T, Broken>;

/// The fields of one object, and where in the body it stands.
pub(super) struct Fields<'a> {
    path: String,
    object: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// The value as an object that has no field but these.
    pub(super) fn of(value: &'a Value, path: &str, known: &[&str]) -> Read<Self> {
        let object = value
            .as_object()
            .ok_or_else(|| Broken::at(path, "must be an object"))?;
        // Rule: what is sent is exactly what the definition says.
        for name in object.keys() {
            if !known.contains(&name.as_str()) {
                let shown: String = name.chars().take(60).collect();
                return Err(Broken::at(
                    path,
                    &format!("`{shown}` is not a field of the definition"),
                ));
            }
        }
        Ok(Self {
            path: path.to_owned(),
            object,
        })
    }

    /// The path of a field.
    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// What is wrong with a field.
    pub(super) fn broken(&self, name: &str, rule: &str) -> Broken {
        Broken::at(&self.path(name), rule)
    }

    fn required(&self, name: &str) -> Read<&'a Value> {
        self.object
            .get(name)
            .ok_or_else(|| self.broken(name, "is required"))
    }

    /// A text that must be there, empty or not.
    pub(super) fn text(&self, name: &str) -> Read<&'a str> {
        self.required(name)?
            .as_str()
            .ok_or_else(|| self.broken(name, "must be a string"))
    }

    /// An identifier or a name that must be there: a string, not empty, of bounded length.
    pub(super) fn id(&self, name: &str) -> Read<&'a str> {
        let text = self.text(name)?;
        checked_id(text).map_err(|rule| self.broken(name, rule))?;
        Ok(text)
    }

    /// A text that may be missing, but not null.
    pub(super) fn optional_text(&self, name: &str) -> Read<Option<&'a str>> {
        match self.object.get(name) {
            None => Ok(None),
            Some(_) => self.text(name).map(Some),
        }
    }

    /// An identifier that may be missing, but not null.
    pub(super) fn optional_id(&self, name: &str) -> Read<Option<&'a str>> {
        match self.object.get(name) {
            None => Ok(None),
            Some(_) => self.id(name).map(Some),
        }
    }

    /// A text that may be missing or null.
    pub(super) fn nullable_text(&self, name: &str) -> Read<Option<&'a str>> {
        match self.object.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.text(name).map(Some),
        }
    }

    /// One of these words, which must be there.
    pub(super) fn word(&self, name: &str, words: &[&str]) -> Read<&'a str> {
        let text = self.text(name)?;
        if words.contains(&text) {
            Ok(text)
        } else {
            Err(self.broken(name, &format!("must be one of {}", words.join(", "))))
        }
    }

    /// A whole number in this range, which must be there.
    pub(super) fn integer(&self, name: &str, from: i64, to: i64) -> Read<i64> {
        let number = self
            .required(name)?
            .as_i64()
            .ok_or_else(|| self.broken(name, "must be an integer"))?;
        if (from..=to).contains(&number) {
            Ok(number)
        } else {
            Err(self.broken(name, &format!("must be {from} to {to}")))
        }
    }

    /// A whole number in this range that may be missing, but not null.
    pub(super) fn optional_integer(&self, name: &str, from: i64, to: i64) -> Read<Option<i64>> {
        match self.object.get(name) {
            None => Ok(None),
            Some(_) => self.integer(name, from, to).map(Some),
        }
    }

    /// A truth value that may be missing, but not null.
    pub(super) fn optional_bool(&self, name: &str) -> Read<Option<bool>> {
        match self.object.get(name) {
            None => Ok(None),
            Some(value) => value
                .as_bool()
                .map(Some)
                .ok_or_else(|| self.broken(name, "must be true or false")),
        }
    }

    /// A date, `YYYY-MM-DD`, which must be there.
    pub(super) fn date(&self, name: &str) -> Read<NaiveDate> {
        parse_date(self.text(name)?).ok_or_else(|| self.broken(name, "must be a date, YYYY-MM-DD"))
    }

    /// A timestamp, `YYYY-MM-DD HH:MM:SS`, which must be there.
    pub(super) fn timestamp(&self, name: &str) -> Read<NaiveDateTime> {
        parse_timestamp(self.text(name)?)
            .ok_or_else(|| self.broken(name, "must be a timestamp, YYYY-MM-DD HH:MM:SS"))
    }

    /// A timestamp that may be missing, but not null.
    pub(super) fn optional_timestamp(&self, name: &str) -> Read<Option<NaiveDateTime>> {
        match self.object.get(name) {
            None => Ok(None),
            Some(_) => self.timestamp(name).map(Some),
        }
    }

    /// The range from `start` to `end`, both `HH:MM`, start before end.
    pub(super) fn range(&self) -> Read<TimeRange> {
        let start = self.time("start")?;
        let end = self.time("end")?;
        TimeRange::new(start, end).ok_or_else(|| self.broken("start", "must be before end"))
    }

    fn time(&self, name: &str) -> Read<TimeOfDay> {
        // Rule: HH24:MI, so the day's last minute is 23:59 and 24:00 is no time.
        TimeOfDay::parse(self.text(name)?)
            .filter(|time| *time < TimeOfDay::END_OF_DAY)
            .ok_or_else(|| self.broken(name, "must be a time, HH:MM, 00:00 to 23:59"))
    }

    /// A list, which must be there, with the path of each of its members.
    pub(super) fn list(&self, name: &str) -> Read<Vec<(String, &'a Value)>> {
        list(self.required(name)?, &self.path(name))
    }

    /// A list that may be missing, but not null.
    pub(super) fn optional_list(&self, name: &str) -> Read<Option<Vec<(String, &'a Value)>>> {
        match self.object.get(name) {
            None => Ok(None),
            Some(_) => self.list(name).map(Some),
        }
    }

    /// A field's value, which must be there.
    pub(super) fn value(&self, name: &str) -> Read<&'a Value> {
        self.required(name)
    }
}

/// The members of a list, each with its path.
pub(super) fn list<'a>(value: &'a Value, path: &str) -> Read<Vec<(String, &'a Value)>> {
    let members = value
        .as_array()
        .ok_or_else(|| Broken::at(path, "must be an array"))?;
    Ok(members
        .iter()
        .enumerate()
        .map(|(index, member)| (format!("{path}[{index}]"), member))
        .collect())
}

/// A member of a list that must be an identifier: a string, not empty, of bounded length.
pub(super) fn member_id<'a>(value: &'a Value, path: &str) -> Read<&'a str> {
    let text = value
        .as_str()
        .ok_or_else(|| Broken::at(path, "must be a string"))?;
    checked_id(text).map_err(|rule| Broken::at(path, rule))?;
    Ok(text)
}

fn checked_id(text: &str) -> Result<(), &'static str> {
    if text.trim().is_empty() {
        Err("must not be empty")
    } else if text.chars().count() > LONGEST_ID {
        Err("must be at most 255 characters")
    } else {
        Ok(())
    }
}

/// Parses `YYYY-MM-DD`, digit for digit.
pub(super) fn parse_date(text: &str) -> Option<NaiveDate> {
    (text.len() == 10)
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .flatten()
}

/// Parses `YYYY-MM-DD HH:MM:SS`, digit for digit.
pub(super) fn parse_timestamp(text: &str) -> Option<NaiveDateTime> {
    (text.len() == 19)
        .then(|| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(value: &Value, read: impl Fn(&Fields<'_>) -> Read<()>) -> String {
        let known = ["id", "n", "day", "start", "end", "list"];
        Fields::of(value, "", &known)
            .and_then(|fields| read(&fields))
            .err()
            .map_or_else(String::new, |broken| broken.rule().to_owned())
    }

    #[test]
    fn an_integer_as_text_is_a_violation_and_so_is_a_fraction() {
        let integer = |fields: &Fields<'_>| fields.integer("n", 1, 9).map(drop);
        assert_eq!(rule(&json!({"n": "3"}), integer), "n: must be an integer");
        assert_eq!(rule(&json!({"n": 3.5}), integer), "n: must be an integer");
        assert_eq!(rule(&json!({"n": 10}), integer), "n: must be 1 to 9");
        assert_eq!(rule(&json!({"n": 3}), integer), "");
    }

    #[test]
    fn an_id_as_a_number_null_or_empty_is_a_violation() {
        let id = |fields: &Fields<'_>| fields.optional_id("id").map(drop);
        assert_eq!(rule(&json!({"id": 3}), id), "id: must be a string");
        assert_eq!(rule(&json!({"id": null}), id), "id: must be a string");
        assert_eq!(rule(&json!({"id": " "}), id), "id: must not be empty");
        assert_eq!(rule(&json!({}), id), "");
    }

    #[test]
    fn a_field_that_the_definition_does_not_have_is_a_violation() {
        assert_eq!(
            rule(&json!({"surprise": 1}), |_| Ok(())),
            "body: `surprise` is not a field of the definition"
        );
    }

    #[test]
    fn a_date_has_ten_characters_and_exists() {
        let date = |fields: &Fields<'_>| fields.date("day").map(drop);
        for bad in ["2026-2-3", "2026-02-30", "03-02-2026", "2026-02-03 "] {
            assert_ne!(rule(&json!({"day": bad}), date), "", "{bad}");
        }
        assert_eq!(rule(&json!({"day": "2026-02-03"}), date), "");
    }

    #[test]
    fn a_range_starts_before_it_ends_and_inside_the_day() {
        let range = |fields: &Fields<'_>| fields.range().map(drop);
        for (start, end) in [("09:00", "09:00"), ("9:00", "10:00"), ("09:00", "24:00")] {
            assert_ne!(rule(&json!({"start": start, "end": end}), range), "");
        }
        assert_eq!(rule(&json!({"start": "00:00", "end": "23:59"}), range), "");
    }

    #[test]
    fn a_violation_never_repeats_the_value() {
        let id = |fields: &Fields<'_>| fields.date("day").map(drop);
        assert!(!rule(&json!({"day": "Testa"}), id).contains("Testa"));
    }
}
