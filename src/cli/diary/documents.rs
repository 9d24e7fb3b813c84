//! `diary documents`.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::Failure;
use super::show::print_json;
use crate::domain::document::{Content, DocumentType};
use crate::domain::id::{PmsAppointmentId, PmsDocumentId};
use crate::domain::redacted::Redacted;
use crate::pms::diary::{Desk, Paper, parse_kind};

/// What to do with documents.
#[derive(Debug, Subcommand)]
pub enum Documents {
    /// Offer a file to the patient of an appointment, as scripts or a referral
    Add(Add),
    /// List every document: those offered, and those that patients handed in
    List(List),
    /// Save what stands in a document to a file
    Save(Save),
}

/// The arguments of `diary documents add`.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// The file
    pub file: PathBuf,
    /// The diary's file
    #[arg(long, value_name = "PATH")]
    pub database: PathBuf,
    /// With which appointment, as `diary show` names it
    #[arg(long, value_name = "ID", value_parser = PmsAppointmentId::parse)]
    pub appointment: PmsAppointmentId,
    /// scripts or referral
    #[arg(long, value_parser = kind)]
    pub kind: DocumentType,
    /// Its name; without it, the file's
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// What it is about
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Its MIME type; without it, what the file's ending says
    #[arg(long, value_name = "TYPE")]
    pub format: Option<String>,
}

/// The arguments of `diary documents list`.
#[derive(Debug, clap::Args)]
pub struct List {
    /// The diary's file
    #[arg(long, value_name = "PATH")]
    pub database: PathBuf,
    /// Print a JSON array with stable field names
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `diary documents save`.
#[derive(Debug, clap::Args)]
pub struct Save {
    /// Which, as `diary documents list` names it
    #[arg(value_parser = PmsDocumentId::parse)]
    pub document: PmsDocumentId,
    /// To which file; one that is there is left alone
    pub file: PathBuf,
    /// The diary's file
    #[arg(long, value_name = "PATH")]
    pub database: PathBuf,
}

fn kind(text: &str) -> Result<DocumentType, &'static str> {
    parse_kind(text).ok_or("one of: scripts, referral")
}

pub(super) fn run(command: &Documents, out: &mut dyn Write) -> Result<(), Failure> {
    match command {
        Documents::Add(arguments) => add(arguments, out),
        Documents::List(arguments) => list(arguments, out),
        Documents::Save(arguments) => save(arguments, out),
    }
}

fn add(arguments: &Add, out: &mut dyn Write) -> Result<(), Failure> {
    let file = &arguments.file;
    let bytes = std::fs::read(file).map_err(|reason| Failure::Read {
        file: file.clone(),
        reason,
    })?;
    let own = file.file_name().map(OsStr::to_string_lossy);
    let name = arguments.name.clone();
    let paper = Paper {
        appointment: arguments.appointment.clone(),
        kind: arguments.kind,
        name: Redacted::new(name.unwrap_or_else(|| own.unwrap_or_default().into_owned())),
        description: arguments.description.clone().map(Redacted::new),
        format: arguments
            .format
            .clone()
            .unwrap_or_else(|| format_of(file).to_owned()),
        content: Content::new(bytes),
    };
    let id = Desk::open(&arguments.database)?.offer(&paper)?;
    writeln!(
        out,
        "document {id} is offered with appointment {}",
        arguments.appointment
    )?;
    Ok(())
}

/// The MIME type that a file's ending stands for.
fn format_of(file: &Path) -> &'static str {
    let ending = file.extension().map(OsStr::to_ascii_lowercase);
    match ending.as_deref().and_then(OsStr::to_str) {
        Some("pdf") => "application/pdf",
        Some("txt") => "text/plain",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some(_) | None => "application/octet-stream",
    }
}

fn list(arguments: &List, out: &mut dyn Write) -> Result<(), Failure> {
    let lines = Desk::open(&arguments.database)?.documents()?;
    if arguments.json {
        return print_json(&lines, out);
    }
    if lines.is_empty() {
        writeln!(out, "no documents")?;
    }
    for line in lines {
        let what = line.kind.as_deref().unwrap_or("from the patient");
        writeln!(
            out,
            "{:>6}  {what:<16}  {:>9} bytes  {}  {}  {}",
            line.id, line.size, line.format, line.patient_name, line.name
        )?;
    }
    Ok(())
}

fn save(arguments: &Save, out: &mut dyn Write) -> Result<(), Failure> {
    let content = Desk::open(&arguments.database)?.content(&arguments.document)?;
    let failed = |reason| Failure::Save {
        file: arguments.file.clone(),
        reason,
    };
    let mut file = std::fs::File::create_new(&arguments.file).map_err(failed)?;
    file.write_all(content.bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    let (document, to) = (&arguments.document, arguments.file.display());
    writeln!(out, "document {document} is saved to {to}")?;
    Ok(())
}
