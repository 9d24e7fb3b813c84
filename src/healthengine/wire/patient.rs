//! A patient's details as they come with a booking.

use chrono::NaiveDate;

use super::field::Fields;
use crate::domain::patient::{Gender, Medicare, Patient};
use crate::domain::redacted::Redacted;

/// Parses a patient; a field that cannot be read counts as missing.
pub(super) fn parse_patient(fields: &Fields<'_>) -> Patient {
    Patient {
        given_name: fields.personal("firstname"),
        surname: fields.personal("lastname"),
        date_of_birth: fields
            .text("dob")
            .and_then(|dob| date_of_birth(&dob))
            .map(Redacted::new),
        phone: fields.personal("phone"),
        email: fields.personal("email"),
        street: fields.personal("address"),
        suburb: fields.personal("suburb"),
        state: fields.personal("state"),
        postcode: fields.personal("postcode"),
        gender: fields
            .text("gender")
            .and_then(|gender| parse_gender(&gender))
            .map(Redacted::new),
        medicare: parse_medicare(fields).map(Redacted::new),
    }
}

/// Rule: a patient's date of birth is `DD-MM-YYYY`. Year first and slashes are understood too,
/// because neither can be mistaken for another date.
fn date_of_birth(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split(['T', ' ']).next()?.split(['-', '/', '.']);
    let (first, month, last) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, day) = if first.len() == 4 {
        (first, last)
    } else {
        (last, first)
    };
    if year.len() != 4 || day.len() > 2 || month.len() > 2 {
        return None;
    }
    NaiveDate::from_ymd_opt(digits(year)?, digits(month)?, digits(day)?)
}

fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

fn parse_gender(text: &str) -> Option<Gender> {
    match text.to_ascii_lowercase().as_str() {
        "male" | "m" => Some(Gender::Male),
        "female" | "f" => Some(Gender::Female),
        "other" => Some(Gender::Other),
        _ => None,
    }
}

fn parse_medicare(fields: &Fields<'_>) -> Option<Medicare> {
    let number: String = fields
        .text("medicareNumber")?
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    (!number.is_empty()).then(|| Medicare {
        number,
        reference: fields.text("medicareIrn"),
        expiry: fields.text("medicareExpiry").and_then(|text| expiry(&text)),
    })
}

/// Rule: a Medicare card's expiry is `MM/YYYY`. A single-digit month and a dash are understood too.
fn expiry(text: &str) -> Option<String> {
    let (month, year) = text.split_once(['/', '-'])?;
    let (month, year): (u8, u16) = (digits(month.trim())?, digits(year.trim())?);
    ((1..=12).contains(&month) && (1900..=2999).contains(&year))
        .then(|| format!("{month:02}/{year}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_birth_is_day_month_year() {
        let third_of_february = NaiveDate::from_ymd_opt(2001, 2, 3);
        for text in [
            "03-02-2001",
            "03/02/2001",
            "3/2/2001",
            "2001-02-03",
            "2001/02/03",
            "2001-02-03 00:00:00",
        ] {
            assert_eq!(date_of_birth(text), third_of_february, "{text}");
        }
        for text in [
            "31-02-2001",
            "03-02-01",
            "03-02",
            "a-b-cdef",
            "2001-02-03-04",
            "+3-02-2001",
        ] {
            assert_eq!(date_of_birth(text), None, "{text}");
        }
    }

    #[test]
    fn a_medicare_expiry_is_month_and_year() {
        assert_eq!(expiry("05/2027").as_deref(), Some("05/2027"));
        assert_eq!(expiry("5-2027").as_deref(), Some("05/2027"));
        for text in ["13/2027", "05/27", "2027", "", "2027/05"] {
            assert_eq!(expiry(text), None, "{text}");
        }
    }
}
