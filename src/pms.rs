//! Practice management systems: what the connector asks of one, and what one must promise.
//!
//! Adding a system is one folder here, one line in [`registry`], an example practice file, and a
//! run of the contract suite.
//!
//! # The six promises of an adapter
//! 1. The same key twice is one appointment, or one document.
//! 2. Any error but [`PmsError::Unknown`] means that nothing was written.
//! 3. [`PmsAdapter::find`] sees what [`PmsAdapter::book`] wrote.
//! 4. Calls may run concurrently.
//! 5. No call outlives its limit.
//! 6. A dropped future leaves nothing that `find` cannot see.
//!
//! # Invariants
//! - An adapter never decides who a patient is: it offers candidates, the domain decides.
//! - An adapter never tries a write again by itself.
//! - No error, and nothing that is logged, holds a patient's detail.

use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;
use thiserror::Error;

use crate::domain::availability::FreeDay;
use crate::domain::booking::{Place, RejectReason};
use crate::domain::civil::LocalDateTime;
use crate::domain::client_day::{ClientDay, DayOf};
use crate::domain::diary::{AppointmentSeen, AppointmentType, Booked, Resource, Standing, Wanted};
use crate::domain::document::{Attachment, Content, Document};
use crate::domain::feature::ExtraFeature;
use crate::domain::id::{AttachmentKey, BookingKey, PmsDocumentId, PmsResourceId};
use crate::domain::patient::{Patient, PatientRecord};

pub mod deadlined;
pub mod diary;
pub mod registry;

/// A practice's diary in its PMS. One value serves one practice; calls may run concurrently.
///
/// Every call takes the longest time it may last; see the six promises of this module.
#[async_trait]
pub trait PmsAdapter: Send + Sync {
    /// What this system can do.
    fn describe(&self) -> &Description;

    /// Makes one cheap read-only call that proves the settings right.
    async fn probe(&self, limit: Duration) -> Result<(), PmsError>;

    /// Reads every bookable resource of the practice.
    async fn resources(&self, limit: Duration) -> Result<Vec<Resource>, PmsError>;

    /// Reads every appointment type of the practice.
    async fn appointment_types(&self, limit: Duration) -> Result<Vec<AppointmentType>, PmsError>;

    /// Reads the free time of a resource, one [`FreeDay`] for each date asked, in order.
    async fn availability(
        &self,
        window: &Window,
        limit: Duration,
    ) -> Result<Vec<FreeDay>, PmsError>;

    /// Reads what has changed since the cursor; without one, only returns the current cursor.
    /// A system without a change feed (see [`Description::change_feed`]) is `Unsupported`.
    async fn changes(
        &self,
        since: Option<&ChangeCursor>,
        limit: Duration,
    ) -> Result<Changes, PmsError>;

    /// Reads patients who may be this one: a bounded search, wide rather than narrow.
    async fn patients_like(
        &self,
        patient: &Patient,
        limit: Duration,
    ) -> Result<Vec<PatientRecord>, PmsError>;

    /// Puts an appointment into the diary, with the key in its record.
    async fn book(
        &self,
        key: &BookingKey,
        wanted: &Wanted,
        limit: Duration,
    ) -> Result<Booked, PmsError>;

    /// Looks for the appointment with this key, cancelled ones included.
    async fn find(&self, key: &BookingKey, limit: Duration) -> Result<Option<Booked>, PmsError>;

    /// Reads the standing appointments of a resource that start at this time, whoever made them.
    async fn appointments_at(
        &self,
        resource: &PmsResourceId,
        start: LocalDateTime,
        limit: Duration,
    ) -> Result<Vec<AppointmentSeen>, PmsError>;

    /// Cancels an appointment that the connector made or found. Cancelling one that is cancelled,
    /// or gone, is a success. `Unsupported` where staff must do it by hand.
    async fn cancel(&self, booked: &Booked, limit: Duration) -> Result<(), PmsError>;

    /// Reads what has become of appointments, one answer for each place asked, in order; `None`:
    /// the diary has it no more, or has another patient's under its id. `Unsupported` where
    /// [`Description::standings`] says no.
    async fn standings(
        &self,
        places: &[Place],
        limit: Duration,
    ) -> Result<Vec<Option<Standing>>, PmsError>;

    /// Reads which documents the practice offers with an appointment, without their content.
    /// `Unsupported` where [`Description::documents`] says no.
    async fn documents(&self, place: &Place, limit: Duration) -> Result<Vec<Document>, PmsError>;

    /// Reads a document's content; `None`: there is no such document.
    async fn document(
        &self,
        id: &PmsDocumentId,
        limit: Duration,
    ) -> Result<Option<Content>, PmsError>;

    /// Puts a document into its patient's record, with the key. The same key twice is one document,
    /// also when calls overlap: so after [`PmsError::Unknown`] this call, unlike `book`, may be made
    /// again, and tells which document it is.
    /// `Unsupported` where [`Description::attachments`] says no.
    async fn attach(
        &self,
        key: &AttachmentKey,
        attachment: Attachment,
        limit: Duration,
    ) -> Result<PmsDocumentId, PmsError>;

    /// Reads a day's appointments and their patients, with all of the practice's lists, whatever
    /// the day; cancelled and missed appointments included, nobody else's patients ever. A day that
    /// is larger than may be sent is `Refused`. `Unsupported` where [`Description::client_days`] says no.
    async fn client_day(
        &self,
        date: NaiveDate,
        by: DayOf,
        limit: Duration,
    ) -> Result<ClientDay, PmsError>;
}

/// Which free time to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Whose.
    pub resource: PmsResourceId,
    /// The first date, practice-local.
    pub from: NaiveDate,
    /// The last date, included.
    pub to: NaiveDate,
}

/// What a system can do, as a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The system's name, as staff know it.
    pub system: &'static str,
    /// The most days ahead that may be published.
    pub max_publish_days: u16,
    /// The most days that one call of `availability` may ask for.
    pub window_days: u16,
    /// Whether the booking's key is kept in the record, so that `find` can find it.
    pub keeps_key: Support,
    /// Whether an online cancellation can be done in the diary.
    pub cancel: Support,
    /// Whether `changes` tells what changed.
    pub change_feed: Support,
    /// Whether `standings` tells what has become of an appointment.
    pub standings: Support,
    /// Whether the practice's documents can be read: `documents` and `document`.
    pub documents: Support,
    /// Whether `attach` can put documents into a patient's record.
    pub attachments: Support,
    /// Whether `client_day` can read a whole day with its patients.
    pub client_days: Support,
    /// How long after a call of `book` has ended without an answer the system may still be
    /// writing: until then, a `find` that finds nothing proves nothing.
    pub settles_within: Duration,
}

impl Description {
    /// Whether the system can do what an extra feature of Healthengine needs.
    pub const fn serves(&self, feature: ExtraFeature) -> Support {
        match feature {
            ExtraFeature::Documents => self.documents,
            ExtraFeature::AttachDocuments => self.attachments,
            ExtraFeature::ClientSnapshots => self.client_days,
        }
    }
}

/// Whether a system supports something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It does.
    Yes,
    /// It does not.
    No,
}

/// A place in a system's change feed: opaque.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeCursor(pub String);

/// What has changed in a diary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Where to go on.
    pub cursor: ChangeCursor,
    /// The days whose free time may have changed.
    pub days: Vec<(PmsResourceId, NaiveDate)>,
    /// Whether resources or types may have changed, or more days than are listed.
    pub everything: bool,
}

/// Why a call to a PMS failed. The texts are for the operator; none holds a patient's detail.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PmsError {
    /// The system said no, and why; nothing was written.
    #[error("the diary refused")]
    Refused(RejectReason),
    /// It could not be done now, and nothing was written: down, busy, throttled.
    #[error("the diary did not do it: {0}")]
    NotDone(String),
    /// It may have been done: the answer was lost.
    #[error("the diary's answer was lost: {0}")]
    Unknown(String),
    /// The settings are wrong, or access was withdrawn; nothing was written. Staff must act.
    #[error("the diary's settings are wrong: {0}")]
    Misconfigured(String),
    /// The system cannot do this at all; nothing was written.
    #[error("the diary does not support it: {0}")]
    Unsupported(&'static str),
}

/// Something wrong in the `[pms]` table of a practice's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingProblem {
    /// The key inside the table, such as `database`.
    pub key: String,
    /// What is wrong.
    pub problem: String,
    /// What to write instead.
    pub remedy: String,
}
