//! What agreement and disagreement weigh, in the manner of Fellegi and Sunter.
//!
//! A weight is log2(m / u): `m` is how often two records of one person come out at a level, `u` how
//! often two records of different people do. A missing field weighs nothing. The tables hold m and u
//! in parts per million beside the weight in tenths of a bit; a test holds the two together.

use super::frequency::Frequency;
use super::level::Level;
use super::score::{Field, Score};

/// One row: how often, in parts per million, for one person (m) and for two (u), and the weight.
pub(super) struct Row {
    pub(super) level: Level,
    #[cfg_attr(not(test), expect(dead_code, reason = "where the weight comes from"))]
    pub(super) m: u32,
    #[cfg_attr(not(test), expect(dead_code, reason = "where the weight comes from"))]
    pub(super) u: u32,
    pub(super) tenths: i32,
}

const fn row(level: Level, m: u32, u: u32, tenths: i32) -> Row {
    Row {
        level,
        m,
        u,
        tenths,
    }
}

/// Given name and surname stand in each other's place: about one record in sixteen of those that
/// are mangled at all, fewer elsewhere.
pub(super) const CROSSED: Score = Score::tenths(-30);

const GIVEN: [Row; 4] = [
    row(Level::Variant, 32_000, 1_000, 50),
    row(Level::Close, 90_000, 1_600, 58),
    row(Level::Loose, 40_000, 14_000, 15),
    row(Level::Different, 60_000, 960_000, -40),
];

const SURNAME: [Row; 4] = [
    row(Level::Variant, 10_000, 150, 61),
    row(Level::Close, 130_000, 1_200, 68),
    row(Level::Loose, 25_000, 9_000, 15),
    row(Level::Different, 45_000, 970_000, -44),
];

/// Of a given name that agrees exactly, by how common it is.
const GIVEN_EXACT: [(Frequency, Row); 3] = [
    (
        Frequency::VeryCommon,
        row(Level::Exact, 780_000, 10_000, 63),
    ),
    (Frequency::Common, row(Level::Exact, 780_000, 2_500, 83)),
    (Frequency::Rare, row(Level::Exact, 780_000, 1_500, 90)),
];

/// Of a surname that agrees exactly, by how common it is.
const SURNAME_EXACT: [(Frequency, Row); 3] = [
    (
        Frequency::VeryCommon,
        row(Level::Exact, 790_000, 10_000, 63),
    ),
    (Frequency::Common, row(Level::Exact, 790_000, 2_500, 83)),
    (Frequency::Rare, row(Level::Exact, 790_000, 1_000, 96)),
];

const BIRTH: [Row; 5] = [
    row(Level::Exact, 900_000, 40, 145),
    row(Level::Variant, 5_000, 12, 87),
    row(Level::Close, 40_000, 700, 58),
    row(Level::Loose, 15_000, 8_000, 9),
    row(Level::Different, 25_000, 990_000, -53),
];

const PHONE: [Row; 3] = [
    row(Level::Exact, 750_000, 60, 136),
    row(Level::Close, 30_000, 60, 90),
    row(Level::Different, 200_000, 999_000, -23),
];

const EMAIL: [Row; 4] = [
    row(Level::Exact, 700_000, 60, 135),
    row(Level::Variant, 40_000, 100, 86),
    row(Level::Close, 30_000, 60, 90),
    row(Level::Different, 200_000, 999_000, -23),
];

const STREET: [Row; 4] = [
    row(Level::Exact, 750_000, 400, 109),
    row(Level::Close, 80_000, 900, 65),
    row(Level::Loose, 60_000, 7_000, 31),
    row(Level::Different, 110_000, 990_000, -32),
];

const SUBURB: [Row; 3] = [
    row(Level::Exact, 800_000, 25_000, 50),
    row(Level::Close, 90_000, 4_000, 45),
    row(Level::Different, 110_000, 970_000, -31),
];

const POSTCODE: [Row; 3] = [
    row(Level::Exact, 800_000, 25_000, 50),
    row(Level::Close, 90_000, 20_000, 22),
    row(Level::Different, 110_000, 950_000, -31),
];

const STATE: [Row; 2] = [
    row(Level::Exact, 930_000, 330_000, 15),
    row(Level::Different, 70_000, 670_000, -33),
];

const GENDER: [Row; 2] = [
    row(Level::Exact, 990_000, 500_000, 10),
    row(Level::Different, 10_000, 500_000, -56),
];

const MEDICARE: [Row; 3] = [
    row(Level::Exact, 850_000, 60, 138),
    row(Level::Close, 50_000, 60, 97),
    row(Level::Different, 100_000, 999_000, -33),
];

const fn rows(field: Field) -> &'static [Row] {
    match field {
        Field::GivenName => &GIVEN,
        Field::Surname => &SURNAME,
        Field::BirthDate => &BIRTH,
        Field::Phone => &PHONE,
        Field::Email => &EMAIL,
        Field::Street => &STREET,
        Field::Suburb => &SUBURB,
        Field::Postcode => &POSTCODE,
        Field::State => &STATE,
        Field::Gender => &GENDER,
        Field::Medicare => &MEDICARE,
    }
}

/// The weight of a field's level; a missing field weighs nothing.
pub(super) fn of(field: Field, level: Level) -> Score {
    let row = rows(field).iter().find(|row| row.level == level);
    Score::tenths(row.map_or(0, |row| row.tenths))
}

/// The weight of a given name's level; an exact one weighs by how common the name is.
pub(super) fn of_given(level: Level, frequency: Frequency) -> Score {
    of_name(Field::GivenName, &GIVEN_EXACT, level, frequency)
}

/// The weight of a surname's level; an exact one weighs by how common the name is.
pub(super) fn of_surname(level: Level, frequency: Frequency) -> Score {
    of_name(Field::Surname, &SURNAME_EXACT, level, frequency)
}

fn of_name(field: Field, exact: &[(Frequency, Row)], level: Level, frequency: Frequency) -> Score {
    match level {
        Level::Exact => {
            let row = exact.iter().find(|(known, _)| *known == frequency);
            Score::tenths(row.map_or(0, |(_, row)| row.tenths))
        }
        Level::Variant | Level::Close | Level::Loose | Level::Different | Level::Missing => {
            of(field, level)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weight_is_the_log_of_its_two_probabilities() {
        let fields = [
            Field::GivenName,
            Field::Surname,
            Field::BirthDate,
            Field::Phone,
            Field::Email,
            Field::Street,
            Field::Suburb,
            Field::Postcode,
            Field::State,
            Field::Gender,
            Field::Medicare,
        ];
        let exact = GIVEN_EXACT.iter().chain(&SURNAME_EXACT).map(|(_, row)| row);
        for row in fields.into_iter().flat_map(rows).chain(exact) {
            let bits = (f64::from(row.m) / f64::from(row.u)).log2();
            let written = f64::from(row.tenths) / 10.0;
            assert!(
                (bits - written).abs() <= 0.06,
                "{:?}: {} of {} is {bits:.2} bits, not {written}",
                row.level,
                row.m,
                row.u
            );
        }
    }
}
