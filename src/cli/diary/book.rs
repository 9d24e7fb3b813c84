//! `diary book`.

use std::convert::Infallible;
use std::io::Write;
use std::path::PathBuf;

use chrono::{NaiveDate, NaiveDateTime};

use super::Failure;
use super::show::print_json;
use crate::domain::civil::LocalDateTime;
use crate::domain::diary::WantedPatient;
use crate::domain::id::{PmsAppointmentTypeId, PmsPatientId, PmsResourceId};
use crate::domain::patient::Patient;
use crate::domain::redacted::Redacted;
use crate::pms::diary::{Desk, Entry, KeepHours};

/// The arguments of `diary book`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("who").required(true).args(["patient", "surname"]))]
pub struct Book {
    /// The diary's file
    #[arg(long, value_name = "PATH")]
    pub database: PathBuf,
    /// With whom
    #[arg(long, value_name = "ID", value_parser = PmsResourceId::parse)]
    pub resource: PmsResourceId,
    /// When, on the practice's clock: "YYYY-MM-DD HH:MM"
    #[arg(long, value_name = "TIME", value_parser = start)]
    pub start: LocalDateTime,
    /// Of which type
    #[arg(long = "type", value_name = "ID", value_parser = PmsAppointmentTypeId::parse)]
    pub of: Option<PmsAppointmentTypeId>,
    /// How long; without it as long as the type, or else one slot
    #[arg(long, value_name = "N")]
    pub minutes: Option<u16>,
    /// A patient the practice has
    #[arg(long, value_name = "ID", value_parser = PmsPatientId::parse)]
    pub patient: Option<PmsPatientId>,
    /// The patient's given name
    #[arg(long, value_name = "NAME", value_parser = hidden, conflicts_with = "patient")]
    pub given_name: Option<Redacted<String>>,
    /// The patient's surname
    #[arg(long, value_name = "NAME", value_parser = hidden)]
    pub surname: Option<Redacted<String>>,
    /// The patient's date of birth, YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = birth, conflicts_with = "patient")]
    pub date_of_birth: Option<Redacted<NaiveDate>>,
    /// The patient's phone number
    #[arg(long, value_name = "NUMBER", value_parser = hidden, conflicts_with = "patient")]
    pub phone: Option<Redacted<String>>,
    /// The patient's e-mail address
    #[arg(long, value_name = "ADDRESS", value_parser = hidden, conflicts_with = "patient")]
    pub email: Option<Redacted<String>>,
    /// A note for the appointment
    #[arg(long, value_name = "TEXT", value_parser = hidden)]
    pub note: Option<Redacted<String>>,
    /// Book although the resource does not work then
    #[arg(long)]
    pub outside_hours: bool,
    /// Print the appointment as JSON, with the field names of `diary show`
    #[arg(long)]
    pub json: bool,
}

fn start(text: &str) -> Result<LocalDateTime, &'static str> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M")
        .map(LocalDateTime::from_naive)
        .map_err(|_| "a time on the practice's clock, e.g. \"2026-12-01 09:00\"")
}

fn birth(text: &str) -> Result<Redacted<NaiveDate>, &'static str> {
    text.parse()
        .map(Redacted::new)
        .map_err(|_| "a date, e.g. 1980-02-29")
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape that an argument's parser has"
)]
fn hidden(text: &str) -> Result<Redacted<String>, Infallible> {
    Ok(Redacted::new(text.to_owned()))
}

pub(super) fn book(arguments: &Book, out: &mut dyn Write) -> Result<(), Failure> {
    let patient = match &arguments.patient {
        Some(id) => WantedPatient::Existing(id.clone()),
        None => WantedPatient::New(Box::new(Patient {
            given_name: arguments.given_name.clone(),
            surname: arguments.surname.clone(),
            date_of_birth: arguments.date_of_birth.clone(),
            phone: arguments.phone.clone(),
            email: arguments.email.clone(),
            ..Patient::default()
        })),
    };
    let entry = Entry {
        resource: arguments.resource.clone(),
        appointment_type: arguments.of.clone(),
        start: arguments.start,
        minutes: arguments.minutes,
        patient,
        note: arguments.note.clone(),
        hours: if arguments.outside_hours {
            KeepHours::No
        } else {
            KeepHours::Yes
        },
    };
    let line = Desk::open(&arguments.database)?.book(&entry)?;
    if arguments.json {
        return print_json(&line, out);
    }
    writeln!(
        out,
        "booked appointment {}: {} for {} minutes with {}, {} ({})",
        line.id, line.start, line.minutes, line.resource_name, line.patient_name, line.patient
    )?;
    Ok(())
}
