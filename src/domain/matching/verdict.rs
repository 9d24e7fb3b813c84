//! From comparisons to a decision: two thresholds, and the rules that no score overrides.
//!
//! What a household shares (surname, address, phone, e-mail, the Medicare card's number) never
//! makes two people one, however much of it agrees: the given name and the date of birth must.

use super::comparison::Comparison;
use super::level::Level;
use super::score::Score;

/// What a decision takes, by who is on the list.
pub(super) struct Thresholds {
    /// From this on, two records that no rule parts are the same person.
    same: Score,
    /// From this on, a person should look.
    doubtful: Score,
    /// By so many tenths of a bit the best must lead the next, or nobody can tell them apart.
    pub(super) lead: i32,
}

/// Two strangers among 200,000 come to 17.6 bits by chance alone, and a false merge does harm.
const FAMILIES: Thresholds = Thresholds {
    same: Score::tenths(240),
    doubtful: Score::tenths(140),
    lead: 60,
};

/// Without families chance alone makes two people alike: once among 5,000 at 12.3 bits.
const ALONE: Thresholds = Thresholds {
    same: Score::tenths(120),
    doubtful: Score::tenths(70),
    lead: 30,
};

/// Who else may be on the practice's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Population {
    /// Families: twins, a father and a son of one name, couples. Every practice has them.
    Families,
    /// People who share no household, as on a list drawn at random. A different given name at the
    /// same surname, birthday and address is then a corrupted record, and not a twin.
    Alone,
}

impl Population {
    /// What a decision takes on such a list.
    pub(super) const fn thresholds(self) -> Thresholds {
        match self {
            Self::Families => FAMILIES,
            Self::Alone => ALONE,
        }
    }
}

/// What a pair of records may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Different people.
    Other,
    /// A person should look.
    Doubtful,
    /// The same person, when nobody else is as near.
    Same,
}

/// Judges one pair: the most that the rules allow and that the score reaches.
pub(super) fn judge(pair: &Comparison, population: Population) -> Standing {
    let by_rule = match population {
        Population::Families => by_given_and_birth(pair).min(by_the_rest(pair)),
        Population::Alone => alone(pair),
    };
    let Thresholds { same, doubtful, .. } = population.thresholds();
    let by_score = if pair.score >= same {
        Standing::Same
    } else if pair.score >= doubtful {
        Standing::Doubtful
    } else {
        Standing::Other
    };
    by_rule.min(by_score)
}

/// What only a person's own details allow: the given name and the date of birth.
fn by_given_and_birth(pair: &Comparison) -> Standing {
    use Level::{Close, Different, Exact, Loose, Missing, Variant};
    match (pair.given, pair.birth) {
        // A father and a son of one name. Born on the same day of the year, it may be a slip.
        (given, Close | Loose | Different) if pair.generation => {
            if pair.same_birthday && given.agrees() {
                Standing::Doubtful
            } else {
                Standing::Other
            }
        }
        // A twin, or somebody who goes by another name: only a person can tell.
        (Different, Exact | Variant) if pair.surname.agrees() => Standing::Doubtful,
        // A brother or a sister, a husband or a wife.
        (Different, _) => Standing::Other,
        (Exact | Variant | Close, Exact | Variant) | (Exact, Close) => Standing::Same,
        // Both a little off are as likely a brother's: one of the two must be exact.
        (Variant | Close, Close) | (Missing | Loose, _) | (_, Missing | Different | Loose) => {
            Standing::Doubtful
        }
    }
}

/// What everything else allows.
fn by_the_rest(pair: &Comparison) -> Standing {
    let contacts = [pair.phone, pair.email, pair.street];
    let vouched = pair.card.agrees() || contacts.iter().any(|contact| contact.agrees());
    let sure = pair.given.is_sure() && pair.birth.is_sure();
    let exact = pair.given == Level::Exact && pair.birth == Level::Exact;
    let objections = [
        // Another holder of the same Medicare card.
        pair.card.agrees() && pair.other_reference,
        is_namesake(pair),
        // A changed surname takes a sure given name and birthday, and one detail more.
        !(pair.surname.agrees() || (sure && vouched)),
        // Half a surname or a mistyped birthday takes one detail more.
        (pair.surname == Level::Variant || pair.birth == Level::Close) && !vouched,
        pair.gender == Level::Different && !exact,
    ];
    if objections.contains(&true) {
        Standing::Doubtful
    } else {
        Standing::Same
    }
}

/// A stranger of the same name and birthday: of two ways or more to reach them, none is shared.
fn is_namesake(pair: &Comparison) -> bool {
    let contacts = [pair.phone, pair.email, pair.street];
    let compared = contacts
        .iter()
        .filter(|contact| **contact != Level::Missing);
    // A phone number one digit apart is another number as easily as a slip.
    let connected = pair.phone.is_sure() || pair.email.agrees() || pair.street.agrees();
    !pair.card.agrees() && !connected && compared.count() >= 2
}

/// The most that a pair can be on a list without households.
fn alone(pair: &Comparison) -> Standing {
    let shares_line = pair.phone.agrees() || pair.email.agrees();
    let is_other = pair.given == Level::Different || pair.generation;
    let other_holder = pair.card.agrees() && pair.other_reference;
    if other_holder || is_namesake(pair) || (shares_line && is_other) {
        Standing::Doubtful
    } else {
        Standing::Same
    }
}
