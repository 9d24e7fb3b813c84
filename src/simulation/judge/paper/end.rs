//! What must hold of documents when everything has healed.

use chrono::{DateTime, Utc};

use super::{BookingId, Judge};
use crate::domain::diary::Standing;
use crate::simulation::healthengine::Answer;

impl Judge {
    /// What Healthengine or a patient waits for.
    pub(in crate::simulation::judge) fn papers_unanswered(&mut self, now: DateTime<Utc>) {
        let mut found: Vec<(Option<BookingId>, String)> = Vec::new();
        for (request, one) in &self.papers.handed_in {
            if one.answered.is_none() && !one.gone {
                let sentence = format!("document {request} never had an answer");
                found.push((one.booking, sentence));
            }
        }
        for (booking, list) in &self.papers.lists {
            if list.asked && !list.none {
                let sentence =
                    format!("Healthengine never heard which documents booking {booking} has");
                found.push((Some(*booking), sentence));
            }
        }
        for ((booking, id), upload) in &self.papers.uploads {
            if !upload.answered {
                let sentence = format!("{id} of booking {booking} was neither sent nor refused");
                found.push((Some(*booking), sentence));
            }
        }
        found.extend(self.untold());
        for (booking, sentence) in found {
            self.find(now, booking, sentence);
        }
    }

    /// What staff wrote for bookings that stand, and Healthengine was not told of.
    fn untold(&self) -> Vec<(Option<BookingId>, String)> {
        let mut found = Vec::new();
        let standing = self.cases.iter().filter(|(_, case)| {
            self.offers && !case.cancelled && !case.reported.contains(&Answer::Cancelled)
        });
        for (booking, case) in standing {
            let placed = case.place().map_or(&[][..], |place| &place.appointments);
            let told = self.papers.lists.get(booking);
            let told = told.and_then(|list| list.told.as_ref());
            for (id, written) in &self.papers.written {
                let appointment = self.appointments.get(&written.appointment);
                let stands = appointment.is_some_and(|one| one.standing != Standing::Cancelled);
                if !stands || !placed.contains(&written.appointment) {
                    continue;
                }
                let version = (id.clone(), Some(written.at));
                if !told.is_some_and(|(_, told)| told.contains(&version)) {
                    let sentence = format!("nobody was told of {id} of booking {booking}");
                    found.push((Some(*booking), sentence));
                }
            }
        }
        found
    }
}
