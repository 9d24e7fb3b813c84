//! Two people side by side: how far each field agrees, and what that weighs together.

use super::address::{compare_postcodes, compare_streets, compare_suburbs};
use super::birth::{self, Birth};
use super::contact::{compare_cards, compare_emails, compare_phones};
use super::frequency::{self, Frequency};
use super::level::Level;
use super::name::{Name, compare_given, compare_surname};
use super::person::Person;
use super::score::{Field, Score};
use super::weight;
use crate::domain::patient::Gender;

/// Two people side by side. Only how far they agree is kept, no value of either.
pub(super) struct Comparison {
    pub(super) given: Level,
    pub(super) surname: Level,
    pub(super) birth: Level,
    /// Born as far apart as a parent and a child.
    pub(super) generation: bool,
    /// Born on one day of different years.
    pub(super) same_birthday: bool,
    pub(super) phone: Level,
    pub(super) email: Level,
    pub(super) street: Level,
    pub(super) suburb: Level,
    pub(super) postcode: Level,
    pub(super) state: Level,
    pub(super) gender: Level,
    pub(super) card: Level,
    /// Both cards state whose they are, and say different people.
    pub(super) other_reference: bool,
    pub(super) score: Score,
}

impl Comparison {
    /// Compares two people; in which order does not matter.
    pub(super) fn of(one: &Person, other: &Person) -> Self {
        let names = Names::of(one, other);
        let births = both(one.birth, other.birth);
        let compare_births = |(a, b): (Birth, Birth)| birth::compare(a, b);
        let birth = births.map_or(Level::Missing, compare_births);
        let phone = compare_phones(&one.phones, &other.phones);
        let email = level(one.email.as_ref(), other.email.as_ref(), compare_emails);
        let street = level(one.street.as_ref(), other.street.as_ref(), compare_streets);
        let suburb = text(
            one.suburb.as_deref(),
            other.suburb.as_deref(),
            compare_suburbs,
        );
        let postcode = text(
            one.postcode.as_deref(),
            other.postcode.as_deref(),
            compare_postcodes,
        );
        let state = text(
            one.state.as_deref(),
            other.state.as_deref(),
            same_or_different,
        );
        let gender = both(one.gender, other.gender).map_or(Level::Missing, compare_genders);
        let cards = both(one.card.as_ref(), other.card.as_ref());
        let card = cards.map_or(Level::Missing, |(a, b)| compare_cards(&a.number, &b.number));
        let other_reference = cards.is_some_and(|(a, b)| {
            both(a.reference.as_ref(), b.reference.as_ref()).is_some_and(|(a, b)| a != b)
        });
        let mut score = names.score;
        for (field, level) in [
            (Field::BirthDate, birth),
            (Field::Phone, phone),
            (Field::Email, email),
            (Field::Street, street),
            (Field::Suburb, suburb),
            (Field::Postcode, postcode),
            (Field::State, state),
            (Field::Gender, gender),
            (Field::Medicare, card),
        ] {
            score = score.plus(weight::of(field, level));
        }
        Self {
            given: names.given,
            surname: names.surname,
            birth,
            generation: births.is_some_and(|(a, b)| a.is_generation_from(b)),
            same_birthday: births.is_some_and(|(a, b)| a.same_birthday(b)),
            phone,
            email,
            street,
            suburb,
            postcode,
            state,
            gender,
            card,
            other_reference,
            score,
        }
    }

    /// The fields that agree: their kinds, no values.
    pub(super) fn agreed(&self) -> Vec<Field> {
        let levels = [
            (Field::GivenName, self.given),
            (Field::Surname, self.surname),
            (Field::BirthDate, self.birth),
            (Field::Phone, self.phone),
            (Field::Email, self.email),
            (Field::Street, self.street),
            (Field::Suburb, self.suburb),
            (Field::Postcode, self.postcode),
            (Field::State, self.state),
            (Field::Gender, self.gender),
            (Field::Medicare, self.card),
        ];
        let agreed = levels.into_iter().filter(|(_, level)| level.agrees());
        agreed.map(|(field, _)| field).collect()
    }
}

struct Names {
    given: Level,
    surname: Level,
    score: Score,
}

impl Names {
    /// Compares the names as they stand, or crosswise when only that makes sense of them.
    fn of(one: &Person, other: &Person) -> Self {
        let straight = Self::straight(one, other);
        if straight.given.agrees() || straight.surname.agrees() {
            return straight;
        }
        let crossed = Self::crossed(one, other);
        if crossed.score > straight.score {
            crossed
        } else {
            straight
        }
    }

    fn straight(one: &Person, other: &Person) -> Self {
        let (givens, surnames) = (
            [one.given.as_ref(), other.given.as_ref()],
            [one.surname.as_ref(), other.surname.as_ref()],
        );
        let [given, surname] = [
            level(givens[0], givens[1], compare_given),
            level(surnames[0], surnames[1], compare_surname),
        ];
        // Of a name and its variant, the commoner says how much it is worth to share them.
        let commonest = |names: [Option<&Name>; 2], of: fn(&str) -> Frequency| {
            let each = names.into_iter().flatten().map(|name| of(name.whole()));
            each.min().unwrap_or(Frequency::Rare)
        };
        Self {
            given,
            surname,
            score: weight::of_given(given, commonest(givens, frequency::of_given)).plus(
                weight::of_surname(surname, commonest(surnames, frequency::of_surname)),
            ),
        }
    }

    fn crossed(one: &Person, other: &Person) -> Self {
        let [given, surname] = [
            (one.given.as_ref(), other.surname.as_ref()),
            (one.surname.as_ref(), other.given.as_ref()),
        ]
        .map(|(a, b)| {
            let level = level(a, b, compare_crossed);
            (level, weight::of_surname(level, rarity(a.or(b))))
        });
        // Which of two is called the given name must not hang on their order.
        let (given, surname) = (given.min(surname), given.max(surname));
        // One name alone in the other's place says little of who it is.
        let sure_of_given = if surname.0.agrees() {
            given.0
        } else {
            given.0.max(Level::Loose)
        };
        Self {
            given: sure_of_given,
            surname: surname.0,
            score: given.1.plus(surname.1).plus(weight::CROSSED),
        }
    }
}

fn rarity(name: Option<&Name>) -> Frequency {
    name.map_or(Frequency::Rare, |name| {
        frequency::of_given(name.whole()).min(frequency::of_surname(name.whole()))
    })
}

fn compare_crossed(one: &Name, other: &Name) -> Level {
    match compare_surname(one, other) {
        Level::Variant => Level::Loose,
        level
        @ (Level::Exact | Level::Close | Level::Loose | Level::Different | Level::Missing) => level,
    }
}

fn compare_genders((one, other): (Gender, Gender)) -> Level {
    match (one, other) {
        (Gender::Male, Gender::Female) | (Gender::Female, Gender::Male) => Level::Different,
        (Gender::Male, Gender::Male) | (Gender::Female, Gender::Female) => Level::Exact,
        (Gender::Other, _) | (_, Gender::Other) => Level::Missing,
    }
}

fn same_or_different(one: &str, other: &str) -> Level {
    if one == other {
        Level::Exact
    } else {
        Level::Different
    }
}

fn both<T>(one: Option<T>, other: Option<T>) -> Option<(T, T)> {
    one.zip(other)
}

fn level<T>(one: Option<&T>, other: Option<&T>, compare: fn(&T, &T) -> Level) -> Level {
    both(one, other).map_or(Level::Missing, |(a, b)| compare(a, b))
}

fn text(one: Option<&str>, other: Option<&str>, compare: fn(&str, &str) -> Level) -> Level {
    both(one, other).map_or(Level::Missing, |(a, b)| compare(a, b))
}
