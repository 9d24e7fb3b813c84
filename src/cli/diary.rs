//! The command `diary`: the built-in diary as reception uses it, on the same file as the daemon.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use thiserror::Error;

use super::line::counted;
use super::{Exit, General, Streams};
use crate::domain::diary::Standing;
use crate::domain::id::PmsAppointmentId;
use crate::pms::diary::{Desk, DiaryError, Plan, PlanProblem};

mod book;
mod documents;
mod hours;
mod show;

/// The arguments of `diary`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What to do with the diary.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do with the diary.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the diary in line with a TOML file of resources, types and hours; makes it if needed
    Import(Import),
    /// List the appointments of some days, cancelled ones too
    Show(show::Show),
    /// Make an appointment
    Book(Box<book::Book>),
    /// Cancel an appointment: its time is free again
    Cancel(One),
    /// Mark that the patient did not attend
    NoShow(One),
    /// Mark what has become of an appointment
    Mark(Mark),
    /// Give a resource other hours on a date, or close it
    Hours(hours::Hours),
    /// Offer documents with appointments, list documents, save them to files
    #[command(subcommand)]
    Documents(documents::Documents),
    /// List every patient
    Patients(show::Patients),
}

/// The arguments of `diary import`.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// The file with locations, practitioners, resources, types and hours
    pub file: PathBuf,
    /// The diary's file
    #[arg(long, value_name = "PATH")]
    pub database: PathBuf,
}

/// The arguments of a command on one appointment.
#[derive(Debug, clap::Args)]
pub struct One {
    /// The diary's file
    #[arg(long, value_name = "PATH")]
    pub database: PathBuf,
    /// Which, as `diary show` names it
    #[arg(long, value_name = "ID", value_parser = PmsAppointmentId::parse)]
    pub appointment: PmsAppointmentId,
}

/// The arguments of `diary mark`.
#[derive(Debug, clap::Args)]
pub struct Mark {
    /// The diary's file and the appointment.
    #[command(flatten)]
    pub one: One,
    /// booked, arrived, in-consult, complete, did-not-attend or cancelled
    #[arg(value_parser = standing)]
    pub status: Standing,
}

fn standing(text: &str) -> Result<Standing, &'static str> {
    crate::pms::diary::parse_standing(text)
        .ok_or("one of: booked, arrived, in-consult, complete, did-not-attend, cancelled")
}

/// Why a command on the diary failed.
#[derive(Debug, Error)]
enum Failure {
    #[error("{0}")]
    Diary(#[from] DiaryError),
    #[error("{} cannot be imported:\n{}", file.display(), lines(problems))]
    Plan {
        file: PathBuf,
        problems: Vec<PlanProblem>,
    },
    #[error("{} cannot be read: {reason}", file.display())]
    Read { file: PathBuf, reason: io::Error },
    #[error("{} cannot be written: {reason}", file.display())]
    Save { file: PathBuf, reason: io::Error },
    #[error("the answer cannot be written: {0}")]
    Write(#[from] io::Error),
    #[error("the answer cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Usage(&'static str),
}

fn lines(problems: &[PlanProblem]) -> String {
    let lines: Vec<String> = problems.iter().map(|it| format!("  {it}")).collect();
    lines.join("\n")
}

/// Runs the command.
pub fn run(_general: &General, arguments: &Arguments, streams: &mut Streams<'_>) -> Exit {
    match run_command(&arguments.command, streams.out) {
        Ok(()) => Exit::Done,
        Err(failure) => {
            // Standard error that cannot be written leaves the exit code to say it.
            writeln!(streams.err, "{failure}").ok();
            Exit::Failed
        }
    }
}

fn run_command(command: &Command, out: &mut dyn Write) -> Result<(), Failure> {
    match command {
        Command::Import(arguments) => import(arguments, out),
        Command::Show(arguments) => show::show(arguments, out),
        Command::Book(arguments) => book::book(arguments, out),
        Command::Cancel(one) => mark(one, Standing::Cancelled, out),
        Command::NoShow(one) => mark(one, Standing::DidNotAttend, out),
        Command::Mark(arguments) => mark(&arguments.one, arguments.status, out),
        Command::Hours(arguments) => hours::set_hours(arguments, out),
        Command::Documents(command) => documents::run(command, out),
        Command::Patients(arguments) => show::patients(arguments, out),
    }
}

fn import(arguments: &Import, out: &mut dyn Write) -> Result<(), Failure> {
    let plan = load_plan(&arguments.file)?;
    let done = Desk::open_or_create(&arguments.database)?.import(&plan)?;
    let counts = [
        (done.locations, "location"),
        (done.practitioners, "practitioner"),
        (done.resources, "resource"),
        (done.types, "type"),
        (done.hours, "working time"),
        (done.patients, "patient"),
    ];
    let counts = counts.map(|(number, thing)| counted(number, thing));
    writeln!(
        out,
        "imported into {}: {} changed",
        arguments.database.display(),
        counts.join(", ")
    )?;
    Ok(())
}

fn load_plan(file: &Path) -> Result<Plan, Failure> {
    let text = std::fs::read_to_string(file).map_err(|reason| Failure::Read {
        file: file.to_path_buf(),
        reason,
    })?;
    Plan::parse(&text).map_err(|problems| Failure::Plan {
        file: file.to_path_buf(),
        problems,
    })
}

fn mark(one: &One, standing: Standing, out: &mut dyn Write) -> Result<(), Failure> {
    let line = Desk::open(&one.database)?.mark(&one.appointment, standing)?;
    writeln!(out, "appointment {} is {}", line.id, line.status)?;
    Ok(())
}

#[cfg(test)]
mod tests;
