//! How long Healthengine asks to be left alone.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};

/// The shortest wait that is taken from a `Retry-After`.
const SHORTEST: Duration = Duration::from_secs(1);

/// The longest one: a longer wait would make the practice unhealthy at Healthengine.
const LONGEST: Duration = Duration::from_secs(600);

/// The three ways in which HTTP writes a date, the two old ones included; always GMT.
const DATES: [&str; 3] = [
    "%a, %d %b %Y %H:%M:%S GMT",
    "%A, %d-%b-%y %H:%M:%S GMT",
    "%a %b %e %H:%M:%S %Y",
];

/// Parses whole seconds or an HTTP date; bounded below and above. Anything else is as if it had
/// not been sent.
pub(super) fn parse(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that does not fit is longer than the bound in any case.
        text.parse().map_or(LONGEST, Duration::from_secs)
    } else {
        let at = DATES
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
        // A date in the past is no wait.
        at.and_utc()
            .signed_duration_since(now)
            .to_std()
            .unwrap_or(SHORTEST)
    };
    Some(wait.clamp(SHORTEST, LONGEST))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 21, 2, 0, 0).unwrap()
    }

    fn seconds(text: &str) -> Option<u64> {
        parse(text, now()).map(|wait| wait.as_secs())
    }

    #[test]
    fn whole_seconds_and_http_dates_are_understood() {
        assert_eq!(seconds("30"), Some(30));
        assert_eq!(seconds(" 30 "), Some(30));
        assert_eq!(seconds("Sat, 21 Nov 2026 02:00:45 GMT"), Some(45));
        assert_eq!(seconds("Saturday, 21-Nov-26 02:00:45 GMT"), Some(45));
        assert_eq!(seconds("Sat Nov 21 02:00:45 2026"), Some(45));
    }

    #[test]
    fn a_wait_is_bounded_both_ways() {
        assert_eq!(seconds("0"), Some(1));
        assert_eq!(seconds("86400"), Some(600));
        assert_eq!(seconds("99999999999999999999999999"), Some(600));
        assert_eq!(seconds("Fri, 20 Nov 2026 02:00:45 GMT"), Some(1));
        assert_eq!(seconds("Sat, 21 Nov 2126 02:00:45 GMT"), None, "a Thursday");
        assert_eq!(seconds("Thu, 21 Nov 2126 02:00:45 GMT"), Some(600));
    }

    #[test]
    fn anything_else_is_as_if_it_had_not_been_sent() {
        for text in ["", "-1", "+5", "1.5", "1e3", "NaN", "inf", "soon", "٣"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_every_wait_is_inside_the_bounds(text in "\\PC{0,40}|[0-9]{0,40}") {
            if let Some(wait) = parse(&text, now()) {
                prop_assert!((SHORTEST..=LONGEST).contains(&wait));
            }
        }
    }
}
