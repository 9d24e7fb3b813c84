//! The town: patients who book, come back, cancel, stay away, and want the time that reception just
//! gave away.

use std::fmt;

use chrono::{DateTime, Utc};
use fastrand::Rng;

use super::stage::DemoPractice;
use crate::domain::civil::LocalDateTime;
use crate::domain::diary::{Standing as Become, WantedPatient};
use crate::domain::id::{BookingId, PmsAppointmentId, PmsResourceId};
use crate::domain::patient::Patient as DiaryPatient;
use crate::domain::redacted::Redacted;
use crate::pms::diary::{self, Desk, DiaryError, KeepHours};
use crate::sandbox::patients::{Patient, Patients};
use crate::sandbox::{Entry, Happening, Offered, Sandbox, Standing, Wish};

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
    /// Books, and reception cancels once it is confirmed.
    CalledOff,
    /// Books, and reception marks that they did not attend.
    StaysAway,
}

impl Visit {
    /// Every kind, as the summary lists them.
    pub(super) const ALL: [Self; 8] = [
        Self::Newcomer,
        Self::Returning,
        Self::Misspelt,
        Self::Collision,
        Self::Rivals,
        Self::Cancels,
        Self::CalledOff,
        Self::StaysAway,
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
            Self::CalledOff => "called off by reception",
            Self::StaysAway => "did not attend",
        })
    }
}

/// A booking of the demo, and why it was made.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) visit: Visit,
    pub(super) practice: usize,
    pub(super) booking: i64,
    /// Whether its patient or reception has still to do something about it.
    is_due: bool,
    /// What Healthengine is still to hear of it.
    to_hear: Option<Happening>,
    /// Whether reception has marked it in the diary.
    marked: bool,
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
        let visit = match self.rng.u8(0..12) {
            0..=3 => Visit::Newcomer,
            4 => Visit::Returning,
            5 => Visit::Misspelt,
            6 | 7 => Visit::Collision,
            8 if left >= 2 => Visit::Rivals,
            9 => Visit::CalledOff,
            10 => Visit::StaysAway,
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

    /// What becomes of confirmed bookings: patients cancel, reception calls off or marks who did not
    /// come. Notes what Healthengine has heard since.
    pub(super) fn go_on(&mut self, book: &[Entry]) -> Result<(), String> {
        for made in &mut self.made {
            let entry = book.iter().find(|entry| entry.booking == made.booking);
            let (Some(entry), Some(practice)) = (entry, self.practices.get(made.practice)) else {
                continue;
            };
            let heard = |what: &Happening| entry.history.iter().any(|line| line.what == *what);
            made.to_hear = made.to_hear.filter(|what| !heard(what));
            if !made.is_due || entry.pending {
                continue;
            }
            made.is_due = false;
            if entry.standing != Standing::Confirmed {
                continue;
            }
            match made.visit {
                Visit::Cancels => {
                    let id = BookingId::new(made.booking);
                    let cancelled = self.sandbox.cancel(&practice.id, id);
                    cancelled.map_err(|error| error.to_string())?;
                }
                Visit::CalledOff => {
                    mark(practice, entry, Become::Cancelled)?;
                    made.to_hear = Some(Happening::CancelledByPractice);
                    made.marked = true;
                }
                Visit::StaysAway => {
                    mark(practice, entry, Become::DidNotAttend)?;
                    made.to_hear = Some(Happening::DidNotAttend);
                    made.marked = true;
                }
                Visit::Newcomer
                | Visit::Returning
                | Visit::Misspelt
                | Visit::Collision
                | Visit::Rivals => {}
            }
        }
        Ok(())
    }

    fn patient(&mut self, visit: Visit) -> Patient {
        let known = match visit {
            Visit::Returning => self.people.returning(),
            Visit::Misspelt => self
                .people
                .returning_misspelt()
                .map(|misspelt| misspelt.now),
            Visit::Newcomer
            | Visit::Collision
            | Visit::Rivals
            | Visit::Cancels
            | Visit::CalledOff
            | Visit::StaysAway => None,
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
        let is_due = matches!(visit, Visit::Cancels | Visit::CalledOff | Visit::StaysAway);
        self.made.push(Made {
            visit,
            practice: at,
            booking: entry.booking,
            is_due,
            to_hear: None,
            marked: false,
        });
        Ok(())
    }

    /// How many bookings of this kind reception has marked in the diary.
    pub(super) fn done(&self, visit: Visit) -> usize {
        let marked = self.made.iter().filter(|made| made.marked);
        marked.filter(|made| made.visit == visit).count()
    }

    /// Whether everything that patients and reception wanted has been done, and Healthengine has
    /// heard of it.
    pub(super) fn is_content(&self) -> bool {
        let mut made = self.made.iter();
        made.all(|made| !made.is_due && made.to_hear.is_none())
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

/// Reception marks what has become of a booking's appointment.
fn mark(practice: &DemoPractice, entry: &Entry, what: Become) -> Result<(), String> {
    let failed = |error: &dyn fmt::Display| format!("reception could not mark: {error}");
    let mut desk = Desk::open(&practice.diary).map_err(|error| failed(&error))?;
    for id in &entry.pms_appointment_ids {
        let id = PmsAppointmentId::parse(id).map_err(|error| failed(&error))?;
        desk.mark(&id, what).map_err(|error| failed(&error))?;
    }
    Ok(())
}
