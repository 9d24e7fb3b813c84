//! What a comparison comes to, and which fields speak for it.

use std::fmt;

/// The weight of evidence that two records are one person, in tenths of a bit: one bit more is
/// twice as likely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Score(i32);

impl Score {
    /// A number of tenths of a bit.
    pub const fn tenths(tenths: i32) -> Self {
        Self(tenths)
    }

    /// Both weights together.
    pub(super) const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// How far this is above another, in tenths of a bit.
    pub(super) const fn above(self, other: Self) -> i32 {
        self.0.saturating_sub(other.0)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        write!(f, "{sign}{}.{}", size / 10, size % 10)
    }
}

/// A kind of detail that matching compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The given name.
    GivenName,
    /// The surname.
    Surname,
    /// The date of birth.
    BirthDate,
    /// The phone number.
    Phone,
    /// The e-mail address.
    Email,
    /// The street address.
    Street,
    /// The suburb.
    Suburb,
    /// The postcode.
    Postcode,
    /// The state or territory.
    State,
    /// The gender.
    Gender,
    /// The Medicare number.
    Medicare,
}

impl Field {
    /// The field in the words of staff.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GivenName => "given name",
            Self::Surname => "surname",
            Self::BirthDate => "date of birth",
            Self::Phone => "phone",
            Self::Email => "e-mail",
            Self::Street => "street",
            Self::Suburb => "suburb",
            Self::Postcode => "postcode",
            Self::State => "state",
            Self::Gender => "gender",
            Self::Medicare => "Medicare number",
        }
    }
}
