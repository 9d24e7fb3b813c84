//! The judge: compares Healthengine's book with the diaries, row by row.
//!
//! It reads the diaries' files by SQL of its own and the book as the sandbox keeps it, and shares
//! nothing with the engine, so that the two cannot be wrong together.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use rusqlite::{Connection, OpenFlags};

use super::stage::DemoPractice;
use crate::sandbox::{Entry, Happening, Standing};

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    practice: &'static str,
    what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.practice, self.what)
    }
}

/// What the judge counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Confirmed or presumed bookings without an appointment.
    pub(super) lost: usize,
    /// Bookings with more than one appointment, and appointments that overlap.
    pub(super) doubled: usize,
    /// Everything that is wrong, lost and doubled ones included.
    pub(super) differences: Vec<Difference>,
}

impl Verdict {
    /// Something is wrong at a practice beside its bookings.
    pub(super) fn note(&mut self, practice: &'static str, what: String) {
        self.differences.push(Difference { practice, what });
    }
}

/// An appointment as the diary's file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    id: String,
    key: Option<String>,
    resource: String,
    person: String,
    start: NaiveDateTime,
    end: NaiveDateTime,
    stands: bool,
    missed: bool,
    patient: String,
}

/// Judges every booking in the book against the diaries.
pub(super) fn judge(practices: &[DemoPractice], book: &[Entry]) -> Result<Verdict, String> {
    let mut verdict = Verdict::default();
    for practice in practices {
        let rows = read(&practice.diary)
            .map_err(|error| format!("{}: {error}", practice.diary.display()))?;
        let entries: Vec<&Entry> = book
            .iter()
            .filter(|entry| entry.practice == practice.id.as_str())
            .collect();
        let mut bench = Bench {
            practice,
            rows: &rows,
            verdict: &mut verdict,
        };
        for entry in &entries {
            bench.judge_entry(entry);
        }
        bench.judge_diary(&entries);
    }
    Ok(verdict)
}

struct Bench<'a> {
    practice: &'a DemoPractice,
    rows: &'a [Row],
    verdict: &'a mut Verdict,
}

impl Bench<'_> {
    fn judge_entry(&mut self, entry: &Entry) {
        let booking = entry.booking;
        let key = format!("HE-{}-{booking}", entry.practice);
        let rows: Vec<&Row> = self
            .rows
            .iter()
            .filter(|row| row.key.as_deref() == Some(&*key))
            .collect();
        if rows.len() > 1 {
            self.verdict.doubled += 1;
            self.wrong(format!("booking {booking} has {} appointments", rows.len()));
        }
        if entry.pending || entry.answers != 1 {
            self.wrong(format!(
                "booking {booking} got {} answers, not one",
                entry.answers
            ));
        }
        match entry.standing {
            Standing::Confirmed | Standing::Presumed | Standing::Requested => {
                if let Some(row) = rows.iter().find(|row| row.stands) {
                    self.judge_appointment(entry, row);
                } else {
                    self.verdict.lost += 1;
                    self.wrong(format!("booking {booking} is in no diary"));
                }
            }
            Standing::Rejected => self.judge_rejection(entry, &rows),
            Standing::RejectedLate => {
                self.wrong(format!("booking {booking} was rejected after 20 seconds"));
            }
            Standing::Cancelled => self.judge_cancellation(entry, &rows),
        }
        let missed = rows.iter().filter(|row| row.missed).count();
        let heard = times(entry, Happening::DidNotAttend);
        if heard != missed {
            self.wrong(format!(
                "booking {booking} was missed {missed} times, and Healthengine heard {heard}"
            ));
        }
    }

    /// The appointment is the one that was booked, and Healthengine knows its ids.
    fn judge_appointment(&mut self, entry: &Entry, row: &Row) {
        let length = TimeDelta::seconds(entry.length_seconds.into());
        if row.resource != entry.resource || row.start != entry.start {
            self.wrong(format!("booking {} stands at another time", entry.booking));
        }
        if row.end - row.start != length {
            self.wrong(format!(
                "booking {} has another length in the diary",
                entry.booking
            ));
        }
        if entry.pms_appointment_ids != [row.id.clone()]
            || entry.pms_patient_id.as_deref() != Some(&*row.patient)
        {
            self.wrong(format!(
                "booking {}: Healthengine was told other ids",
                entry.booking
            ));
        }
    }

    /// A rejected booking left nothing in the diary, and somebody else had the time.
    fn judge_rejection(&mut self, entry: &Entry, rows: &[&Row]) {
        if rows.iter().any(|row| row.stands) {
            self.wrong(format!(
                "booking {} was rejected and is in the diary",
                entry.booking
            ));
        }
        let end = entry.start + TimeDelta::seconds(entry.length_seconds.into());
        let person = self.rows.iter().find(|row| row.resource == entry.resource);
        let taken = self.rows.iter().any(|row| {
            person.is_some_and(|whose| whose.person == row.person)
                && row.start < end
                && entry.start < row.end
        });
        if !taken {
            self.wrong(format!(
                "booking {} was rejected although its time was free",
                entry.booking
            ));
        }
    }

    /// A cancelled booking left the diary, and each side heard of the other's cancellation: once.
    fn judge_cancellation(&mut self, entry: &Entry, rows: &[&Row]) {
        if rows.iter().any(|row| row.stands) {
            self.wrong(format!(
                "booking {} was cancelled and is in the diary",
                entry.booking
            ));
        }
        let by_patient = times(entry, Happening::CancelledByPatient);
        let confirmed = times(entry, Happening::UpdateConfirmed);
        if confirmed != by_patient {
            self.wrong(format!(
                "the cancellation of booking {} was not confirmed",
                entry.booking
            ));
        }
        let told = times(entry, Happening::CancelledByPractice);
        if told != 1_usize.saturating_sub(by_patient) {
            self.wrong(format!(
                "booking {} was cancelled once, and reception told it {told} times",
                entry.booking
            ));
        }
    }

    /// Nothing stands in the diary that nobody booked, and nobody is in two places at once.
    fn judge_diary(&mut self, entries: &[&Entry]) {
        let known: Vec<String> = entries
            .iter()
            .map(|it| format!("HE-{}-{}", it.practice, it.booking))
            .collect();
        let stray = self.rows.iter().filter_map(|row| row.key.as_ref());
        let stray: Vec<&String> = stray.filter(|key| !known.contains(key)).collect();
        for key in stray {
            self.wrong(format!("the diary has {key}, which nobody booked"));
        }
        let mut by_person: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.stands) {
            by_person.entry(&row.person).or_default().push(row);
        }
        for rows in by_person.values_mut() {
            rows.sort_by_key(|row| row.start);
            let overlaps = rows
                .windows(2)
                .filter(|pair| matches!(pair, [one, other] if other.start < one.end));
            for _ in 0..overlaps.count() {
                self.verdict.doubled += 1;
                self.wrong("two appointments overlap".to_owned());
            }
        }
    }

    fn wrong(&mut self, what: String) {
        self.verdict.differences.push(Difference {
            practice: self.practice.name,
            what,
        });
    }
}

/// How often something happened to a booking.
fn times(entry: &Entry, what: Happening) -> usize {
    let lines = entry.history.iter();
    lines.filter(|line| line.what == what).count()
}

fn read(diary: &Path) -> rusqlite::Result<Vec<Row>> {
    let connection = Connection::open_with_flags(diary, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare(
        "-- name: every appointment, as a judge reads it
         select a.id, a.key, a.resource, a.person, a.start_minute, a.end_minute, a.status, p.id
         from appointments a join patients p on p.number = a.patient",
    )?;
    let at = |minutes: i64| {
        DateTime::from_timestamp(minutes.saturating_mul(60), 0)
            .unwrap_or_default()
            .naive_utc()
    };
    let rows = statement.query_map([], |row| {
        let status: String = row.get(6)?;
        Ok(Row {
            id: row.get::<_, i64>(0)?.to_string(),
            key: row.get(1)?,
            resource: row.get(2)?,
            person: row.get(3)?,
            start: at(row.get(4)?),
            end: at(row.get(5)?),
            stands: status != "cancelled",
            missed: status == "did not attend",
            patient: row.get(7)?,
        })
    })?;
    rows.collect()
}

#[cfg(test)]
mod tests;
