//! A practice's live hours.

use super::findings::Findings;
use super::raw::{RawLiveHours, RawRange};
use crate::domain::civil::{TimeOfDay, TimeRange};
use crate::domain::live_hours::LiveHours;

const FORM: &str = r#"write ranges such as monday = [{ start = "08:00", end = "17:00" }]"#;

/// Checks a practice's live hours: each range inside a day, start before end.
///
/// They are required: Healthengine is told them on link, and measures the practice by them.
pub(super) fn check(raw: Option<&RawLiveHours>, findings: &mut Findings<'_>) -> Option<LiveHours> {
    const KEY: &str = "live_hours";
    let raw = findings.required(KEY, raw, FORM)?;
    let before = findings.problems.len();
    let mut day = |name: &str, raw: &[RawRange]| ranges(&format!("{KEY}.{name}"), raw, findings);
    let days = [
        day("monday", &raw.monday),
        day("tuesday", &raw.tuesday),
        day("wednesday", &raw.wednesday),
        day("thursday", &raw.thursday),
        day("friday", &raw.friday),
        day("saturday", &raw.saturday),
        day("sunday", &raw.sunday),
    ];
    let public_holidays = day("public_holidays", &raw.public_holidays);
    let hours = LiveHours::new(days, public_holidays);
    if findings.problems.len() > before {
        return None;
    }
    if hours.is_empty() {
        findings.missing(KEY, FORM);
        return None;
    }
    Some(hours)
}

fn ranges(key: &str, raw: &[RawRange], findings: &mut Findings<'_>) -> Vec<TimeRange> {
    let mut ranges = Vec::with_capacity(raw.len());
    for (index, range) in raw.iter().enumerate() {
        let key = format!("{key}[{index}]");
        let start = time(&format!("{key}.start"), range.start.as_ref(), findings);
        let end = time(&format!("{key}.end"), range.end.as_ref(), findings);
        let (Some(start), Some(end)) = (start, end) else {
            continue;
        };
        match TimeRange::new(start, end) {
            Some(range) => ranges.push(range),
            None => findings.wrong(
                &key,
                format!("{start} is not before {end}"),
                "write a start before its end; hours over midnight are two ranges, on two days",
            ),
        }
    }
    ranges
}

fn time(key: &str, text: Option<&String>, findings: &mut Findings<'_>) -> Option<TimeOfDay> {
    const REMEDY: &str = "write HH:MM, from 00:00 to 24:00";
    let text = findings.required(key, text, REMEDY)?;
    let time = TimeOfDay::parse(text);
    if time.is_none() {
        findings.wrong(key, format!("{text:?} is not a time of day"), REMEDY);
    }
    time
}
