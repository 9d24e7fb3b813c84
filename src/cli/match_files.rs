//! The command `match`: patient matching over files, one decision a line.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use csv::{Reader, ReaderBuilder, StringRecord, Trim};
use thiserror::Error;

use super::line::line;
use super::{Exit, General, Streams};
use crate::domain::id::PmsPatientId;
use crate::domain::matching::{Match, PatientList, Person, Population, Written};
use crate::telemetry::chain;

/// The arguments of `match`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The practice's patients, as CSV
    #[arg(long, value_name = "FILE.csv")]
    pub patients: PathBuf,
    /// Those who are looked for among them, as CSV
    #[arg(long, value_name = "FILE.csv")]
    pub incoming: PathBuf,
    /// Who is on the practice's list
    #[arg(long, value_enum, default_value = "auto")]
    pub population: Listed,
}

/// Who is on the practice's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    /// Families, unless 500 or more are listed and no two share a household
    Auto,
    /// Families: twins and the like are never merged
    Families,
    /// People who share no household: another given name is a corrupted record
    Alone,
}

/// Why the files could not be matched. It names places, and repeats nothing that they hold.
#[derive(Debug, Error)]
enum MatchError {
    #[error("open {0}")]
    Open(PathBuf, #[source] io::Error),
    #[error("read {0}: {1}")]
    Read(PathBuf, String),
    #[error("{0} has no column `id`")]
    NoId(PathBuf),
    #[error("{0}, line {1}: the id is empty, too long or has control characters")]
    BadId(PathBuf, u64),
    #[error("write the decisions")]
    Write(#[source] io::Error),
}

/// Runs the command.
pub fn run(_general: &General, arguments: &Arguments, streams: &mut Streams<'_>) -> Exit {
    let mut out = io::BufWriter::new(&mut *streams.out);
    match match_files(arguments, &mut out) {
        // Whoever reads has seen enough.
        Err(MatchError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Ok(()) => Exit::Done,
        Err(error) => {
            drop(out);
            line(streams.err, format_args!("error: {}", chain(&error)));
            Exit::Failed
        }
    }
}

fn match_files(arguments: &Arguments, out: &mut dyn Write) -> Result<(), MatchError> {
    let list = load_list(&arguments.patients)?;
    let population = match arguments.population {
        Listed::Auto => list.population(),
        Listed::Families => Population::Families,
        Listed::Alone => Population::Alone,
    };
    let mut incoming = Table::open(&arguments.incoming)?;
    let mut decisions = csv::Writer::from_writer(out);
    let mut write = |fields: [&str; 4]| {
        decisions
            .write_record(fields)
            .map_err(|error| MatchError::Write(io_error(error)))
    };
    write(["incoming_id", "decision", "patient_id", "score"])?;
    while let Some((id, person)) = incoming.next()? {
        let (decision, best) = match list.decide(&person, population) {
            Match::Same(patient) => ("same", Some(patient)),
            Match::New => ("new", None),
            Match::Doubtful(alike) => ("doubtful", alike.into_iter().next()),
        };
        let score = best.as_ref().map(|best| best.score.to_string());
        let patient = best.as_ref().map_or("", |best| best.id.as_str());
        write([&id, decision, patient, score.as_deref().unwrap_or("")])?;
    }
    decisions.flush().map_err(MatchError::Write)
}

fn load_list(path: &Path) -> Result<PatientList, MatchError> {
    let mut table = Table::open(path)?;
    let mut list = PatientList::default();
    while let Some((id, person)) = table.next()? {
        let id = PmsPatientId::parse(&id)
            .map_err(|_| MatchError::BadId(path.to_owned(), table.line()))?;
        list.add(id, person);
    }
    Ok(list)
}

/// The columns after `id`, in the order that [`Table::next`] reads them.
const COLUMNS: [&str; 10] = [
    "given_name",
    "surname",
    "date_of_birth",
    "phone",
    "email",
    "street",
    "suburb",
    "postcode",
    "state",
    "medicare_number",
];

/// A file of people, read line by line.
struct Table {
    path: PathBuf,
    reader: Reader<File>,
    id: usize,
    columns: [Option<usize>; 10],
    record: StringRecord,
}

impl Table {
    fn open(path: &Path) -> Result<Self, MatchError> {
        let file = File::open(path).map_err(|error| MatchError::Open(path.to_owned(), error))?;
        let mut reader = ReaderBuilder::new()
            .trim(Trim::All)
            .flexible(true)
            .from_reader(file);
        let headers = reader
            .headers()
            .map_err(|error| unreadable(path, &error))?
            .clone();
        let place = |name: &str| {
            headers.iter().position(|header| {
                let header = header.trim_start_matches('\u{feff}');
                header.eq_ignore_ascii_case(name)
            })
        };
        Ok(Self {
            id: place("id").ok_or_else(|| MatchError::NoId(path.to_owned()))?,
            columns: COLUMNS.map(place),
            path: path.to_owned(),
            reader,
            record: StringRecord::new(),
        })
    }

    /// Reads the next line; `None` at the end.
    fn next(&mut self) -> Result<Option<(String, Person)>, MatchError> {
        let more = self
            .reader
            .read_record(&mut self.record)
            .map_err(|error| unreadable(&self.path, &error))?;
        if !more {
            return Ok(None);
        }
        let text = |place: Option<usize>| place.and_then(|n| self.record.get(n)).unwrap_or("");
        let [
            given_name,
            surname,
            date_of_birth,
            phone,
            email,
            street,
            suburb,
            postcode,
            state,
            medicare_number,
        ] = self.columns.map(text);
        let person = Person::written(&Written {
            given_name,
            surname,
            date_of_birth,
            phone,
            email,
            street,
            suburb,
            postcode,
            state,
            medicare_number,
        });
        Ok(Some((text(Some(self.id)).to_owned(), person)))
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }
}

/// The reader's own message may hold what it could not read: only the place is told.
fn unreadable(path: &Path, error: &csv::Error) -> MatchError {
    let place = match error.position() {
        Some(position) => format!("line {} is not UTF-8 text as CSV has it", position.line()),
        None => "it is not a file of CSV".to_owned(),
    };
    MatchError::Read(path.to_owned(), place)
}

fn io_error(error: csv::Error) -> io::Error {
    if let csv::ErrorKind::Io(error) = error.into_kind() {
        error
    } else {
        io::Error::other("a decision is not CSV")
    }
}

#[cfg(test)]
mod tests;
