//! Phone numbers, e-mail addresses and Medicare numbers as they are compared.

use super::level::Level;

/// Reads the numbers of a phone field as national numbers without the leading zero.
///
/// `0491 570 156`, `+61 491 570 156`, `0011 61 491 570 156` and `+61 (0)491 570 156` are one.
pub(super) fn phones(text: &str) -> Vec<String> {
    text.split(['/', ';', ',', '|', '&'])
        .flat_map(|piece| piece.split(" or "))
        .filter_map(phone)
        .collect()
}

fn phone(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let abroad = digits.strip_prefix("0011").unwrap_or(&digits);
    let national = match abroad.strip_prefix("61") {
        Some(rest) if rest.len() >= 9 => rest,
        Some(_) | None => abroad,
    };
    let number = national.trim_start_matches('0');
    let mut each = number.chars();
    let first = each.next()?;
    let is_placeholder = each.all(|digit| digit == first);
    (number.len() >= 6 && !is_placeholder).then(|| number.to_owned())
}

/// The key by which one number is found: its last eight digits, as a landline is often written
/// without its area code.
pub(super) fn phone_tail(number: &str) -> &str {
    let skipped = number.len().saturating_sub(8);
    number.get(skipped..).unwrap_or(number)
}

/// Compares two lists of numbers by the two that agree best.
pub(super) fn compare_phones(one: &[String], other: &[String]) -> Level {
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    pairs
        .map(|(a, b)| compare_numbers(a, b, 8))
        .min()
        .unwrap_or(Level::Missing)
}

/// Compares two Medicare numbers.
pub(super) fn compare_cards(one: &str, other: &str) -> Level {
    compare_numbers(one, other, 10)
}

fn compare_numbers(one: &str, other: &str, enough: usize) -> Level {
    let shorter = one.len().min(other.len());
    if one == other || (shorter >= enough && (one.ends_with(other) || other.ends_with(one))) {
        Level::Exact
    } else if shorter >= 7 && strsim::osa_distance(one, other) == 1 {
        Level::Close
    } else {
        Level::Different
    }
}

/// The digits of a Medicare number without the reference number after it, and that reference.
pub(super) fn card(text: &str) -> Option<(String, Option<String>)> {
    let mut number: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let reference = (number.len() == 11).then(|| number.split_off(10));
    (number.len() >= 5 && number.chars().any(|digit| digit != '0')).then_some((number, reference))
}

/// An e-mail address, ready to be compared.
#[derive(PartialEq, Eq)]
pub(super) struct Email {
    pub(super) local: String,
    pub(super) domain: String,
}

/// What is typed where there is no address.
const NO_ADDRESS: [&str; 10] = [
    "na", "n/a", "nil", "no", "none", "noemail", "no.email", "no-email", "unknown", "noreply",
];

impl Email {
    /// Reads an address: lower case, without a `+tag`; dots count only where the provider says so.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.rsplit_once('@')?;
        let local = local.split('+').next().unwrap_or(local);
        let (local, domain) = match domain {
            "gmail.com" | "googlemail.com" => (local.replace('.', ""), "gmail.com"),
            _ => (local.to_owned(), domain),
        };
        (!local.is_empty() && !domain.is_empty() && !NO_ADDRESS.contains(&local.as_str())).then(
            || Self {
                domain: domain.to_owned(),
                local,
            },
        )
    }
}

/// Compares two addresses: the same, the same name at another provider, or a slip apart.
pub(super) fn compare_emails(one: &Email, other: &Email) -> Level {
    if one == other {
        return Level::Exact;
    }
    let long = one.local.len().min(other.local.len()) >= 5;
    let whole = |email: &Email| format!("{}@{}", email.local, email.domain);
    if long && one.local == other.local {
        Level::Variant
    } else if long && strsim::osa_distance(&whole(one), &whole(other)) == 1 {
        Level::Close
    } else {
        Level::Different
    }
}
