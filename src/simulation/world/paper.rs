//! Documents, and days with their patients: what patients hand in, what staff write, and what
//! Healthengine asks for.

use chrono::{Days, TimeDelta};

use super::{What, World};
use crate::domain::booking::Place;
use crate::domain::client_day::DayOf;
use crate::domain::clock::Clock as _;
use crate::domain::feature::ExtraFeature;
use crate::domain::id::{BookingId, PmsDocumentId, PmsPatientId, RequestId};
use crate::simulation::healthengine::HandedIn;
use crate::simulation::patient::REASON;

/// For how many days after an appointment staff write documents for it.
const WRITTEN_WITHIN: Days = Days::new(5);

impl World {
    /// Somebody does something with documents, or wants a day with its patients.
    pub(super) fn papers(&mut self, at: usize) {
        match self.random.u8(0..13) {
            0..=3 => self.hands_in(at),
            4..=6 => self.writes(at),
            7 => self.wants_list(at),
            8 | 9 => self.wants_upload(at),
            _ => self.wants_client_day(at),
        }
        self.tell(at);
    }

    /// A patient hands a document in; not all of them arrive as they should.
    fn hands_in(&mut self, at: usize) {
        if !self.has(at, ExtraFeature::AttachDocuments) {
            return;
        }
        let Some((booking, place)) = self.a_placed(at) else {
            return;
        };
        let manner = self.random.u8(0..12);
        let number = self.random.u32(..);
        let taken_back = TimeDelta::milliseconds(self.random.i64(100..30_000));
        let Some(house) = self.houses.get_mut(at) else {
            return;
        };
        let request = house.next_id(at);
        let text = format!("{REASON} {number} of Sample-{request}");
        let mut document = HandedIn::of(Some(place.patient), text.as_bytes()).named(&text);
        let metadata = &mut document.metadata;
        metadata.hash = Some(sha1(text.as_bytes()));
        match manner {
            0 => metadata.hash = Some(sha1(b"another")),
            1 => document.garbled = u32::MAX,
            2 => document.garbled = 1,
            3 => {
                metadata.hash = None;
                document.garbled = 2;
            }
            4 => metadata.pms_patient = PmsPatientId::parse("nobody").ok(),
            // Another practice's, if it has one.
            5 => metadata.pms_patient = PmsPatientId::parse(&format!("h{}-P1", at + 1)).ok(),
            6 => {
                metadata.pms_patient = None;
                metadata.booking = Some(booking);
            }
            7 => metadata.pms_patient = None,
            _ => {}
        }
        let request = house.healthengine.hand_in(request, document);
        match manner {
            8 => house.healthengine.take_back(request),
            9 => self.at(taken_back, What::TakeBack { house: at, request }),
            _ => {}
        }
    }

    /// A patient takes back what was handed in.
    pub(super) fn takes_back(&self, at: usize, request: RequestId) {
        if let Some(house) = self.houses.get(at) {
            house.healthengine.take_back(request);
        }
    }

    /// Staff write a document for an appointment that a patient booked, or write it anew.
    fn writes(&mut self, at: usize) {
        let Some((_, place)) = self.a_placed(at) else {
            return;
        };
        let anew = self.random.u8(0..4) == 0;
        let number = self.random.u32(..);
        let now = self.clock.now();
        let Some(house) = self.houses.get(at) else {
            return;
        };
        let today = house.plan.profile.zone.today(now);
        let mut state = house.pms.state();
        let diary = &mut state.diary;
        let found = diary
            .appointments
            .iter()
            .find(|one| place.appointments.contains(&one.id));
        let lately = found.filter(|one| {
            let until = one.start.date().checked_add_days(WRITTEN_WITHIN);
            until.is_some_and(|until| today <= until)
        });
        if let Some(appointment) = lately.map(|one| one.id.clone()) {
            let mut offered = diary.papers.offered.iter();
            let known = offered.find(|one| anew && one.appointment == appointment);
            let id = match known {
                Some(known) => known.document.id.to_string(),
                None => format!("h{at}-W{}", diary.papers.offered.len() + 1),
            };
            let text = format!("{REASON} {number} of {appointment}");
            // An id that cannot be made is a document that is not written.
            drop(diary.offer(&appointment, &id, text.as_bytes()));
        }
        drop(state);
        house.pms.settle();
    }

    fn wants_list(&mut self, at: usize) {
        if !self.has(at, ExtraFeature::Documents) {
            return;
        }
        if let Some((booking, house)) = self.a_booking(at).zip(self.houses.get(at)) {
            house.healthengine.want_list(booking);
        }
    }

    /// Healthengine asks for a booking's document, or, with another's id, for one that it has not.
    fn wants_upload(&mut self, at: usize) {
        if !self.has(at, ExtraFeature::Documents) {
            return;
        }
        let any = self.a_placed(at);
        let wrong = self.random.u8(0..6);
        let Some(house) = self.houses.get(at) else {
            return;
        };
        let state = house.pms.state();
        let chosen = self.random.choice(&state.diary.papers.offered);
        let chosen = chosen.map(|one| (one.document.id.clone(), one.appointment.clone()));
        drop(state);
        let books = house.healthengine.books();
        let own = chosen.as_ref().and_then(|(_, appointment)| {
            let mut told = books.told.iter();
            let is_there = |place: &Place| place.appointments.contains(appointment);
            let told = told.find(|told| told.what.place().is_some_and(is_there))?;
            Some(told.booking)
        });
        drop(books);
        let any = any.map(|(booking, _)| booking);
        let booking = if wrong < 2 { any } else { own };
        let id = chosen.map(|(id, _)| id).filter(|_| wrong > 0);
        let id = id.or_else(|| PmsDocumentId::parse("nothing").ok());
        if let Some((booking, id)) = booking.zip(id) {
            house.healthengine.want_upload(booking, id);
        }
    }

    fn wants_client_day(&mut self, at: usize) {
        let days = Days::new(self.random.u64(0..3));
        let made = self.random.bool();
        let now = self.clock.now();
        if !self.has(at, ExtraFeature::ClientSnapshots) {
            return;
        }
        let Some(house) = self.houses.get(at) else {
            return;
        };
        let today = house.plan.profile.zone.today(now);
        let wanted = if made {
            today.checked_sub_days(days).zip(Some(DayOf::Creation))
        } else {
            today.checked_add_days(days).zip(Some(DayOf::Appointment))
        };
        let mut books = house.healthengine.books();
        books.extra.snapshots_wanted.extend(wanted);
    }

    /// Rule: requests of a feature come only while it is on.
    fn has(&self, at: usize, feature: ExtraFeature) -> bool {
        self.houses
            .get(at)
            .is_some_and(|house| house.healthengine.books().extra.is_on(feature))
    }

    /// A booking of which Healthengine knows where it stands.
    fn a_placed(&mut self, at: usize) -> Option<(BookingId, Place)> {
        let booking = self.a_booking(at)?;
        let told = self.houses.get(at)?.healthengine.told(booking);
        let place = told.iter().find_map(|answer| answer.place().cloned())?;
        Some((booking, place))
    }
}

fn sha1(bytes: &[u8]) -> String {
    let algorithm = &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
    let digest = aws_lc_rs::digest::digest(algorithm, bytes);
    let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}
