//! Documents: those that patients hand in stand once, in the right record, and those that the
//! practice offers go to nobody but the patient of their own appointment.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Case, Judge};
use crate::domain::id::{
    AttachmentKey, BookingId, PmsAppointmentId, PmsDocumentId, PmsPatientId, RequestId,
};
use crate::simulation::chronicle::{Checksum, Paper};

mod end;

/// What happened to documents so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    handed_in: BTreeMap<RequestId, HandedIn>,
    written: BTreeMap<PmsDocumentId, Written>,
    lists: BTreeMap<BookingId, List>,
    uploads: BTreeMap<(BookingId, PmsDocumentId), Upload>,
}

/// A document that a patient handed in.
#[derive(Debug)]
struct HandedIn {
    key: AttachmentKey,
    patient: Option<PmsPatientId>,
    booking: Option<BookingId>,
    whole: bool,
    content: Checksum,
    at: DateTime<Utc>,
    gone: bool,
    /// Where it stands.
    attached: Option<PmsDocumentId>,
    answered: Option<Answered>,
}

/// What Healthengine was told of a document that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answered {
    /// It stands.
    Confirmed,
    /// It does not.
    Rejected,
}

/// A document that staff wrote.
#[derive(Debug)]
struct Written {
    appointment: PmsAppointmentId,
    /// Each of its versions.
    contents: Vec<Checksum>,
    /// When it was written last.
    at: DateTime<Utc>,
}

/// What Healthengine asked and was told of a booking's documents.
#[derive(Debug, Default)]
struct List {
    asked: bool,
    /// Whether it heard that there are none since it asked.
    none: bool,
    told: Option<(DateTime<Utc>, Versions)>,
}

/// Documents, and as of when each is.
type Versions = Vec<(PmsDocumentId, Option<DateTime<Utc>>)>;

/// A document that Healthengine asked for.
#[derive(Debug)]
struct Upload {
    asked_at: DateTime<Utc>,
    answered: bool,
}

impl Judge {
    pub(super) fn paper(&mut self, at: DateTime<Utc>, paper: Paper) {
        match paper {
            Paper::HandedIn {
                request,
                patient,
                booking,
                whole,
                content,
            } => {
                let one = HandedIn {
                    key: AttachmentKey::of(&self.practice, request),
                    patient,
                    booking,
                    whole,
                    content,
                    at,
                    gone: false,
                    attached: None,
                    answered: None,
                };
                self.papers.handed_in.insert(request, one);
            }
            Paper::Gone(request) => {
                if let Some(one) = self.papers.handed_in.get_mut(&request) {
                    one.gone = true;
                }
            }
            Paper::Attached {
                id,
                key,
                patient,
                content,
            } => self.attached(at, &id, &key, &patient, content),
            Paper::Answered { request, answer } => self.attach_answered(at, request, &answer),
            Paper::Written {
                id,
                appointment,
                content,
            } => {
                let known = self.papers.written.remove(&id);
                let mut contents = known.map(|known| known.contents).unwrap_or_default();
                contents.push(content);
                let written = Written {
                    appointment,
                    contents,
                    at,
                };
                self.papers.written.insert(id, written);
            }
            Paper::ListAsked(booking) => {
                let list = self.papers.lists.entry(booking).or_default();
                list.asked = true;
                list.none = false;
            }
            Paper::Offered(list) => self.offered(at, list),
            Paper::UploadAsked(booking, id) => {
                let upload = Upload {
                    asked_at: at,
                    answered: false,
                };
                self.papers.uploads.insert((booking, id), upload);
            }
            Paper::Uploaded(booking, id, content) => self.uploaded(at, booking, id, content),
            Paper::UploadRefused(booking, id, why) => self.upload_refused(at, booking, id, &why),
            Paper::DaySent(day) => self.day_sent(at, day),
        }
    }

    fn attached(
        &mut self,
        at: DateTime<Utc>,
        id: &PmsDocumentId,
        key: &AttachmentKey,
        patient: &PmsPatientId,
        content: Checksum,
    ) {
        let found = self
            .papers
            .handed_in
            .iter()
            .find(|(_, one)| one.key == *key);
        let Some((request, one)) = found else {
            let sentence = format!("{id} came into a record for {key}, which nobody handed in");
            return self.find(at, None, sentence);
        };
        let fault = if one.attached.is_some() {
            Some("was put into a record twice")
        } else if one.answered == Some(Answered::Rejected) {
            Some("came into a record after it was rejected")
        } else if one.content != content {
            Some("came into a record otherwise than it was handed in")
        } else if !one.whole {
            Some("came into a record although it is not what its size or its hash says")
        } else if !patient.as_str().starts_with(&self.prefix) {
            Some("came into the record of another practice's patient")
        } else if !self.is_for(one, patient) {
            Some("came into another patient's record")
        } else {
            None
        };
        let (request, booking) = (*request, one.booking);
        if let Some(one) = self.papers.handed_in.get_mut(&request) {
            one.attached = Some(id.clone());
        }
        if let Some(fault) = fault {
            self.find(at, booking, format!("document {request} {fault}"));
        }
    }

    /// Whether a document that was handed in is this patient's.
    fn is_for(&self, one: &HandedIn, patient: &PmsPatientId) -> bool {
        match (&one.patient, one.booking) {
            (Some(named), _) => named == patient,
            (None, Some(booking)) => self.cases.get(&booking).is_some_and(|case| {
                let theirs = |(id, known): (&PmsAppointmentId, &super::Appointment)| {
                    known.patient == *patient && self.is_at(case, id)
                };
                self.appointments.iter().any(theirs)
            }),
            (None, None) => false,
        }
    }

    fn attach_answered(
        &mut self,
        at: DateTime<Utc>,
        request: RequestId,
        answer: &Result<Option<PmsDocumentId>, String>,
    ) {
        let Some(one) = self.papers.handed_in.get(&request) else {
            let sentence =
                format!("document {request} was answered, and this practice never had it");
            return self.find(at, None, sentence);
        };
        let fault = match (answer, &one.attached) {
            (Ok(_), None) => Some("was confirmed, and it stands in no record".to_owned()),
            (Ok(Some(told)), Some(id)) if told != id => {
                Some("was confirmed under the id of another document".to_owned())
            }
            (Err(_), Some(_)) => Some("was rejected, and it stands in a record".to_owned()),
            (Err(why), None)
                if one.whole && self.was_calm_since(one.at) && self.has_patient(one) =>
            {
                Some(format!(
                    "was rejected although nothing stood against it: {why}"
                ))
            }
            (Ok(_), Some(_)) | (Err(_), None) => None,
        };
        let booking = one.booking;
        if let Some(one) = self.papers.handed_in.get_mut(&request) {
            one.answered = Some(match answer {
                Ok(_) => Answered::Confirmed,
                Err(_) => Answered::Rejected,
            });
        }
        if let Some(fault) = fault {
            self.find(at, booking, format!("document {request} {fault}"));
        }
    }

    /// Whether the diary knows the patient that a document is for.
    fn has_patient(&self, one: &HandedIn) -> bool {
        match (&one.patient, one.booking) {
            (Some(named), _) => self
                .appointments
                .values()
                .any(|known| known.patient == *named),
            (None, Some(booking)) => {
                let case = self.cases.get(&booking);
                case.is_some_and(|case| case.place().is_some())
            }
            (None, None) => false,
        }
    }

    fn offered(
        &mut self,
        at: DateTime<Utc>,
        list: Vec<(BookingId, PmsDocumentId, Option<DateTime<Utc>>)>,
    ) {
        if list.is_empty() {
            return self.told_of_none();
        }
        let mut offered: BTreeMap<BookingId, Versions> = BTreeMap::new();
        for (booking, id, version) in list {
            if !self.belongs(booking, &id) {
                let sentence =
                    format!("{id} was offered with booking {booking}, and it is not of it");
                self.find(at, Some(booking), sentence);
            }
            offered.entry(booking).or_default().push((id, version));
        }
        for (booking, mut versions) in offered {
            versions.sort_unstable();
            let known = self.papers.lists.entry(booking).or_default();
            let asked = std::mem::take(&mut known.asked);
            let before = known.told.replace((at, versions.clone()));
            let again = before.is_some_and(|(told_at, told)| {
                told == versions && !self.was_troubled_since(told_at)
            });
            if again && !asked {
                let sentence = format!("booking {booking}'s documents were told twice, unasked");
                self.find(at, Some(booking), sentence);
            }
        }
    }

    /// An empty list says of those that have none that they have none.
    fn told_of_none(&mut self) {
        let have: Vec<BookingId> = self
            .papers
            .lists
            .keys()
            .filter(|booking| {
                self.papers
                    .written
                    .keys()
                    .any(|id| self.belongs(**booking, id))
            })
            .copied()
            .collect();
        for (booking, list) in &mut self.papers.lists {
            list.none |= !have.contains(booking);
        }
    }

    fn uploaded(
        &mut self,
        at: DateTime<Utc>,
        booking: BookingId,
        id: PmsDocumentId,
        content: Checksum,
    ) {
        let written = self.papers.written.get(&id);
        let as_written = written.is_some_and(|one| one.contents.contains(&content));
        let fault = if !self.belongs(booking, &id) {
            Some("and it is not of it")
        } else if !as_written {
            Some("and staff never wrote it so")
        } else {
            None
        };
        if let Some(fault) = fault {
            let sentence = format!("{id} was sent for booking {booking}, {fault}");
            self.find(at, Some(booking), sentence);
        }
        self.upload_answered(booking, id);
    }

    fn upload_refused(
        &mut self,
        at: DateTime<Utc>,
        booking: BookingId,
        id: PmsDocumentId,
        why: &str,
    ) {
        let asked = self.papers.uploads.get(&(booking, id.clone()));
        let written = self.papers.written.get(&id);
        let stands = asked.zip(written).is_some_and(|(asked, written)| {
            let case = self.cases.get(&booking).filter(|case| !case.cancelled);
            let place = case.and_then(Case::place);
            place.is_some_and(|place| place.appointments.contains(&written.appointment))
                && written.at <= asked.asked_at
                && self.was_calm_since(asked.asked_at)
        });
        if stands {
            let sentence = format!(
                "{id} of booking {booking} was not sent although nothing stood against it: {why}"
            );
            self.find(at, Some(booking), sentence);
        }
        self.upload_answered(booking, id);
    }

    fn upload_answered(&mut self, booking: BookingId, id: PmsDocumentId) {
        if let Some(upload) = self.papers.uploads.get_mut(&(booking, id)) {
            upload.answered = true;
        }
    }

    /// Whether a document is of the appointment of this booking.
    fn belongs(&self, booking: BookingId, id: &PmsDocumentId) -> bool {
        let case = self.cases.get(&booking);
        let written = self.papers.written.get(id);
        case.zip(written)
            .is_some_and(|(case, written)| self.is_at(case, &written.appointment))
    }

    /// Whether this appointment is the booking's.
    fn is_at(&self, case: &Case, id: &PmsAppointmentId) -> bool {
        let placed = case
            .place()
            .is_some_and(|place| place.appointments.contains(id));
        placed || case.made.contains(id) || self.may_be_of(case, id)
    }
}
