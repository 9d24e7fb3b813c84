//! What must hold when everything has healed and the practice has come to rest.

use chrono::{DateTime, Utc};

use super::{Case, Judge};
use crate::domain::diary::Standing;
use crate::domain::id::BookingId;
use crate::pms::Support;
use crate::simulation::healthengine::{Answer, Books};
use crate::simulation::pms::Diary;

impl Judge {
    /// Compares what Healthengine has with what the diary has.
    pub fn end(&mut self, now: DateTime<Utc>, books: &Books, diary: &Diary) {
        self.unanswered(now);
        self.disagreeing(now);
        self.unreported(now, books);
        self.papers_unanswered(now);
        for breach in &books.breaches {
            self.find(now, None, format!("Healthengine was sent {breach}"));
        }
        self.configuration_differs(now, books, diary);
        self.published_differs(now, books, diary);
    }

    /// Whether only a person can tell what became of a booking: its outcome was lost, and its
    /// system cannot be asked.
    pub(super) fn needs_person(&self, case: &Case) -> bool {
        self.keeps_key == Support::No && case.unclear
    }

    fn unanswered(&mut self, now: DateTime<Utc>) {
        let lost: Vec<BookingId> = self
            .cases
            .iter()
            .filter(|(_, case)| case.told.is_none() && !self.needs_person(case))
            .map(|(booking, _)| *booking)
            .collect();
        for booking in lost {
            let sentence = format!("booking {booking} never had an answer");
            self.find(now, Some(booking), sentence);
        }
        let lost: Vec<(BookingId, String)> = self
            .updates
            .iter()
            .filter(|(_, update)| !update.answered)
            .map(|(request, update)| (update.booking, request.to_string()))
            .collect();
        for (booking, request) in lost {
            let sentence = format!("request {request} of booking {booking} never had an answer");
            self.find(now, Some(booking), sentence);
        }
    }

    /// What staff did in the diary to bookings that stand.
    fn unreported(&mut self, now: DateTime<Utc>, books: &Books) {
        let mut found = Vec::new();
        for booking in books.questions.keys() {
            let sentence = format!("the question about booking {booking} never had an answer");
            found.push((*booking, sentence));
        }
        for (booking, case) in self.cases.iter().filter(|_| self.tells) {
            let placed = case.place().map_or(&[][..], |place| &place.appointments);
            let known = placed.iter().find_map(|id| self.appointments.get(id));
            let owed = match known
                .filter(|_| !case.cancelled)
                .map(|known| known.standing)
            {
                Some(Standing::Cancelled) => Answer::Cancelled,
                Some(Standing::DidNotAttend) => Answer::DidNotAttend,
                Some(
                    Standing::Booked | Standing::Arrived | Standing::InConsult | Standing::Complete,
                )
                | None => continue,
            };
            if !case.reported.contains(&owed) {
                let sentence =
                    format!("booking {booking} is {owed:?} in the diary, and nobody was told");
                found.push((*booking, sentence));
            }
        }
        for (booking, sentence) in found {
            self.find(now, Some(booking), sentence);
        }
        if self.serves_days && !books.extra.snapshots_wanted.is_empty() {
            let days = books.extra.snapshots_wanted.len();
            self.find(
                now,
                None,
                format!("{days} days with their patients were never sent"),
            );
        }
    }

    fn disagreeing(&mut self, now: DateTime<Utc>) {
        let stands = |case: &Case| {
            case.made.iter().any(|id| {
                let known = self.appointments.get(id);
                known.is_some_and(|known| known.standing != Standing::Cancelled)
            })
        };
        let rejected = |case: &Case| matches!(case.told, Some((_, Answer::Rejected(_))));
        let wrong: Vec<BookingId> = self
            .cases
            .iter()
            .filter(|(_, case)| rejected(case) && stands(case))
            .map(|(booking, _)| *booking)
            .collect();
        for booking in wrong {
            let sentence = format!("booking {booking} is rejected, and stands in the diary");
            self.find(now, Some(booking), sentence);
        }
    }
}
