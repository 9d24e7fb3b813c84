//! `diary hours`.

use std::io::Write;
use std::path::PathBuf;

use chrono::NaiveDate;

use super::Failure;
use crate::domain::civil::TimeRange;
use crate::domain::id::PmsResourceId;
use crate::pms::diary::{Desk, parse_range};

/// The arguments of `diary hours`.
#[derive(Debug, clap::Args)]
pub struct Hours {
    /// The diary's file
    #[arg(long, value_name = "PATH")]
    pub database: PathBuf,
    /// Whose hours
    #[arg(long, value_name = "ID", value_parser = PmsResourceId::parse)]
    pub resource: PmsResourceId,
    /// On which date, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub date: NaiveDate,
    /// A stretch of that day, e.g. 09:00-12:00; may be given several times; none: closed
    #[arg(long = "range", value_name = "HH:MM-HH:MM", value_parser = range)]
    pub ranges: Vec<TimeRange>,
    /// Why
    #[arg(long)]
    pub note: Option<String>,
}

fn range(text: &str) -> Result<TimeRange, &'static str> {
    parse_range(text).ok_or("a stretch of a day, e.g. 09:00-12:00")
}

pub(super) fn set_hours(arguments: &Hours, out: &mut dyn Write) -> Result<(), Failure> {
    let mut ranges = arguments.ranges.clone();
    ranges.sort_unstable();
    let apart = ranges
        .iter()
        .zip(ranges.iter().skip(1))
        .all(|(one, next)| !one.overlaps(*next));
    if !apart {
        return Err(Failure::Usage("the ranges overlap: join them into one"));
    }
    let shown: Vec<String> = ranges.iter().map(ToString::to_string).collect();
    Desk::open(&arguments.database)?.set_hours(
        &arguments.resource,
        arguments.date,
        ranges,
        arguments.note.clone(),
    )?;
    let shown = if shown.is_empty() {
        "closed".to_owned()
    } else {
        shown.join(" ")
    };
    writeln!(out, "{} on {}: {shown}", arguments.resource, arguments.date)?;
    Ok(())
}
