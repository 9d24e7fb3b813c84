//! The diary itself: resources, hours, appointments, patients, and what changed.

use std::collections::BTreeMap;
use std::time::Duration;

use super::document::Papers;
use crate::domain::availability::{Cut, FreeDay, FreeTime};
use crate::domain::booking::{Place, RejectReason, Slot};
use crate::domain::civil::{LocalDateTime, TimeRange, Zone};
use crate::domain::diary::{
    AppointmentSeen, AppointmentType, Booked, Resource, Standing, Wanted, WantedPatient,
};
use crate::domain::id::{BookingKey, InvalidId, PmsAppointmentId, PmsPatientId, PmsResourceId};
use crate::domain::patient::{Patient, PatientRecord};
use crate::pms::{ChangeCursor, Changes, PmsError, Support};
use crate::simulation::chronicle::Happening;
use chrono::{DateTime, NaiveDate, Utc};

/// What the practice's system holds.
#[derive(Debug, Clone)]
pub struct Diary {
    /// Its resources.
    pub resources: Vec<Resource>,
    /// Its appointment types.
    pub types: Vec<AppointmentType>,
    /// Every day's hours, of every resource.
    pub hours: Vec<TimeRange>,
    /// Days with other hours.
    pub exceptions: BTreeMap<NaiveDate, Vec<TimeRange>>,
    /// Every appointment that was ever made.
    pub appointments: Vec<Appointment>,
    /// Every patient of the practice.
    pub patients: Vec<PatientRecord>,
    /// Into which lengths the free time is cut.
    pub slot: Duration,
    /// What every id that the system gives begins with.
    pub prefix: String,
    /// A resource whose free time cannot be read.
    pub unreadable: Option<PmsResourceId>,
    /// Every location, by id.
    pub locations: Vec<String>,
    /// The practice's zone; without one its clock shows UTC.
    pub zone: Option<Zone>,
    /// Whether a client day holds every appointment and every patient there is.
    pub careless: bool,
    /// Its documents.
    pub papers: Papers,
    /// The time at which something is written now.
    pub(super) now: DateTime<Utc>,
    /// What is to be noted.
    happened: Vec<Happening>,
    /// The days that changed; `None`: everything did.
    changed: Vec<Option<(PmsResourceId, NaiveDate)>>,
    /// At which lengths of the log everything changed.
    everything: Vec<usize>,
}

/// An appointment.
#[derive(Debug, Clone)]
pub struct Appointment {
    /// The system's id of it.
    pub id: PmsAppointmentId,
    /// The booking's key, where the connector made it and the system keeps it.
    pub key: Option<BookingKey>,
    /// With whom.
    pub resource: PmsResourceId,
    /// From when, practice-local.
    pub start: LocalDateTime,
    /// For how long.
    pub length: Duration,
    /// For whom.
    pub patient: PmsPatientId,
    /// What has become of it.
    pub standing: Standing,
    /// When it was made, practice-local.
    pub created: LocalDateTime,
}

impl Appointment {
    /// As the adapter tells of it.
    pub fn booked(&self) -> Booked {
        Booked {
            appointments: vec![self.id.clone()],
            patient: self.patient.clone(),
            standing: self.standing,
        }
    }

    fn range(&self) -> Option<TimeRange> {
        let end = self.start.plus(self.length).time_of_day();
        TimeRange::new(self.start.time_of_day(), end)
    }

    fn stands(&self) -> bool {
        self.standing != Standing::Cancelled
    }
}

impl Diary {
    /// An empty diary of these resources and types, with these hours every day.
    pub fn new(
        resources: Vec<Resource>,
        types: Vec<AppointmentType>,
        hours: Vec<TimeRange>,
        slot: Duration,
    ) -> Self {
        Self {
            resources,
            types,
            hours,
            slot,
            prefix: String::new(),
            exceptions: BTreeMap::new(),
            appointments: Vec::new(),
            patients: Vec::new(),
            unreadable: None,
            locations: vec!["L1".to_owned()],
            zone: None,
            careless: false,
            now: DateTime::UNIX_EPOCH,
            papers: Papers::default(),
            happened: Vec::new(),
            changed: Vec::new(),
            everything: Vec::new(),
        }
    }

    /// What the practice's clock shows now.
    pub(super) fn local_now(&self) -> LocalDateTime {
        match self.zone {
            Some(zone) => zone.local(self.now),
            None => LocalDateTime::from_naive(self.now.naive_utc()),
        }
    }

    /// What has happened since the last call.
    pub fn happened(&mut self) -> Vec<Happening> {
        std::mem::take(&mut self.happened)
    }

    pub(super) fn note(&mut self, what: Happening) {
        self.happened.push(what);
    }

    /// Resources, types or hours were changed: the feed says so.
    pub fn everything_changed(&mut self) {
        self.everything.push(self.changed.len());
        self.changed.push(None);
    }

    /// Staff type in an appointment.
    pub fn enter(
        &mut self,
        resource: &PmsResourceId,
        start: LocalDateTime,
        length: Duration,
        patient: Patient,
    ) -> Result<PmsAppointmentId, InvalidId> {
        let patient = self.patient_of(&WantedPatient::New(Box::new(patient)))?;
        let slot = Slot {
            resource: resource.clone(),
            start,
            length,
        };
        let made = self.put(None, Support::Yes, slot, patient)?;
        Ok(made.id)
    }

    /// Staff or a cancellation change what has become of an appointment.
    pub fn mark(&mut self, id: &PmsAppointmentId, standing: Standing) {
        let Some(found) = self.appointments.iter_mut().find(|one| one.id == *id) else {
            return;
        };
        if found.standing != standing {
            let id = id.clone();
            self.happened.push(Happening::Marked { id, standing });
        }
        found.standing = standing;
        self.changed
            .push(Some((found.resource.clone(), found.start.date())));
    }

    /// Something about an appointment changed: the feed names its day.
    pub(super) fn day_of_changed(&mut self, id: &PmsAppointmentId) {
        let found = self.appointments.iter().find(|one| one.id == *id);
        let day = found.map(|one| (one.resource.clone(), one.start.date()));
        self.changed.extend(day.map(Some));
    }

    /// The patients' own record of somebody.
    pub fn admit(&mut self, patient: Patient) -> Result<PmsPatientId, InvalidId> {
        self.patient_of(&WantedPatient::New(Box::new(patient)))
    }

    /// What has become of an appointment; `None`: it is not there any more.
    pub fn standing(&self, place: &Place) -> Option<Standing> {
        let of_place = |one: &&Appointment| place.appointments.contains(&one.id);
        self.appointments
            .iter()
            .find(of_place)
            .map(|one| one.standing)
    }

    /// The appointment with this key.
    pub fn with_key(&self, key: &BookingKey) -> Option<&Appointment> {
        self.appointments
            .iter()
            .find(|one| one.key.as_ref() == Some(key))
    }

    /// Makes an appointment as an online booking: once for each key that is kept.
    pub fn book(
        &mut self,
        key: &BookingKey,
        wanted: &Wanted,
        keeps_key: Support,
    ) -> Result<Booked, PmsError> {
        if let Some(known) = self.with_key(key) {
            return Ok(known.booked());
        }
        let refused = |reason| Err(PmsError::Refused(reason));
        if self.resources.iter().all(|one| one.id != wanted.resource) {
            return refused(RejectReason::ResourceUnknown);
        }
        let end = wanted.start.plus(wanted.length).time_of_day();
        let Some(asked) = TimeRange::new(wanted.start.time_of_day(), end) else {
            return refused(RejectReason::OutsideHours);
        };
        let date = wanted.start.date();
        let inside =
            |hours: &TimeRange| hours.start() <= asked.start() && asked.end() <= hours.end();
        if !self.hours_on(date).iter().any(inside) {
            return refused(RejectReason::OutsideHours);
        }
        if self
            .standing_on(&wanted.resource, date)
            .filter_map(Appointment::range)
            .any(|taken| taken.overlaps(asked))
        {
            return refused(RejectReason::SlotTaken);
        }
        let made = self.patient_of(&wanted.patient).and_then(|patient| {
            let slot = Slot {
                resource: wanted.resource.clone(),
                start: wanted.start,
                length: wanted.length,
            };
            self.put(Some(key), keeps_key, slot, patient)
        });
        made.map(|made| made.booked())
            .map_err(|error| PmsError::NotDone(error.to_string()))
    }

    /// The free time of a day.
    pub fn free(&self, resource: &PmsResourceId, date: NaiveDate) -> FreeDay {
        let mut left = self.hours_on(date);
        for taken in self
            .standing_on(resource, date)
            .filter_map(Appointment::range)
        {
            left = left
                .into_iter()
                .flat_map(|range| range.without(taken))
                .collect();
        }
        let cut = Cut::Every(self.slot);
        let free = left.into_iter().map(|range| FreeTime {
            range,
            cut,
            types: Vec::new(),
        });
        FreeDay {
            resource: resource.clone(),
            date,
            free: free.collect(),
        }
    }

    /// The patients of the same surname or phone.
    pub fn like(&self, patient: &Patient) -> Vec<PatientRecord> {
        let alike = self.patients.iter().filter(|known| {
            let details = &known.details;
            details.surname == patient.surname || details.phone == patient.phone
        });
        alike.cloned().collect()
    }

    /// The standing appointments that start at this time.
    pub fn seen_at(&self, resource: &PmsResourceId, start: LocalDateTime) -> Vec<AppointmentSeen> {
        let here = self
            .standing_on(resource, start.date())
            .filter(|one| one.start == start);
        here.filter_map(|one| {
            Some(AppointmentSeen {
                id: one.id.clone(),
                key: one.key.clone(),
                start: one.start,
                patient: self
                    .patients
                    .iter()
                    .find(|known| known.id == one.patient)?
                    .clone(),
            })
        })
        .collect()
    }

    /// What has changed since.
    pub fn changes(&self, since: Option<&ChangeCursor>) -> Changes {
        let now = self.changed.len();
        let from = since.map_or(now, |cursor| cursor.0.parse().unwrap_or(now));
        Changes {
            cursor: ChangeCursor(now.to_string()),
            days: self.changed.iter().skip(from).flatten().cloned().collect(),
            everything: self.everything.iter().any(|at| *at >= from),
        }
    }

    fn hours_on(&self, date: NaiveDate) -> Vec<TimeRange> {
        self.exceptions.get(&date).unwrap_or(&self.hours).clone()
    }

    fn standing_on<'a>(
        &'a self,
        resource: &'a PmsResourceId,
        date: NaiveDate,
    ) -> impl Iterator<Item = &'a Appointment> {
        let here = move |one: &&Appointment| one.resource == *resource && one.start.date() == date;
        self.appointments
            .iter()
            .filter(here)
            .filter(|one| one.stands())
    }

    fn put(
        &mut self,
        key: Option<&BookingKey>,
        keeps_key: Support,
        slot: Slot,
        patient: PmsPatientId,
    ) -> Result<Appointment, InvalidId> {
        let number = self.appointments.len().saturating_add(1);
        let made = Appointment {
            id: PmsAppointmentId::parse(&format!("{}A{number}", self.prefix))?,
            key: key.filter(|_| keeps_key == Support::Yes).cloned(),
            resource: slot.resource.clone(),
            start: slot.start,
            length: slot.length,
            patient,
            standing: Standing::Booked,
            created: self.local_now(),
        };
        let whose = self.patients.iter().find(|known| known.id == made.patient);
        self.happened.push(Happening::Made {
            id: made.id.clone(),
            key: key.cloned(),
            slot: slot.clone(),
            patient: made.patient.clone(),
            surname: whose.and_then(|known| known.details.surname.clone()),
        });
        self.changed.push(Some((slot.resource, slot.start.date())));
        self.appointments.push(made.clone());
        Ok(made)
    }

    fn patient_of(&mut self, wanted: &WantedPatient) -> Result<PmsPatientId, InvalidId> {
        match wanted {
            WantedPatient::Existing(id) => Ok(id.clone()),
            WantedPatient::New(details) => {
                let number = self.patients.len().saturating_add(1);
                let id = PmsPatientId::parse(&format!("{}P{number}", self.prefix))?;
                let details = (**details).clone();
                self.patients.push(PatientRecord {
                    id: id.clone(),
                    details,
                });
                Ok(id)
            }
        }
    }
}
