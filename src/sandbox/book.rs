//! Healthengine's own book: each booking with everything that ever happened to it, so that a judge
//! who knows nothing of the connector can compare it with a diary.

use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde::{Serialize, Serializer};

use super::patients::Patient;

/// Rule: a booking that is not rejected within 20 seconds is presumed confirmed.
pub(super) const PRESUMED_AFTER: TimeDelta = TimeDelta::seconds(20);

/// How a booking stands for the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Waits for an answer, younger than 20 seconds.
    Requested,
    /// Still waits for an answer; the patient was told that it stands.
    Presumed,
    /// The connector confirmed it.
    Confirmed,
    /// The connector rejected it in time: the patient picked another time.
    Rejected,
    /// The connector rejected it after the patient was told that it stands: the practice has to
    /// cancel by hand.
    RejectedLate,
    /// The patient or the practice cancelled it.
    Cancelled,
}

/// What happened to a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// A patient made it.
    Made,
    /// 20 seconds passed without an answer.
    Presumed,
    /// `confirmInsert` was accepted.
    Confirmed,
    /// `rejectInsert` was accepted within 20 seconds.
    Rejected,
    /// `rejectInsert` was accepted, too late for the patient to pick another time.
    RejectedLate,
    /// A further `confirmInsert` was refused: the booking had its answer.
    ConfirmedAgain,
    /// A further `rejectInsert` was refused: the booking had its answer.
    RejectedAgain,
    /// The patient cancelled.
    CancelledByPatient,
    /// `cancel` was accepted: the practice cancelled.
    CancelledByPractice,
    /// `didNotAttend` was accepted.
    DidNotAttend,
    /// `noPmsAppointmentChange` was accepted.
    NoChange,
    /// `confirmUpdate` was accepted.
    UpdateConfirmed,
    /// `rejectUpdate` was accepted.
    UpdateRejected,
}

/// One line of a booking's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// When, UTC.
    #[serde(serialize_with = "utc_stamp")]
    pub at: DateTime<Utc>,
    /// What.
    pub what: Happening,
}

/// How the connector answered a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Confirmed,
    Rejected,
    RejectedLate,
}

/// Whether the time was offered when the booking was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    Offered,
    Forced,
}

/// A booking.
#[derive(Debug, Clone)]
pub(super) struct Booking {
    pub(super) id: i64,
    pub(super) resource: Arc<str>,
    pub(super) appointment_type: Option<Arc<str>>,
    pub(super) start: NaiveDateTime,
    pub(super) length_seconds: u32,
    pub(super) booked_at: DateTime<Utc>,
    pub(super) patient: Patient,
    pub(super) reason: Option<String>,
    pub(super) comments: Option<String>,
    pub(super) telehealth_url: Option<String>,
    pub(super) is_new_patient: bool,
    pub(super) made: Made,
    pub(super) presumed: bool,
    pub(super) answer: Option<Answer>,
    pub(super) cancelled: bool,
    pub(super) answers: u32,
    pub(super) appointments: Vec<String>,
    pub(super) pms_patient: Option<String>,
    pub(super) history: Vec<Line>,
}

impl Booking {
    /// How it stands for the patient.
    pub(super) const fn standing(&self) -> Standing {
        if self.cancelled {
            return Standing::Cancelled;
        }
        match self.answer {
            Some(Answer::Confirmed) => Standing::Confirmed,
            Some(Answer::Rejected) => Standing::Rejected,
            Some(Answer::RejectedLate) => Standing::RejectedLate,
            None if self.presumed => Standing::Presumed,
            None => Standing::Requested,
        }
    }

    /// Whether its time is taken, as far as Healthengine knows.
    pub(super) const fn takes_its_time(&self) -> bool {
        match self.standing() {
            Standing::Requested | Standing::Presumed | Standing::Confirmed => true,
            Standing::Rejected | Standing::RejectedLate | Standing::Cancelled => false,
        }
    }

    /// The definition's word for its status.
    pub(super) const fn status(&self) -> &'static str {
        match self.standing() {
            Standing::Requested => "Requested",
            Standing::Presumed | Standing::Confirmed => "Confirmed",
            Standing::Rejected | Standing::RejectedLate | Standing::Cancelled => "Cancelled",
        }
    }

    /// Writes a line of its history.
    pub(super) fn note(&mut self, at: DateTime<Utc>, what: Happening) {
        self.history.push(Line { at, what });
    }

    /// Presumes it confirmed, if 20 seconds have passed without an answer.
    pub(super) fn presume(&mut self, now: DateTime<Utc>) {
        let due = self.booked_at + PRESUMED_AFTER;
        if self.answer.is_none() && !self.presumed && !self.cancelled && now >= due {
            self.presumed = true;
            self.note(due, Happening::Presumed);
        }
    }

    /// The booking as the book shows it.
    pub(super) fn entry(&self, practice: &str) -> Entry {
        Entry {
            booking: self.id,
            practice: practice.to_owned(),
            resource: self.resource.to_string(),
            appointment_type: self.appointment_type.as_deref().map(str::to_owned),
            start: self.start,
            length_seconds: self.length_seconds,
            booked_at: self.booked_at,
            patient: self.patient.marker(),
            forced: self.made == Made::Forced,
            standing: self.standing(),
            pending: self.answer.is_none(),
            answers: self.answers,
            pms_appointment_ids: self.appointments.clone(),
            pms_patient_id: self.pms_patient.clone(),
            history: self.history.clone(),
        }
    }
}

/// A booking as the book shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its id.
    pub booking: i64,
    /// The practice's id at Healthengine.
    pub practice: String,
    /// With whom, as it was booked.
    pub resource: String,
    /// Of which type.
    #[serde(rename = "type")]
    pub appointment_type: Option<String>,
    /// When it starts, practice-local.
    #[serde(serialize_with = "stamp")]
    pub start: NaiveDateTime,
    /// How long it takes, in seconds.
    pub length_seconds: u32,
    /// When the patient booked, UTC.
    #[serde(serialize_with = "utc_stamp")]
    pub booked_at: DateTime<Utc>,
    /// The patient's name, as the patient gave it.
    pub patient: String,
    /// Whether it was made although the time was not offered.
    pub forced: bool,
    /// How it stands for the patient.
    pub standing: Standing,
    /// Whether it still waits for an answer.
    pub pending: bool,
    /// How many answers came, refused ones included: more than one is a double answer.
    pub answers: u32,
    /// The appointments in the PMS, as the connector said.
    pub pms_appointment_ids: Vec<String>,
    /// The patient in the PMS, as the connector said.
    pub pms_patient_id: Option<String>,
    /// Everything that happened to it, oldest first.
    pub history: Vec<Line>,
}

/// Writes `YYYY-MM-DD HH:MM:SS`.
pub(super) fn stamp<S: Serializer>(at: &NaiveDateTime, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&at.format("%Y-%m-%d %H:%M:%S"))
}

/// Writes `YYYY-MM-DD HH:MM:SS`, UTC.
pub(super) fn utc_stamp<S: Serializer>(at: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    stamp(&at.naive_utc(), to)
}

/// `YYYY-MM-DD HH:MM:SS`, UTC.
pub(super) fn utc_text(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}
