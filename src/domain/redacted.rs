//! A value that is never printed: a patient's name, phone, date of birth or number.

use std::fmt;

/// Holds personal data in memory; `Debug` prints `[redacted]`, and there is no `Display` and no
/// serialisation.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Redacted<T>(T);

impl<T> Redacted<T> {
    /// Wraps personal data.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself: for the PMS's wire and for comparison, and nowhere else.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redacted_value_is_not_printed() {
        let phone = Redacted::new("0400 000 000");
        assert_eq!(format!("{phone:?}"), "[redacted]");
        assert_eq!(*phone.reveal(), "0400 000 000");
    }
}
