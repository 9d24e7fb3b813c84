//! The practice's patients: found fast among very many, and kept with what the search compares.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::DiaryError;
use super::hours::read_date;
use crate::domain::id::PmsPatientId;
use crate::domain::matching::normalised;
use crate::domain::patient::{Gender, Medicare, Patient, PatientRecord};
use crate::domain::redacted::Redacted;

/// How ids that the diary gives begin; an import may not use it.
pub(super) const OWN_IDS: &str = "patient-";

/// The columns of a patient, in the order that [`read_record`] reads.
pub(super) const COLUMNS: &str = "p.id, p.given_name, p.surname, p.date_of_birth, p.phone, \
     p.email, p.street, p.suburb, p.state, p.postcode, p.gender, p.medicare_number, \
     p.medicare_reference, p.medicare_expiry";

/// Each search is answered from an index and stops after this many rows.
const MOST_OF_A_KIND: i64 = 50;

/// The searches, each with the condition that its index serves.
const SEARCHES: [(&str, &str); 9] = [
    (
        "by birth and surname",
        "date_of_birth = ?1 and surname_key = ?2",
    ),
    (
        "by birth and given name",
        "given_key = ?2 and date_of_birth = ?1",
    ),
    ("by birth", "date_of_birth = ?1"),
    ("by whole name", "surname_key = ?1 and given_key = ?2"),
    (
        "by name",
        "surname_key = ?1 and given_key >= ?2 and given_key < ?3",
    ),
    (
        "by given name and year",
        "given_key = ?1 and date_of_birth >= ?2 and date_of_birth < ?3",
    ),
    ("by phone", "phone_key = ?1"),
    ("by e-mail", "email_key = ?1"),
    ("by medicare", "medicare_number = ?1"),
];

fn statement(search: (&str, &str)) -> String {
    let (name, condition) = search;
    format!(
        "-- name: patients {name}
         select p.number, {COLUMNS} from patients p where {condition} limit {MOST_OF_A_KIND}"
    )
}

/// Reads patients who may be this one, oldest record first.
///
/// Whatever matching may take for the same person is found, however common its other details: born
/// on the day, be day and month exchanged; of the name, be given name and surname exchanged; of the
/// given name in the year; with the phone, the e-mail address or the Medicare number.
pub(super) fn load_like(
    connection: &Connection,
    patient: &Patient,
) -> Result<Vec<PatientRecord>, DiaryError> {
    let keys = Keys::of(patient);
    let mut found = BTreeMap::new();
    let mut search = |search: (&str, &str), values: &[&dyn ToSql]| -> Result<(), DiaryError> {
        let mut statement = connection.prepare(&statement(search))?;
        let mut rows = statement.query(values)?;
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(0)?;
            found.insert(number, read_record(row, 1)?);
        }
        Ok(())
    };
    let [
        birth_and_surname,
        birth_and_given,
        by_birth,
        by_whole_name,
        by_name,
        given_and_year,
        by_phone,
        by_email,
        by_medicare,
    ] = SEARCHES;
    for birth in &keys.births {
        search(by_birth, &[birth])?;
        if let Some(surname) = &keys.surname {
            search(birth_and_surname, &[birth, surname])?;
        }
        if let Some(given) = &keys.given {
            search(birth_and_given, &[birth, given])?;
        }
    }
    if let (Some(surname), Some(given)) = (&keys.surname, &keys.given) {
        search(by_whole_name, &[surname, given])?;
        search(by_whole_name, &[given, surname])?;
        let initial: String = given.chars().take(1).collect();
        let after = format!("{initial}\u{10ffff}");
        search(by_name, &[surname, &initial, &after])?;
    }
    if let (Some(given), Some(year)) = (&keys.given, keys.year()) {
        let after = format!("{year}~");
        search(given_and_year, &[given, &year, &after])?;
    }
    if let Some(phone) = &keys.phone {
        search(by_phone, &[phone])?;
    }
    if let Some(email) = &keys.email {
        search(by_email, &[email])?;
    }
    if let Some(medicare) = &patient.medicare {
        search(by_medicare, &[&medicare.reveal().number])?;
    }
    Ok(found.into_values().collect())
}

/// Reads the number of a patient, by the id that the practice uses.
pub(super) fn load_number(
    connection: &Connection,
    id: &PmsPatientId,
) -> Result<Option<i64>, DiaryError> {
    Ok(connection
        .query_row(
            "-- name: a patient's number
             select number from patients where id = ?1",
            [id.as_str()],
            |row| row.get(0),
        )
        .optional()?)
}

/// Writes a new patient under an id of the diary's own; returns the number.
pub(super) fn record_new(connection: &Connection, patient: &Patient) -> Result<i64, DiaryError> {
    let next: i64 = connection.query_row(
        "-- name: the next patient's number
         select coalesce((select seq from sqlite_sequence where name = 'patients'), 0) + 1",
        [],
        |row| row.get(0),
    )?;
    record_patient(connection, &format!("{OWN_IDS}{next}"), patient)?;
    Ok(connection.last_insert_rowid())
}

/// Writes a patient under an id, or over the one who has it; says whether anything changed.
pub(super) fn record_patient(
    connection: &Connection,
    id: &str,
    patient: &Patient,
) -> Result<bool, DiaryError> {
    let keys = Keys::of(patient);
    let medicare = patient.medicare.as_ref().map(Redacted::reveal);
    let text = |field: &Option<Redacted<String>>| field.as_ref().map(|text| text.reveal().clone());
    let changed = connection.execute(
        "-- name: record a patient
         insert into patients (id, given_name, surname, date_of_birth, phone, email, street,
             suburb, state, postcode, gender, medicare_number, medicare_reference,
             medicare_expiry, given_key, surname_key, phone_key, email_key)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
         on conflict (id) do update set given_name = excluded.given_name,
             surname = excluded.surname, date_of_birth = excluded.date_of_birth,
             phone = excluded.phone, email = excluded.email, street = excluded.street,
             suburb = excluded.suburb, state = excluded.state, postcode = excluded.postcode,
             gender = excluded.gender, medicare_number = excluded.medicare_number,
             medicare_reference = excluded.medicare_reference,
             medicare_expiry = excluded.medicare_expiry, given_key = excluded.given_key,
             surname_key = excluded.surname_key, phone_key = excluded.phone_key,
             email_key = excluded.email_key
         where (given_name, surname, date_of_birth, phone, email, street, suburb, state, postcode,
                 gender, medicare_number, medicare_reference, medicare_expiry)
             is not (excluded.given_name, excluded.surname, excluded.date_of_birth,
                 excluded.phone, excluded.email, excluded.street, excluded.suburb,
                 excluded.state, excluded.postcode, excluded.gender, excluded.medicare_number,
                 excluded.medicare_reference, excluded.medicare_expiry)",
        params![
            id,
            text(&patient.given_name),
            text(&patient.surname),
            keys.births.first(),
            text(&patient.phone),
            text(&patient.email),
            text(&patient.street),
            text(&patient.suburb),
            text(&patient.state),
            text(&patient.postcode),
            patient
                .gender
                .as_ref()
                .map(|gender| gender_word(*gender.reveal())),
            medicare.map(|card| &card.number),
            medicare.and_then(|card| card.reference.as_ref()),
            medicare.and_then(|card| card.expiry.as_ref()),
            keys.given,
            keys.surname,
            keys.phone,
            keys.email,
        ],
    )?;
    Ok(changed > 0)
}

/// Reads a patient from [`COLUMNS`], which begin at this column.
pub(super) fn read_record(row: &Row<'_>, first: usize) -> Result<PatientRecord, DiaryError> {
    let text = |offset: usize| -> Result<Option<String>, rusqlite::Error> {
        row.get(first.saturating_add(offset))
    };
    let hidden = |offset: usize| Ok::<_, rusqlite::Error>(text(offset)?.map(Redacted::new));
    let id: String = row.get(first)?;
    let birth: Option<NaiveDate> = text(3)?.as_deref().map(read_date).transpose()?;
    let medicare = match text(11)? {
        Some(number) => Some(Redacted::new(Medicare {
            number,
            reference: text(12)?,
            expiry: text(13)?,
        })),
        None => None,
    };
    Ok(PatientRecord {
        id: PmsPatientId::parse(&id).map_err(|_| DiaryError::unreadable("a patient's id"))?,
        details: Patient {
            given_name: hidden(1)?,
            surname: hidden(2)?,
            date_of_birth: birth.map(Redacted::new),
            phone: hidden(4)?,
            email: hidden(5)?,
            street: hidden(6)?,
            suburb: hidden(7)?,
            state: hidden(8)?,
            postcode: hidden(9)?,
            gender: text(10)?
                .as_deref()
                .and_then(parse_gender)
                .map(Redacted::new),
            medicare,
        },
    })
}

/// The diary's word for a gender.
pub(super) const fn gender_word(gender: Gender) -> &'static str {
    match gender {
        Gender::Male => "male",
        Gender::Female => "female",
        Gender::Other => "other",
    }
}

/// Reads the diary's word for a gender.
pub(super) fn parse_gender(word: &str) -> Option<Gender> {
    [Gender::Male, Gender::Female, Gender::Other]
        .into_iter()
        .find(|gender| gender_word(*gender) == word)
}

/// What the search compares.
struct Keys {
    /// The date of birth, and the one that it is with day and month exchanged.
    births: Vec<String>,
    given: Option<String>,
    surname: Option<String>,
    phone: Option<String>,
    email: Option<String>,
}

impl Keys {
    fn of(patient: &Patient) -> Self {
        let key = |field: &Option<Redacted<String>>, make: fn(&str) -> String| {
            field
                .as_ref()
                .map(|text| make(text.reveal()))
                .filter(|key| !key.is_empty())
        };
        Self {
            births: patient
                .date_of_birth
                .as_ref()
                .map(|date| with_exchanged(*date.reveal()))
                .unwrap_or_default(),
            given: key(&patient.given_name, normalised),
            surname: key(&patient.surname, normalised),
            phone: key(&patient.phone, phone_key),
            email: key(&patient.email, |email| email.trim().to_lowercase()),
        }
    }

    fn year(&self) -> Option<String> {
        let birth = self.births.first()?;
        birth.split_once('-').map(|(year, _)| year.to_owned())
    }
}

fn with_exchanged(birth: NaiveDate) -> Vec<String> {
    let exchanged = NaiveDate::from_ymd_opt(birth.year(), birth.day(), birth.month());
    let mut births = vec![birth.to_string()];
    births.extend(
        exchanged
            .filter(|exchanged| *exchanged != birth)
            .map(|exchanged| exchanged.to_string()),
    );
    births
}

/// The last nine digits: the same for `+61 491…` and `0491…`.
pub(super) fn phone_key(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let skipped = digits.len().saturating_sub(9);
    digits.into_iter().skip(skipped).collect()
}

#[cfg(test)]
mod tests;
