//! The narrator: one line on the terminal for each thing that happens, in plain words.

use std::collections::HashMap;
use std::io::{self, Write};

use super::stage::DemoPractice;
use crate::sandbox::{Entry, Happening, Line};

/// Tells what is new in the book.
#[derive(Debug, Default)]
pub(super) struct Narrator {
    told: HashMap<i64, usize>,
}

impl Narrator {
    /// Writes a line for each thing that has happened since the last call.
    pub(super) fn tell(
        &mut self,
        practices: &[DemoPractice],
        book: &[Entry],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut news: Vec<(&Entry, &Line)> = Vec::new();
        for entry in book {
            let told = self.told.entry(entry.booking).or_default();
            news.extend(entry.history.iter().skip(*told).map(|line| (entry, line)));
            *told = entry.history.len();
        }
        news.sort_by_key(|(_, line)| line.at);
        for (entry, line) in news {
            let practice = practices
                .iter()
                .find(|known| known.id.as_str() == entry.practice);
            let name = practice.map_or("?", |practice| practice.name);
            let time = line.at.format("%H:%M:%S");
            writeln!(out, "{time} UTC  {name:<20} {}", sentence(entry, line))?;
        }
        out.flush()
    }
}

fn sentence(entry: &Entry, line: &Line) -> String {
    let booking = entry.booking;
    let when = entry.start.format("%a %-d %b %H:%M");
    let waited = line.at - entry.booked_at;
    let seconds = waited.num_seconds();
    match line.what {
        Happening::Made => {
            format!(
                "booking {booking}: a patient books {when} with {}",
                entry.resource
            )
        }
        Happening::Presumed => {
            format!("booking {booking}: no answer for 20 s, so the patient was told it stands")
        }
        Happening::Confirmed => {
            format!("booking {booking}: in the diary and confirmed after {seconds} s")
        }
        Happening::Rejected => {
            format!("booking {booking}: rejected after {seconds} s; the patient picks another time")
        }
        Happening::RejectedLate => {
            format!("booking {booking}: rejected TOO LATE, after {seconds} s")
        }
        Happening::ConfirmedAgain | Happening::RejectedAgain => {
            format!("booking {booking}: answered AGAIN")
        }
        Happening::CancelledByPatient => format!("booking {booking}: the patient cancels"),
        Happening::CancelledByPractice => {
            format!("booking {booking}: reception called it off, and Healthengine knows")
        }
        Happening::DidNotAttend => {
            format!("booking {booking}: the patient did not attend, and Healthengine knows")
        }
        Happening::NoChange => format!("booking {booking}: unchanged in the diary"),
        Happening::UpdateConfirmed => {
            format!("booking {booking}: the cancellation is in the diary; the time is free again")
        }
        Happening::UpdateRejected => format!("booking {booking}: the cancellation was refused"),
    }
}
