//! Documents in the model's diary: those that the practice offers, and those of its patients.

use super::Diary;
use crate::domain::booking::{Place, RejectReason};
use crate::domain::document::{Attachment, Content, Document, DocumentType};
use crate::domain::id::{AttachmentKey, InvalidId, PmsAppointmentId, PmsDocumentId, PmsPatientId};
use crate::pms::PmsError;
use crate::simulation::chronicle::{Checksum, Happening, Paper};

/// Every document of a practice.
#[derive(Debug, Default, Clone)]
pub struct Papers {
    /// Those that the practice offers.
    pub offered: Vec<Offered>,
    /// Those of its patients, in order.
    pub attached: Vec<Attached>,
}

/// A document that the practice offers with an appointment.
#[derive(Debug, Clone)]
pub struct Offered {
    /// Whose it is: the appointment.
    pub appointment: PmsAppointmentId,
    /// What is known of it.
    pub document: Document,
    /// What stands in it.
    pub bytes: Vec<u8>,
}

/// A document that was put into a patient's record.
#[derive(Debug, Clone)]
pub struct Attached {
    /// The system's id of it.
    pub id: PmsDocumentId,
    /// For which request.
    pub key: AttachmentKey,
    /// Whose it is.
    pub patient: PmsPatientId,
    /// What stands in it.
    pub bytes: Vec<u8>,
}

impl Diary {
    /// Staff write a referral, or write it anew: the day's feed tells of it.
    pub fn offer(
        &mut self,
        appointment: &PmsAppointmentId,
        id: &str,
        bytes: &[u8],
    ) -> Result<PmsDocumentId, InvalidId> {
        let id = PmsDocumentId::parse(id)?;
        self.papers.offered.retain(|one| one.document.id != id);
        let whose = self.appointments.iter().find(|one| one.id == *appointment);
        let whose = whose.and_then(|one| {
            let of = |known: &&crate::domain::patient::PatientRecord| known.id == one.patient;
            self.patients.iter().find(of)?.details.surname.clone()
        });
        // As referrals are often called: after their patient.
        let name = whose;
        self.papers.offered.push(Offered {
            appointment: appointment.clone(),
            document: Document {
                id: id.clone(),
                kind: DocumentType::Referral,
                name: name.clone(),
                description: name,
                format: Some("application/pdf".to_owned()),
                size: u64::try_from(bytes.len()).ok(),
                created_at: Some(self.now),
                updated_at: Some(self.now),
            },
            bytes: bytes.to_vec(),
        });
        self.note(Happening::Paper(Paper::Written {
            id: id.clone(),
            appointment: appointment.clone(),
            content: Checksum::of(bytes),
        }));
        self.day_of_changed(appointment);
        Ok(id)
    }

    pub(super) fn documents(&self, place: &Place) -> Vec<Document> {
        let of_place = |one: &&Offered| place.appointments.contains(&one.appointment);
        let offered = self.papers.offered.iter().filter(of_place);
        offered.map(|one| one.document.clone()).collect()
    }

    pub(super) fn document(&self, id: &PmsDocumentId) -> Option<Content> {
        let found = self
            .papers
            .offered
            .iter()
            .find(|one| one.document.id == *id)?;
        Some(Content::new(found.bytes.clone()))
    }

    pub(super) fn attach(
        &mut self,
        key: &AttachmentKey,
        attachment: Attachment,
    ) -> Result<PmsDocumentId, PmsError> {
        if let Some(known) = self.papers.attached.iter().find(|one| one.key == *key) {
            return Ok(known.id.clone());
        }
        let known = |id: &PmsPatientId| self.patients.iter().any(|one| one.id == *id);
        if !known(&attachment.patient) {
            let words = "the patient is not known".to_owned();
            return Err(PmsError::Refused(RejectReason::Refused(words)));
        }
        let number = self.papers.attached.len().saturating_add(1);
        let id = PmsDocumentId::parse(&format!("{}D{number}", self.prefix))
            .map_err(|error| PmsError::NotDone(error.to_string()))?;
        self.note(Happening::Paper(Paper::Attached {
            id: id.clone(),
            key: key.clone(),
            patient: attachment.patient.clone(),
            content: Checksum::of(attachment.content.bytes()),
        }));
        self.papers.attached.push(Attached {
            id: id.clone(),
            key: key.clone(),
            patient: attachment.patient,
            bytes: attachment.content.into_bytes(),
        });
        Ok(id)
    }
}
