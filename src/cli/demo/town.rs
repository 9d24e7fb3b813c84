//! The town: patients who book, come back, cancel, and want the time that reception just gave away.

use std::fmt;

use chrono::{DateTime, Utc};
use fastrand::Rng;

use super::stage::DemoPractice;
use crate::domain::civil::LocalDateTime;
use crate::domain::diary::WantedPatient;
use crate::domain::id::{BookingId, PmsResourceId};
use crate::domain::patient::Patient as DiaryPatient;
use crate::domain::redacted::Redacted;
use crate::pms::diary::{self, Desk, DiaryError, KeepHours};
use crate::sandbox::patients::{Patient, Patients};
use crate::sandbox::{Entry, Offered, Sandbox, Standing, Wish};

/// What a patient does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Visit {
    /// Books for the first time.
    Newcomer,
    /// Books again.
    Returning,
    /// Books again, with a name in another spelling.
    Misspelt,
    /// Wants a time that reception gives away at the same moment.
    Collision,
    /// Two of them want the same time.
    Rivals,
    /// Books, and cancels once it is confirmed.
    Cancels,
}

impl Visit {
    /// Every kind, as the summary lists them.
    pub(super) const ALL: [Self; 6] = [
        Self::Newcomer,
        Self::Returning,
        Self::Misspelt,
        Self::Collision,
        Self::Rivals,
        Self::Cancels,
    ];
}

impl fmt::Display for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Newcomer => "new patient",
            Self::Returning => "known patient",
            Self::Misspelt => "name in another spelling",
            Self::Collision => "time given away by reception",
            Self::Rivals => "two patients, one time",
            Self::Cancels => "booked, then cancelled",
        })
    }
}

/// A booking of the demo, and why it was made.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) visit: Visit,
    pub(super) practice: usize,
    pub(super) booking: i64,
    /// Whether its patient has still to cancel it.
    to_cancel: bool,
}

/// The town's patients, and what they have booked.
pub(super) struct Town<'a> {
    sandbox: &'a Sandbox,
    practices: &'a [DemoPractice],
    rng: Rng,
    people: Patients,
    pub(super) made: Vec<Made>,
}

impl<'a> Town<'a> {
    /// A town in which nobody has booked yet.
    pub(super) fn new(sandbox: &'a Sandbox, practices: &'a [DemoPractice], seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let people = Patients::new(rng.fork());
        Self {
            sandbox,
            practices,
            rng,
            people,
            made: Vec::new(),
        }
    }

    /// The next patient does something, at most as many bookings as there are left; `false` when no
    /// time is offered anywhere yet.
    pub(super) fn step(&mut self, now: DateTime<Utc>, left: usize) -> Result<bool, String> {
        let visit = match self.rng.u8(0..10) {
            0..=3 => Visit::Newcomer,
            4 => Visit::Returning,
            5 => Visit::Misspelt,
            6 | 7 => Visit::Collision,
            8 if left >= 2 => Visit::Rivals,
            _ => Visit::Cancels,
        };
        let at = self.rng.usize(0..self.practices.len().max(1));
        let Some(practice) = self.practices.get(at) else {
            return Ok(false);
        };
        let Some(time) = self.some_offered_time(practice, now) else {
            return Ok(false);
        };
        if visit == Visit::Collision {
            give_away(practice, &time)?;
        }
        let patient = self.patient(visit);
        self.book(at, visit, &time, patient)?;
        if visit == Visit::Rivals {
            let rival = self.people.newcomer();
            self.book(at, visit, &time, rival)?;
        }
        Ok(true)
    }

    /// Those who want to cancel do so once their booking is confirmed; returns how many did.
    pub(super) fn cancel_confirmed(&mut self, book: &[Entry]) -> usize {
        let mut cancelled = 0;
        for made in self.made.iter_mut().filter(|made| made.to_cancel) {
            let entry = book.iter().find(|entry| entry.booking == made.booking);
            let standing = entry
                .filter(|entry| !entry.pending)
                .map(|entry| entry.standing);
            let Some(practice) = self.practices.get(made.practice) else {
                continue;
            };
            match standing {
                Some(Standing::Confirmed) => {
                    made.to_cancel = false;
                    let id = BookingId::new(made.booking);
                    if self.sandbox.cancel(&practice.id, id).is_ok() {
                        cancelled += 1;
                    }
                }
                Some(Standing::Rejected | Standing::RejectedLate | Standing::Cancelled) => {
                    made.to_cancel = false;
                }
                Some(Standing::Requested | Standing::Presumed) | None => {}
            }
        }
        cancelled
    }

    fn patient(&mut self, visit: Visit) -> Patient {
        let known = match visit {
            Visit::Returning => self.people.returning(),
            Visit::Misspelt => self
                .people
                .returning_misspelt()
                .map(|misspelt| misspelt.now),
            Visit::Newcomer | Visit::Collision | Visit::Rivals | Visit::Cancels => None,
        };
        known.unwrap_or_else(|| self.people.newcomer())
    }

    fn some_offered_time(
        &mut self,
        practice: &DemoPractice,
        now: DateTime<Utc>,
    ) -> Option<Offered> {
        let today = practice.zone.today(now);
        (0..10).find_map(|_| {
            let ahead = chrono::Days::new(self.rng.u64(1..28));
            let date = today.checked_add_days(ahead)?;
            let types = self.sandbox.state(&practice.id)?.appointment_types;
            let chosen = self.rng.choice(types)?.pms_appointment_type_id;
            let offered = self
                .sandbox
                .offered(&practice.id, None, date, Some(&chosen))
                .ok()?;
            self.rng.choice(offered)
        })
    }

    fn book(
        &mut self,
        at: usize,
        visit: Visit,
        time: &Offered,
        patient: Patient,
    ) -> Result<(), String> {
        let Some(practice) = self.practices.get(at) else {
            return Ok(());
        };
        let wish = Wish {
            resource: Some(time.resource.clone()),
            start: Some(time.start),
            appointment_type: time.appointment_type.clone(),
            patient,
            length_seconds: Some(time.length_seconds),
            // The second of two rivals has the page still open on which the time was offered.
            force: visit == Visit::Rivals,
            ..Wish::default()
        };
        let entry = self
            .sandbox
            .book(&practice.id, wish)
            .map_err(|error| error.to_string())?;
        let to_cancel = visit == Visit::Cancels;
        self.made.push(Made {
            visit,
            practice: at,
            booking: entry.booking,
            to_cancel,
        });
        Ok(())
    }

    /// Whether everything that patients wanted has been done.
    pub(super) fn is_content(&self) -> bool {
        self.made.iter().all(|made| !made.to_cancel)
    }
}

/// Reception takes the time for somebody on the telephone, straight into the diary.
fn give_away(practice: &DemoPractice, time: &Offered) -> Result<(), String> {
    let failed = |error: &dyn fmt::Display| format!("reception could not book: {error}");
    let mut desk = Desk::open(&practice.diary).map_err(|error| failed(&error))?;
    let entry = diary::Entry {
        resource: PmsResourceId::parse(&time.resource).map_err(|error| failed(&error))?,
        appointment_type: None,
        start: LocalDateTime::from_naive(time.start),
        minutes: u16::try_from(time.length_seconds / 60).ok(),
        patient: WantedPatient::New(Box::new(DiaryPatient {
            given_name: Some(Redacted::new("Walk".to_owned())),
            surname: Some(Redacted::new("In".to_owned())),
            ..DiaryPatient::default()
        })),
        note: None,
        hours: KeepHours::Yes,
    };
    // Another patient's booking may have come first; then that one has the time.
    match desk.book(&entry) {
        Ok(_) | Err(DiaryError::Refused(_)) => Ok(()),
        Err(error) => Err(failed(&error)),
    }
}
