//! `diary show` and `diary patients`.

use std::io::Write;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::Serialize;

use super::Failure;
use crate::pms::diary::Desk;

/// The arguments of `diary show`.
#[derive(Debug, clap::Args)]
pub struct Show {
    /// The diary's file
    #[arg(long, value_name = "PATH")]
    pub database: PathBuf,
    /// The first date, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub from: NaiveDate,
    /// The last date, YYYY-MM-DD; included
    #[arg(long, value_name = "DATE")]
    pub to: NaiveDate,
    /// Print a JSON array with stable field names
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `diary patients`.
#[derive(Debug, clap::Args)]
pub struct Patients {
    /// The diary's file
    #[arg(long, value_name = "PATH")]
    pub database: PathBuf,
    /// Print a JSON array with stable field names
    #[arg(long)]
    pub json: bool,
}

pub(super) fn show(arguments: &Show, out: &mut dyn Write) -> Result<(), Failure> {
    let lines = Desk::open(&arguments.database)?.appointments(arguments.from, arguments.to)?;
    if arguments.json {
        return print_json(&lines, out);
    }
    if lines.is_empty() {
        writeln!(out, "no appointments")?;
    }
    for line in lines {
        let until = line.end.split(' ').next_back().unwrap_or_default();
        let what = line.type_name.as_deref().unwrap_or("no type");
        writeln!(
            out,
            "{:>6}  {}-{until}  {:<14}  {}  {}  {what}",
            line.id, line.start, line.status, line.resource_name, line.patient_name
        )?;
    }
    Ok(())
}

pub(super) fn patients(arguments: &Patients, out: &mut dyn Write) -> Result<(), Failure> {
    let lines = Desk::open(&arguments.database)?.patients()?;
    if arguments.json {
        return print_json(&lines, out);
    }
    if lines.is_empty() {
        writeln!(out, "no patients")?;
    }
    for line in lines {
        let known = |field: Option<String>| field.unwrap_or_else(|| "-".to_owned());
        writeln!(
            out,
            "{:<12}  {}  {} {}  {}",
            line.id,
            known(line.date_of_birth),
            known(line.given_name),
            known(line.surname),
            known(line.phone)
        )?;
    }
    Ok(())
}

pub(super) fn print_json<T: Serialize>(value: &T, out: &mut dyn Write) -> Result<(), Failure> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)?;
    Ok(())
}
