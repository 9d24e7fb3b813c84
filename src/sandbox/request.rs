//! The kinds of request, and what can be asked of a practice.

use chrono::NaiveDate;
use serde::Deserialize;

/// A kind of request of the definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    Bookings,
    BookingUpdates,
    Availability,
    PmsAppointmentChanges,
    PmsResources,
    PmsAppointmentTypes,
    AvailableDocuments,
    UploadDocuments,
    ClientSnapshots,
    AttachDocuments,
}

impl Kind {
    /// All kinds.
    pub(super) const ALL: [Self; 10] = [
        Self::Bookings,
        Self::BookingUpdates,
        Self::Availability,
        Self::PmsAppointmentChanges,
        Self::PmsResources,
        Self::PmsAppointmentTypes,
        Self::AvailableDocuments,
        Self::UploadDocuments,
        Self::ClientSnapshots,
        Self::AttachDocuments,
    ];

    /// The definition's word for it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Bookings => "bookings",
            Self::BookingUpdates => "bookingUpdates",
            Self::Availability => "availability",
            Self::PmsAppointmentChanges => "pmsAppointmentChanges",
            Self::PmsResources => "pmsResources",
            Self::PmsAppointmentTypes => "pmsAppointmentTypes",
            Self::AvailableDocuments => "availableDocuments",
            Self::UploadDocuments => "uploadDocuments",
            Self::ClientSnapshots => "clientSnapshots",
            Self::AttachDocuments => "attachDocuments",
        }
    }

    /// Whether its requests can be listed; the others are answered by sending the snapshot.
    pub(super) const fn has_list(self) -> bool {
        match self {
            Self::PmsResources | Self::PmsAppointmentTypes => false,
            Self::Bookings
            | Self::BookingUpdates
            | Self::Availability
            | Self::PmsAppointmentChanges
            | Self::AvailableDocuments
            | Self::UploadDocuments
            | Self::ClientSnapshots
            | Self::AttachDocuments => true,
        }
    }
}

/// Something that Healthengine asks of a practice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum Ask {
    /// A day anew, of one resource or of all.
    #[serde(rename_all = "camelCase")]
    Availability {
        /// The practice-local date.
        day: NaiveDate,
        /// One resource; all when missing.
        resource: Option<String>,
    },
    /// The resources anew.
    PmsResources {},
    /// The appointment types anew.
    PmsAppointmentTypes {},
    /// What became of a booking's appointment.
    PmsAppointmentChanges {
        /// The booking.
        booking: i64,
    },
    /// A cancellation of a booking that need not be this sandbox's: one that an earlier
    /// integration left behind, say.
    BookingUpdates {
        /// The booking.
        booking: i64,
    },
    /// The list of a booking's documents.
    AvailableDocuments {
        /// The booking.
        booking: i64,
    },
    /// One document of a booking.
    UploadDocuments {
        /// The booking.
        booking: i64,
        /// The document's id in the PMS.
        document: String,
    },
    /// A client snapshot.
    ClientSnapshots {
        /// The practice-local date.
        date: NaiveDate,
        /// By which date of the appointment.
        #[serde(default, rename = "dateType")]
        date_type: DateType,
    },
    /// A document for a patient's record.
    AttachDocuments(Box<Attachment>),
    /// A kind that the definition does not have (yet).
    #[serde(skip)]
    Other(String),
}

/// By which of an appointment's dates a client snapshot is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum DateType {
    /// The day it takes place.
    #[default]
    #[serde(rename = "appt_datetime")]
    Appointment,
    /// The day it was made.
    #[serde(rename = "appt_creation_datetime")]
    Creation,
}

impl DateType {
    /// The definition's word for it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Appointment => "appt_datetime",
            Self::Creation => "appt_creation_datetime",
        }
    }
}

/// A document that a patient gave Healthengine.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Attachment {
    /// The PMS's id of the patient.
    pub pms_patient_id: String,
    /// The PMS's id of the appointment it belongs to, if any.
    pub pms_appointment_id: Option<String>,
    /// The booking it belongs to, if any.
    pub booking: Option<i64>,
    /// What it is called.
    pub name: Option<String>,
    /// What it says: the document is plain text.
    pub content: String,
    /// How many bytes it has instead, which say nothing.
    pub bytes: Option<usize>,
    /// The SHA-1 that it is said to have, instead of its own.
    pub hash: Option<String>,
}

/// A request that came into being, as subscriptions hear of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arrival {
    pub(super) word: String,
    pub(super) target: Option<String>,
    pub(super) booking: Option<i64>,
    pub(super) request: Option<i64>,
}

impl Arrival {
    /// A request of a kind of the definition.
    pub(super) fn of(kind: Kind, booking: Option<i64>, request: Option<i64>) -> Self {
        Self {
            word: kind.word().to_owned(),
            target: kind
                .has_list()
                .then(|| format!("/requests/{}", kind.word())),
            booking,
            request,
        }
    }
}
