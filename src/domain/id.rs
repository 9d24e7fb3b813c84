//! Identifiers, each its own type, made only by parsing.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidId {
    /// The text is empty, or only white space.
    #[error("{kind} is empty")]
    Empty {
        /// What was parsed.
        kind: &'static str,
    },
    /// The text is longer than the bound.
    #[error("{kind} is longer than {limit} characters")]
    TooLong {
        /// What was parsed.
        kind: &'static str,
        /// The most characters allowed.
        limit: usize,
    },
    /// The text holds a character that is not allowed in this identifier.
    #[error("{kind} holds a character that is not allowed")]
    BadCharacter {
        /// What was parsed.
        kind: &'static str,
    },
}

/// The longest identifier accepted from outside, in characters.
pub const LONGEST_ID: usize = 255;

fn checked(
    kind: &'static str,
    text: &str,
    allowed: impl Fn(char) -> bool,
) -> Result<Arc<str>, InvalidId> {
    let text = text.trim();
    if text.is_empty() {
        return Err(InvalidId::Empty { kind });
    }
    if text.chars().count() > LONGEST_ID {
        return Err(InvalidId::TooLong {
            kind,
            limit: LONGEST_ID,
        });
    }
    if !text.chars().all(allowed) {
        return Err(InvalidId::BadCharacter { kind });
    }
    Ok(Arc::from(text))
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Parses the identifier: surrounding white space is dropped; empty text, control
            /// characters and more than [`LONGEST_ID`] characters are refused.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                checked($kind, text, $allowed).map(Self)
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

fn printable(c: char) -> bool {
    !c.is_control()
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

fn file_stem(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

text_id!(
    /// A practice's name on the command line and in addresses: the stem of its settings file.
    PracticeName, "practice name", file_stem
);
text_id!(
    /// Healthengine's id of a practice (the `practice-id` header).
    PracticeId, "practice id", |c| c.is_ascii_graphic()
);
text_id!(
    /// The PMS's id of a bookable resource (a practitioner, a nurse, a room).
    PmsResourceId, "PMS resource id", printable
);
text_id!(
    /// The PMS's id of an appointment type.
    PmsAppointmentTypeId, "PMS appointment type id", printable
);
text_id!(
    /// The PMS's id of an appointment.
    PmsAppointmentId, "PMS appointment id", printable
);
text_id!(
    /// The PMS's id of a patient.
    PmsPatientId, "PMS patient id", printable
);
text_id!(
    /// The PMS's id of a document.
    PmsDocumentId, "PMS document id", printable
);
text_id!(
    /// The PMS's id of a location.
    PmsLocationId, "PMS location id", printable
);
text_id!(
    /// The PMS's id of a practitioner, who can be several bookable resources.
    PmsPractitionerId, "PMS practitioner id", printable
);
text_id!(
    /// Healthengine's id of an extra feature, such as `documents`: a part of an address.
    FeatureId, "feature id", word
);
text_id!(
    /// Healthengine's id of a subscription: a part of an address.
    SubscriptionId, "subscription id", word
);
text_id!(
    /// The mark that the connector writes into the PMS's record of an appointment, so that it can
    /// be found again after a lost answer. One booking has one key, for ever.
    BookingKey, "booking key", |c| c.is_ascii_graphic()
);

text_id!(
    /// The mark that the connector writes into the PMS's record of a document that a patient handed
    /// in. One request has one key, for ever.
    AttachmentKey, "attachment key", |c| c.is_ascii_graphic()
);

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(i64);

        impl $name {
            /// The identifier with this number.
            pub const fn new(number: i64) -> Self {
                Self(number)
            }

            /// The identifier as a number.
            pub const fn number(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

number_id!(
    /// Healthengine's id of a booking (int64).
    BookingId
);
number_id!(
    /// Healthengine's id of a request (int64), sequential in relation to other requests.
    RequestId
);

impl BookingKey {
    /// The key of a booking of a practice: the same booking always has the same key, and two
    /// practices that share a diary never have one key.
    pub fn of(practice: &PracticeId, booking: BookingId) -> Self {
        Self(Arc::from(format!("HE-{practice}-{booking}")))
    }
}

impl AttachmentKey {
    /// The key of a request to attach a document to a patient of a practice.
    pub fn of(practice: &PracticeId, request: RequestId) -> Self {
        Self(Arc::from(format!("HE-{practice}-document-{request}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_trimmed_and_never_empty() {
        assert_eq!(PmsResourceId::parse(" 12 ").unwrap().as_str(), "12");
        assert_eq!(
            PmsResourceId::parse("  "),
            Err(InvalidId::Empty {
                kind: "PMS resource id"
            })
        );
    }

    #[test]
    fn an_id_has_no_control_characters_and_a_bounded_length() {
        assert!(PmsResourceId::parse("a\nb").is_err());
        assert!(PmsResourceId::parse(&"x".repeat(LONGEST_ID)).is_ok());
        assert!(PmsResourceId::parse(&"x".repeat(LONGEST_ID + 1)).is_err());
    }

    #[test]
    fn a_booking_has_one_key_and_practices_never_share_it() {
        let one = PracticeId::parse("1").unwrap();
        let other = PracticeId::parse("11").unwrap();
        let key = BookingKey::of(&one, BookingId::new(154));
        assert_eq!(key, BookingKey::of(&one, BookingId::new(154)));
        assert_eq!(key.as_str(), "HE-1-154");
        assert_ne!(key, BookingKey::of(&other, BookingId::new(54)));
    }
}
