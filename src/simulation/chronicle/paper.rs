//! What happens to documents, and to days with their patients.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use super::Digest;
use crate::domain::client_day::{ClientDay, DayOf};
use crate::domain::id::{
    AttachmentKey, BookingId, PmsAppointmentId, PmsDocumentId, PmsPatientId, RequestId,
};

/// Something that happened to a document, or to a day with its patients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paper {
    /// A patient handed a document in.
    HandedIn {
        /// The request.
        request: RequestId,
        /// The patient that it names.
        patient: Option<PmsPatientId>,
        /// The booking that it names.
        booking: Option<BookingId>,
        /// Whether it arrives at last as its size and its hash say.
        whole: bool,
        /// What stands in it.
        content: Checksum,
    },
    /// A document that was handed in is gone, answered or not.
    Gone(RequestId),
    /// A document came into a patient's record.
    Attached {
        /// The system's id of it.
        id: PmsDocumentId,
        /// For which request.
        key: AttachmentKey,
        /// Whose record that is.
        patient: PmsPatientId,
        /// What stands in it.
        content: Checksum,
    },
    /// Healthengine was told where a document stands, or why it does not.
    Answered {
        /// Of which request.
        request: RequestId,
        /// Where, or why not.
        answer: Result<Option<PmsDocumentId>, String>,
    },
    /// Staff wrote a document, or wrote it anew.
    Written {
        /// The system's id of it.
        id: PmsDocumentId,
        /// The appointment that it belongs to.
        appointment: PmsAppointmentId,
        /// What stands in it.
        content: Checksum,
    },
    /// Healthengine asks which documents a booking has.
    ListAsked(BookingId),
    /// Healthengine was told of these documents, each of its booking and as of then.
    Offered(Vec<(BookingId, PmsDocumentId, Option<DateTime<Utc>>)>),
    /// Healthengine asks for a document of a booking.
    UploadAsked(BookingId, PmsDocumentId),
    /// It was sent.
    Uploaded(BookingId, PmsDocumentId, Checksum),
    /// It was not, and why.
    UploadRefused(BookingId, PmsDocumentId, String),
    /// A day with its patients was sent.
    DaySent(DaySeen),
}

/// A day with its patients, as far as it is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaySeen {
    /// The practice-local date.
    pub date: NaiveDate,
    /// By which of its dates an appointment belongs to it.
    pub by: DayOf,
    /// Every location, by id.
    pub locations: BTreeSet<String>,
    /// Every practitioner, by id.
    pub practitioners: BTreeSet<String>,
    /// Every appointment type, by id.
    pub types: BTreeSet<String>,
    /// Its appointments.
    pub appointments: Vec<PmsAppointmentId>,
    /// Its patients.
    pub patients: Vec<PmsPatientId>,
}

impl DaySeen {
    /// What is judged of this day.
    pub fn of(day: &ClientDay) -> Self {
        let locations = day.locations.iter().map(|one| one.id.as_str().to_owned());
        let who = day
            .practitioners
            .iter()
            .map(|one| one.id.as_str().to_owned());
        let types = day
            .appointment_types
            .iter()
            .map(|one| one.id.as_str().to_owned());
        Self {
            date: day.date,
            by: day.by,
            locations: locations.collect(),
            practitioners: who.collect(),
            types: types.collect(),
            appointments: day.appointments.iter().map(|one| one.id.clone()).collect(),
            patients: day.patients.iter().map(|one| one.id.clone()).collect(),
        }
    }
}

/// What stands in a document, to be compared only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checksum(u64);

impl Checksum {
    /// That of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut digest = Digest::default();
        digest.add(bytes);
        Self(digest.0)
    }
}

impl Paper {
    /// What happened, in words, to be counted.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::HandedIn { .. } => "handed in",
            Self::Gone(_) => "taken back",
            Self::Attached { .. } => "put into a record",
            Self::Answered { answer: Ok(_), .. } => "confirmed",
            Self::Answered { answer: Err(_), .. } => "rejected",
            Self::Written { .. } => "written",
            Self::ListAsked(_) => "lists asked for",
            Self::Offered(_) => "lists told",
            Self::UploadAsked(..) => "asked for",
            Self::Uploaded(..) => "sent",
            Self::UploadRefused(..) => "not sent",
            Self::DaySent(_) => "days with their patients",
        }
    }

    /// Whether it tells of this booking.
    pub(super) fn is_about(&self, booking: BookingId) -> bool {
        match self {
            Self::HandedIn { booking: of, .. } => *of == Some(booking),
            Self::ListAsked(of)
            | Self::UploadAsked(of, _)
            | Self::Uploaded(of, ..)
            | Self::UploadRefused(of, ..) => *of == booking,
            Self::Offered(list) => list.iter().any(|(of, ..)| *of == booking),
            Self::Gone(_)
            | Self::Attached { .. }
            | Self::Answered { .. }
            | Self::Written { .. }
            | Self::DaySent(_) => false,
        }
    }
}

impl fmt::Display for Paper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HandedIn {
                request,
                patient,
                booking,
                whole,
                content,
            } => {
                let how = if *whole { "whole" } else { "never whole" };
                write!(
                    f,
                    "a patient hands in document {request}, for {patient:?} or booking {booking:?}, \
                     {how}: {content}"
                )
            }
            Self::Gone(request) => write!(f, "document {request} is gone"),
            Self::Attached {
                id,
                key,
                patient,
                content,
            } => write!(f, "{id} for {key} is in the record of {patient}: {content}"),
            Self::Answered { request, answer } => match answer {
                Ok(id) => write!(f, "Healthengine is told: document {request} is {id:?}"),
                Err(why) => write!(
                    f,
                    "Healthengine is told: document {request} is rejected, {why}"
                ),
            },
            Self::Written {
                id,
                appointment,
                content,
            } => write!(f, "staff write {id} for {appointment}: {content}"),
            Self::ListAsked(booking) => {
                write!(f, "Healthengine asks which documents booking {booking} has")
            }
            Self::Offered(list) => {
                write!(f, "Healthengine is told of {} documents:", list.len())?;
                list.iter()
                    .try_for_each(|(booking, id, _)| write!(f, " {id} of booking {booking}"))
            }
            Self::UploadAsked(booking, id) => {
                write!(f, "Healthengine asks for {id} of booking {booking}")
            }
            Self::Uploaded(booking, id, content) => {
                write!(f, "Healthengine gets {id} of booking {booking}: {content}")
            }
            Self::UploadRefused(booking, id, why) => write!(
                f,
                "Healthengine is told: {id} of booking {booking} is not sent, {why}"
            ),
            Self::DaySent(day) => write!(
                f,
                "Healthengine gets {} by {:?}: {:?} of {:?}, at {:?} with {:?} for {:?}",
                day.date,
                day.by,
                day.appointments,
                day.patients,
                day.locations,
                day.practitioners,
                day.types
            ),
        }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
