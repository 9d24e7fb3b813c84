//! Lengths of time as text: a whole number and a unit.

use std::time::Duration;

/// The units, with their length in milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// Reads a length of time, such as `500ms`, `5s`, `10m`, `2h` or `120d`.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let (_, length) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
    let number: u64 = number.parse().ok()?;
    number.checked_mul(*length).map(Duration::from_millis)
}

/// Writes a length of time in the largest unit that it is a whole number of.
pub(super) fn print(length: Duration) -> String {
    let millis = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
    UNITS
        .iter()
        .rev()
        .find_map(|(name, unit)| {
            let whole = millis.checked_div(*unit)?;
            (whole > 0 && millis.checked_rem(*unit) == Some(0)).then(|| format!("{whole}{name}"))
        })
        .unwrap_or_else(|| "0s".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_whole_number_and_a_unit() {
        for (text, millis) in [
            ("500ms", 500),
            ("5s", 5_000),
            (" 10 m ", 600_000),
            ("2h", 7_200_000),
            ("120d", 10_368_000_000),
            ("0s", 0),
        ] {
            assert_eq!(parse(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in [
            "",
            "5",
            "s",
            "-5s",
            "1.5s",
            "5 sec",
            "5S",
            "99999999999999999999s",
            "18446744073709551615d",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_length_is_printed_as_it_would_be_written() {
        for text in ["500ms", "5s", "90s", "10m", "36h", "120d", "0s"] {
            assert_eq!(print(parse(text).unwrap()), text);
        }
    }
}
