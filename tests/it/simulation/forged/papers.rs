//! The same of documents, and of days with their patients.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use healthengine_connector::domain::client_day::DayOf;
use healthengine_connector::domain::diary::Standing;
use healthengine_connector::domain::feature::{ExtraFeature, Features};
use healthengine_connector::domain::id::{
    AttachmentKey, BookingId, PmsAppointmentId, PmsDocumentId, PmsPatientId, RequestId,
};
use healthengine_connector::pms::Support;
use healthengine_connector::simulation::chronicle::{Checksum, DaySeen, Happening, Paper, Trouble};
use healthengine_connector::simulation::healthengine::Books;
use healthengine_connector::simulation::judge::Judge;
use healthengine_connector::simulation::pms::Diary;

use super::{Court, appointment, confirmed, marked, slot};

impl Court {
    /// A practice whose system gives and takes documents, and booking 1 confirmed there.
    fn with_booking() -> Self {
        let mut court = Self::new();
        court.plan.can.documents = Support::Yes;
        court.plan.can.attachments = Support::Yes;
        court.plan.profile.features = Features::of(ExtraFeature::ALL);
        court.judge = Judge::new(0, &court.plan);
        court.asked(1).made("h0-A1", 1).told(1, confirmed("h0-A1"));
        court
    }

    fn paper(&mut self, paper: Paper) -> &mut Self {
        self.then(Happening::Paper(paper))
    }

    /// Somebody hands document 5 in, for this patient.
    fn handed_in(&mut self, patient: Option<&str>, whole: bool) -> &mut Self {
        self.paper(Paper::HandedIn {
            request: RequestId::new(5),
            patient: patient.map(|id| PmsPatientId::parse(id).unwrap()),
            booking: patient.is_none().then_some(BookingId::new(1)),
            whole,
            content: Checksum::of(b"form"),
        })
    }

    /// What was handed in as this request comes into a record.
    fn attached(&mut self, id: &str, request: i64, patient: &str, bytes: &[u8]) -> &mut Self {
        let key = AttachmentKey::of(&self.plan.profile.id, RequestId::new(request));
        self.paper(Paper::Attached {
            id: document(id),
            key,
            patient: PmsPatientId::parse(patient).unwrap(),
            content: Checksum::of(bytes),
        })
    }

    fn answered(&mut self, answer: Result<&str, &str>) -> &mut Self {
        self.paper(Paper::Answered {
            request: RequestId::new(5),
            answer: answer.map(|id| Some(document(id))).map_err(str::to_owned),
        })
    }

    fn written(&mut self, id: &str, appointment: &str) -> &mut Self {
        self.paper(Paper::Written {
            id: document(id),
            appointment: PmsAppointmentId::parse(appointment).unwrap(),
            content: Checksum::of(b"referral"),
        })
    }

    /// Healthengine is told of a document, as it was written so long before the last entry.
    fn offered(&mut self, booking: i64, id: &str, seconds_ago: i64) -> &mut Self {
        let version = self.now - TimeDelta::seconds(seconds_ago);
        let of = (BookingId::new(booking), document(id), Some(version));
        self.paper(Paper::Offered(vec![of]))
    }

    /// Judges the end, at which nothing else is wrong.
    fn end(&mut self) -> &mut Self {
        let mut diary = Diary::new(
            self.plan.resources.clone(),
            self.plan.types.clone(),
            Vec::new(),
            self.plan.slot,
        );
        diary.hours.clear();
        let mut books = Books::default();
        books.contract = Some((*self.plan.profile.live_hours).clone());
        books.resources.clone_from(&diary.resources);
        books.types.clone_from(&diary.types);
        let today = self.plan.profile.zone.today(self.now);
        for resource in &diary.resources {
            for date in today.iter_days().take(10) {
                let day = diary.free(&resource.id, date);
                books.days.insert((resource.id.clone(), date), day);
            }
        }
        self.judge.end(self.now, &books, &diary);
        self
    }
}

fn document(id: &str) -> PmsDocumentId {
    PmsDocumentId::parse(id).unwrap()
}

fn names(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

/// A day on which `h0-A1` takes place, or on which it was made.
fn day(date: &str, by: DayOf) -> DaySeen {
    DaySeen {
        date: date.parse().unwrap(),
        by,
        locations: names(&["h0-L1"]),
        practitioners: names(&["h0-R1", "h0-R2", "h0-R3"]),
        types: names(&["h0-T1"]),
        appointments: vec![PmsAppointmentId::parse("h0-A1").unwrap()],
        patients: vec![PmsPatientId::parse("h0-P1").unwrap()],
    }
}

#[test]
fn a_history_of_documents_in_which_all_is_well_is_let_pass() {
    let mut court = Court::with_booking();
    court.handed_in(Some("h0-P1"), true);
    court
        .attached("h0-D1", 5, "h0-P1", b"form")
        .answered(Ok("h0-D1"));
    court.written("h0-W1", "h0-A1").offered(1, "h0-W1", 0);
    let asked = Paper::UploadAsked(BookingId::new(1), document("h0-W1"));
    court.paper(asked);
    let sum = Checksum::of(b"referral");
    court.paper(Paper::Uploaded(BookingId::new(1), document("h0-W1"), sum));
    // Asked for, a list is told again.
    court.paper(Paper::ListAsked(BookingId::new(1)));
    court.offered(1, "h0-W1", 4);
    let made_on = court.plan.profile.zone.today(court.now).to_string();
    court.paper(Paper::DaySent(day("2026-11-24", DayOf::Appointment)));
    court.paper(Paper::DaySent(day(&made_on, DayOf::Creation)));
    court.end();
    assert_eq!(court.sentences(), [""; 0]);
}

#[test]
fn a_document_that_stands_twice_is_found() {
    let mut court = Court::with_booking();
    court.handed_in(Some("h0-P1"), true);
    court.attached("h0-D1", 5, "h0-P1", b"form");
    court.attached("h0-D2", 5, "h0-P1", b"form");
    court.found("was put into a record twice");
}

#[test]
fn a_document_that_nobody_handed_in_is_found() {
    let mut court = Court::with_booking();
    court.attached("h0-D1", 6, "h0-P1", b"form");
    court.found("which nobody handed in");
    let mut court = Court::with_booking();
    court.answered(Err("too late"));
    court.found("this practice never had it");
}

#[test]
fn a_document_in_another_record_is_found() {
    let mut court = Court::with_booking();
    court.handed_in(Some("h0-P1"), true);
    court.attached("h0-D1", 5, "h0-P2", b"form");
    court.found("another patient's record");
    let mut court = Court::with_booking();
    court.handed_in(None, true);
    court.attached("h0-D1", 5, "h0-P2", b"form");
    court.found("another patient's record");
    let mut court = Court::with_booking();
    court.handed_in(Some("h1-P1"), true);
    court.attached("h0-D1", 5, "h1-P1", b"form");
    court.found("another practice's patient");
}

#[test]
fn a_document_that_is_not_what_was_handed_in_is_found() {
    let mut court = Court::with_booking();
    court.handed_in(Some("h0-P1"), true);
    court.attached("h0-D1", 5, "h0-P1", b"for");
    court.found("otherwise than it was handed in");
    let mut court = Court::with_booking();
    court.handed_in(Some("h0-P1"), false);
    court.attached("h0-D1", 5, "h0-P1", b"form");
    court.found("not what its size or its hash says");
}

#[test]
fn an_answer_that_does_not_agree_with_the_record_is_found() {
    let mut court = Court::with_booking();
    court.handed_in(Some("h0-P1"), true).answered(Ok("h0-D1"));
    court.found("stands in no record");
    let mut court = Court::with_booking();
    court.handed_in(Some("h0-P1"), true);
    court
        .attached("h0-D1", 5, "h0-P1", b"form")
        .answered(Ok("h0-D7"));
    court.found("under the id of another document");
    let mut court = Court::with_booking();
    court.handed_in(Some("h0-P1"), true);
    court
        .attached("h0-D1", 5, "h0-P1", b"form")
        .answered(Err("no"));
    court.found("and it stands in a record");
    let mut court = Court::with_booking();
    court.handed_in(Some("nobody"), true).answered(Err("no"));
    court.attached("h0-D1", 5, "nobody", b"form");
    court.found("after it was rejected");
}

#[test]
fn a_document_rejected_without_a_reason_is_found_only_when_nothing_was_wrong() {
    for patient in [Some("h0-P1"), None] {
        let mut court = Court::with_booking();
        court.handed_in(patient, true).answered(Err("no"));
        court.found("although nothing stood against it");
    }
    let mut court = Court::with_booking();
    court.handed_in(Some("h0-P1"), true);
    court.then(Happening::TroubleBegins(Trouble::PmsDown));
    court.answered(Err("no"));
    assert_eq!(court.sentences(), [""; 0]);
}

#[test]
fn a_document_of_another_booking_is_found_when_it_is_offered_or_sent() {
    let theirs = || {
        let mut court = Court::with_booking();
        let other = appointment("h0-A2", None, slot("h0-R1", "11:30"), "Sample-2");
        court.then(other).written("h0-W2", "h0-A2");
        court
    };
    let mut court = theirs();
    court.offered(1, "h0-W2", 0);
    court.found("it is not of it");
    let mut court = theirs();
    let sum = Checksum::of(b"referral");
    court.paper(Paper::Uploaded(BookingId::new(1), document("h0-W2"), sum));
    court.found("it is not of it");
    let mut court = theirs();
    court.paper(Paper::Uploaded(BookingId::new(1), document("h1-W1"), sum));
    court.found("it is not of it");
}

#[test]
fn a_document_that_staff_never_wrote_so_is_found() {
    let mut court = Court::with_booking();
    let sum = Checksum::of(b"half");
    court.written("h0-W1", "h0-A1");
    court.paper(Paper::Uploaded(BookingId::new(1), document("h0-W1"), sum));
    court.found("staff never wrote it so");
}

#[test]
fn a_document_refused_without_a_reason_is_found() {
    let mut court = Court::with_booking();
    let (booking, id) = (BookingId::new(1), document("h0-W1"));
    court.written("h0-W1", "h0-A1");
    court.paper(Paper::UploadAsked(booking, id.clone()));
    court.paper(Paper::UploadRefused(booking, id, "no".to_owned()));
    court.found("although nothing stood against it");
}

#[test]
fn documents_told_twice_unasked_are_found() {
    let mut court = Court::with_booking();
    court.written("h0-W1", "h0-A1").offered(1, "h0-W1", 0);
    court.offered(1, "h0-W1", 1);
    court.found("were told twice, unasked");
}

#[test]
fn what_is_left_of_documents_at_the_end_is_found() {
    let mut court = Court::with_booking();
    court.handed_in(Some("h0-P1"), true).end();
    court.found("document 5 never had an answer");
    let mut court = Court::with_booking();
    court.handed_in(Some("h0-P1"), true);
    court.paper(Paper::Gone(RequestId::new(5))).end();
    assert_eq!(court.sentences(), [""; 0]);
    let mut court = Court::with_booking();
    court.paper(Paper::ListAsked(BookingId::new(1))).end();
    court.found("never heard which documents booking 1 has");
    let mut court = Court::with_booking();
    court.paper(Paper::ListAsked(BookingId::new(1)));
    court.paper(Paper::Offered(Vec::new())).end();
    assert_eq!(court.sentences(), [""; 0]);
    let mut court = Court::with_booking();
    let asked = Paper::UploadAsked(BookingId::new(1), document("h0-W1"));
    court.paper(asked).end();
    court.found("neither sent nor refused");
}

#[test]
fn a_document_of_which_nobody_was_told_is_found_only_where_its_booking_stands() {
    let mut court = Court::with_booking();
    court.written("h0-W1", "h0-A1").end();
    court.found("nobody was told of h0-W1");
    let mut court = Court::with_booking();
    court.written("h0-W1", "h0-A1").offered(1, "h0-W1", 0);
    court.written("h0-W1", "h0-A1").end();
    court.found("nobody was told of h0-W1");
    let mut court = Court::with_booking();
    court.written("h0-W1", "h0-A1");
    court.then(marked("h0-A1", Standing::Cancelled)).end();
    let sentences = court.sentences().join("\n");
    assert!(!sentences.contains("told of h0-W1"), "{sentences}");
}

#[test]
fn a_day_with_what_does_not_belong_to_it_is_found() {
    let mut court = Court::with_booking();
    court.paper(Paper::DaySent(day("2026-11-25", DayOf::Appointment)));
    court.found("does not belong to that day");
    let mut court = Court::with_booking();
    court.paper(Paper::DaySent(day("2026-11-24", DayOf::Creation)));
    court.found("does not belong to that day");
    let mut court = Court::with_booking();
    let mut seen = day("2026-11-24", DayOf::Appointment);
    seen.patients.push(PmsPatientId::parse("h0-P2").unwrap());
    court.paper(Paper::DaySent(seen));
    court.found("1 patients who have no appointment");
    let mut court = Court::with_booking();
    let mut seen = day("2026-11-24", DayOf::Appointment);
    seen.locations = names(&["h1-L1"]);
    court.paper(Paper::DaySent(seen));
    court.found("locations of another practice were sent");
}

#[test]
fn a_days_lists_that_shrank_unasked_are_found() {
    for (locations, practitioners, types) in [(0, 3, 1), (1, 1, 1), (1, 0, 1), (1, 3, 0)] {
        let shrunken = || {
            let mut seen = day("2026-11-24", DayOf::Appointment);
            let kept = |ids: BTreeSet<String>, count| ids.into_iter().take(count).collect();
            seen.locations = kept(seen.locations, locations);
            seen.practitioners = kept(seen.practitioners, practitioners);
            seen.types = kept(seen.types, types);
            seen
        };
        let mut court = Court::with_booking();
        court.paper(Paper::DaySent(day("2026-11-24", DayOf::Appointment)));
        court.paper(Paper::DaySent(shrunken()));
        court.found("nobody had accepted that");
    }
    let mut court = Court::with_booking();
    let mut fewer = day("2026-11-24", DayOf::Appointment);
    fewer.practitioners = names(&["h0-R1"]);
    court.paper(Paper::DaySent(day("2026-11-24", DayOf::Appointment)));
    court.then(Happening::RemovalsAccepted);
    court.paper(Paper::DaySent(fewer));
    assert_eq!(court.sentences(), [""; 0]);
    let mut court = Court::with_booking();
    let mut empty = day("2026-11-24", DayOf::Appointment);
    empty.practitioners.clear();
    court.paper(Paper::DaySent(empty));
    court.found("an empty list of practitioners was sent");
}
