//! The table at the end: what became of each kind of booking.

use std::io::{self, Write};

use super::documents::Carried;
use super::judge::Verdict;
use super::stage::WITH_FEATURES;
use super::town::{Town, Visit};
use crate::sandbox::{Entry, Happening, Standing};

/// Writes the table.
pub(super) fn write(
    town: &Town<'_>,
    book: &[Entry],
    verdict: &Verdict,
    violations: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out)?;
    writeln!(
        out,
        "{:<30} {:>6} {:>10} {:>9} {:>10} {:>9}",
        "what became of bookings", "made", "confirmed", "rejected", "cancelled", "waiting"
    )?;
    for visit in Visit::ALL {
        let made: Vec<&Entry> = town
            .made
            .iter()
            .filter(|made| made.visit == visit)
            .filter_map(|made| book.iter().find(|entry| entry.booking == made.booking))
            .collect();
        let count = |of: &[Standing]| made.iter().filter(|it| of.contains(&it.standing)).count();
        writeln!(
            out,
            "{visit:<30} {:>6} {:>10} {:>9} {:>10} {:>9}",
            made.len(),
            count(&[Standing::Confirmed]),
            count(&[Standing::Rejected, Standing::RejectedLate]),
            count(&[Standing::Cancelled]),
            count(&[Standing::Requested, Standing::Presumed]),
        )?;
    }
    let told = |what| {
        let lines = book.iter().flat_map(|entry| &entry.history);
        lines.filter(|line| line.what == what).count()
    };
    writeln!(out)?;
    writeln!(
        out,
        "reception called off {} bookings and marked {} no-shows; Healthengine heard of {} and {}",
        town.done(Visit::CalledOff),
        town.done(Visit::StaysAway),
        told(Happening::CancelledByPractice),
        told(Happening::DidNotAttend),
    )?;
    let mut waits: Vec<i64> = book.iter().filter_map(milliseconds_to_answer).collect();
    waits.sort_unstable();
    if let (Some(longest), Some(median)) = (waits.last(), waits.get(waits.len() / 2)) {
        writeln!(
            out,
            "from booking to answer: half within {:.1} s, all within {:.1} s",
            seconds(*median),
            seconds(*longest)
        )?;
    }
    writeln!(
        out,
        "lost: {}, doubled: {}, other differences: {}, rules broken: {violations}",
        verdict.lost,
        verdict.doubled,
        verdict
            .differences
            .len()
            .saturating_sub(verdict.lost + verdict.doubled),
    )
}

/// Writes how many days Healthengine asked for and got with their patients.
pub(super) fn write_days(
    (days, appointments): (usize, u64),
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out)?;
    writeln!(
        out,
        "days of {WITH_FEATURES} sent with their patients: {days}, with {appointments} appointments"
    )
}

/// Writes how many documents went where.
pub(super) fn write_documents(carried: Carried, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "documents of {WITH_FEATURES}: {} offered, {} of them sent; {} from patients put into their records",
        carried.offered, carried.uploaded, carried.attached
    )
}

fn milliseconds_to_answer(entry: &Entry) -> Option<i64> {
    let at = |wanted: &[Happening]| {
        entry
            .history
            .iter()
            .find(|line| wanted.contains(&line.what))
            .map(|line| line.at)
    };
    let answers = [
        Happening::Confirmed,
        Happening::Rejected,
        Happening::RejectedLate,
    ];
    Some((at(&answers)? - at(&[Happening::Made])?).num_milliseconds())
}

fn seconds(milliseconds: i64) -> f64 {
    f64::from(i32::try_from(milliseconds).unwrap_or(i32::MAX)) / 1000.0
}
