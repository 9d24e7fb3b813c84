//! The words in which the diary keeps what has become of an appointment.

use crate::domain::diary::Standing;

const EVERY: [Standing; 6] = [
    Standing::Booked,
    Standing::Arrived,
    Standing::InConsult,
    Standing::Complete,
    Standing::DidNotAttend,
    Standing::Cancelled,
];

/// The diary's word.
pub(super) const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Booked => "booked",
        Standing::Arrived => "arrived",
        Standing::InConsult => "in consult",
        Standing::Complete => "complete",
        Standing::DidNotAttend => "did not attend",
        Standing::Cancelled => "cancelled",
    }
}

/// Reads the diary's word; a dash may stand for a space.
pub fn parse_standing(text: &str) -> Option<Standing> {
    let text = text.replace('-', " ");
    EVERY.into_iter().find(|standing| word(*standing) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for standing in EVERY {
            assert_eq!(parse_standing(word(standing)), Some(standing));
        }
        assert_eq!(parse_standing("in-consult"), Some(Standing::InConsult));
        assert_eq!(parse_standing("lost"), None);
    }
}
