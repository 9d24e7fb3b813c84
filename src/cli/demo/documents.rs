//! The demo's documents: a practice offers a referral, its patient asks for it and hands in a form.

use super::judge::Verdict;
use super::stage::{DemoPractice, WITH_FEATURES};
use crate::domain::document::{Content, DocumentType};
use crate::domain::id::PmsAppointmentId;
use crate::domain::redacted::Redacted;
use crate::pms::diary::{Desk, Paper};
use crate::sandbox::{Ask, Attachment, Entry, Sandbox, Standing};

/// For how many bookings a referral is written.
const MOST: usize = 3;

/// What stands in a referral, and in a form.
const WORDS: &str = "Nothing but an example.";

/// What reception and patients have done.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// The bookings with a referral, each with the document's id in the diary.
    offered: Vec<(i64, String)>,
}

/// How many documents went where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Carried {
    /// Bookings with a referral.
    pub(super) offered: usize,
    /// Referrals that Healthengine has.
    pub(super) uploaded: usize,
    /// Forms that stand in a patient's record.
    pub(super) attached: usize,
}

impl Documents {
    /// Writes referrals for the first bookings of the practice that stand; their patients ask for
    /// them, and hand in a form each.
    pub(super) fn go_on(
        &mut self,
        sandbox: &Sandbox,
        practices: &[DemoPractice],
        book: &[Entry],
    ) -> Result<(), String> {
        let Some(practice) = practices.iter().find(|one| one.name == WITH_FEATURES) else {
            return Ok(());
        };
        for entry in book {
            let known = self.offered.iter().any(|(of, _)| *of == entry.booking);
            let stands = entry.standing == Standing::Confirmed;
            let its_own = entry.practice == practice.id.as_str() && stands;
            if self.offered.len() >= MOST || known || !its_own {
                continue;
            }
            let (Some(appointment), Some(patient)) =
                (entry.pms_appointment_ids.first(), &entry.pms_patient_id)
            else {
                continue;
            };
            let document = offer(practice, appointment)?;
            let asks = [
                Ask::UploadDocuments {
                    booking: entry.booking,
                    document: document.clone(),
                },
                Ask::AttachDocuments(Box::new(Attachment {
                    pms_patient_id: patient.clone(),
                    content: WORDS.to_owned(),
                    ..Attachment::default()
                })),
            ];
            for ask in asks {
                let asked = sandbox.ask(&practice.id, ask);
                asked.map_err(|error| error.to_string())?;
            }
            self.offered.push((entry.booking, document));
        }
        Ok(())
    }

    /// How many documents went where; what is missing is a difference.
    pub(super) fn told(
        &self,
        sandbox: &Sandbox,
        practices: &[DemoPractice],
        verdict: &mut Verdict,
    ) -> Result<Carried, String> {
        let mut with = practices.iter().filter(|one| one.name == WITH_FEATURES);
        let practice = with.next().ok_or("the stage lacks a practice")?;
        let state = sandbox.state(&practice.id);
        let documents = state.map(|state| state.documents).unwrap_or_default();
        let has = |what: &str, booking: i64, document: &str| {
            let list = documents.get(what).and_then(|list| list.as_array());
            list.into_iter().flatten().any(|one| {
                one.get("booking").and_then(serde_json::Value::as_i64) == Some(booking)
                    && one.get("pmsDocumentId").and_then(|id| id.as_str()) == Some(document)
            })
        };
        let is_there = |(booking, document): &&(i64, String)| has("uploaded", *booking, document);
        let desk = Desk::open(&practice.diary).map_err(|error| error.to_string())?;
        let lines = desk.documents().map_err(|error| error.to_string())?;
        let carried = Carried {
            offered: self.offered.len(),
            uploaded: self.offered.iter().filter(is_there).count(),
            attached: lines.iter().filter(|line| line.key.is_some()).count(),
        };
        if carried.uploaded != carried.offered || carried.attached != carried.offered {
            verdict.note(
                practice.name,
                format!("documents were not carried once each: {carried:?}"),
            );
        }
        Ok(carried)
    }
}

fn offer(practice: &DemoPractice, appointment: &str) -> Result<String, String> {
    let paper = Paper {
        appointment: PmsAppointmentId::parse(appointment).map_err(|error| error.to_string())?,
        kind: DocumentType::Referral,
        name: Redacted::new("Referral".to_owned()),
        description: None,
        format: "text/plain".to_owned(),
        content: Content::new(WORDS.as_bytes().to_vec()),
    };
    let mut desk = Desk::open(&practice.diary).map_err(|error| error.to_string())?;
    desk.offer(&paper).map_err(|error| error.to_string())
}
