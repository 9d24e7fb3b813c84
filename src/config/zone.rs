//! A practice's time zone.

use super::findings::Findings;
use super::nearest::nearest;
use crate::domain::civil::Zone;

/// Where an Australian practice can be.
const AUSTRALIAN: [&str; 16] = [
    "Australia/Sydney",
    "Australia/Melbourne",
    "Australia/Brisbane",
    "Australia/Perth",
    "Australia/Adelaide",
    "Australia/Hobart",
    "Australia/Darwin",
    "Australia/Canberra",
    "Australia/Broken_Hill",
    "Australia/Lord_Howe",
    "Australia/Lindeman",
    "Australia/Eucla",
    "Antarctica/Macquarie",
    "Indian/Christmas",
    "Indian/Cocos",
    "Pacific/Norfolk",
];

/// What people write instead of a zone's name: abbreviations, and states.
const MEANT: [(&str, &str); 16] = [
    ("aest", "Australia/Brisbane or Australia/Sydney"),
    ("aedt", "Australia/Sydney"),
    ("acst", "Australia/Darwin or Australia/Adelaide"),
    ("acdt", "Australia/Adelaide"),
    ("awst", "Australia/Perth"),
    ("est", "Australia/Sydney"),
    ("nsw", "Australia/Sydney"),
    ("act", "Australia/Sydney"),
    ("vic", "Australia/Melbourne"),
    ("qld", "Australia/Brisbane"),
    ("sa", "Australia/Adelaide"),
    ("wa", "Australia/Perth"),
    ("tas", "Australia/Hobart"),
    ("nt", "Australia/Darwin"),
    ("gold coast", "Australia/Brisbane"),
    ("cairns", "Australia/Brisbane"),
];

/// Checks a practice's time zone.
pub(super) fn check(text: Option<&String>, findings: &mut Findings<'_>) -> Option<Zone> {
    const KEY: &str = "timezone";
    let text = findings.required(KEY, text, "write one such as Australia/Sydney")?;
    let zone = Zone::parse(text);
    if zone.is_none() {
        let remedy = match suggestion(text) {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("write one of: {}", AUSTRALIAN.join(", ")),
        };
        findings.wrong(KEY, format!("there is no time zone {text:?}"), remedy);
    } else if !text.starts_with("Australia/") && !AUSTRALIAN.contains(&text.as_str()) {
        findings.doubtful(
            KEY,
            format!("{text} is not in Australia"),
            format!(
                "check it; in Australia there are: {}",
                AUSTRALIAN.join(", ")
            ),
        );
    }
    zone
}

fn suggestion(text: &str) -> Option<&'static str> {
    let place = |name: &str| {
        let place = name.rsplit_once('/').map_or(name, |(_, place)| place);
        place.trim().replace(' ', "_").to_lowercase()
    };
    let wanted = place(text);
    let known = MEANT
        .iter()
        .find(|(said, _)| *said == wanted.replace('_', " "))
        .map(|(_, meant)| *meant);
    known.or_else(|| nearest(text, &AUSTRALIAN)).or_else(|| {
        let places: Vec<String> = AUSTRALIAN.iter().map(|name| place(name)).collect();
        let places: Vec<&str> = places.iter().map(String::as_str).collect();
        let near = nearest(&wanted, &places)?;
        AUSTRALIAN.into_iter().find(|name| place(name) == near)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_zone_is_answered_with_the_nearest_australian_one() {
        for (text, meant) in [
            ("Australia/Sidney", "Australia/Sydney"),
            ("Sydney", "Australia/Sydney"),
            ("australia/perth", "Australia/Perth"),
            ("Australia/Adelade", "Australia/Adelaide"),
            ("lord howe", "Australia/Lord_Howe"),
            ("AWST", "Australia/Perth"),
            ("Australia/Cairns", "Australia/Brisbane"),
        ] {
            assert_eq!(suggestion(text), Some(meant), "{text}");
        }
        assert_eq!(suggestion("Mars/Olympus_Mons"), None);
    }

    #[test]
    fn every_zone_that_is_suggested_exists() {
        for name in AUSTRALIAN {
            assert!(Zone::parse(name).is_some(), "{name}");
        }
        for (said, meant) in MEANT {
            for name in meant.split(" or ") {
                assert!(Zone::parse(name).is_some(), "{said}");
            }
        }
    }
}
