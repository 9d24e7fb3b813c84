//! The diary itself: resources, hours, appointments, patients, and what changed.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;
use healthengine_connector::domain::availability::{Cut, FreeDay, FreeTime};
use healthengine_connector::domain::booking::RejectReason;
use healthengine_connector::domain::civil::{LocalDateTime, TimeRange};
use healthengine_connector::domain::diary::{
    AppointmentSeen, AppointmentType, Booked, Resource, Standing, Wanted, WantedPatient,
};
use healthengine_connector::domain::id::{
    BookingKey, PmsAppointmentId, PmsAppointmentTypeId, PmsPatientId, PmsResourceId,
};
use healthengine_connector::domain::patient::{Patient, PatientRecord};
use healthengine_connector::pms::{ChangeCursor, Changes, PmsError, Support};

use crate::world::{minutes, range};

/// What the practice's system holds.
pub(crate) struct Diary {
    pub(crate) resources: Vec<Resource>,
    pub(crate) types: Vec<AppointmentType>,
    /// Every day's hours, of every resource.
    pub(crate) hours: Vec<TimeRange>,
    /// Days with other hours.
    pub(crate) exceptions: BTreeMap<NaiveDate, Vec<TimeRange>>,
    pub(crate) appointments: Vec<Appointment>,
    pub(crate) patients: Vec<PatientRecord>,
    /// A resource whose free time cannot be read.
    pub(crate) unreadable: Option<PmsResourceId>,
    changed: Vec<(PmsResourceId, NaiveDate)>,
    /// At which lengths of the log everything changed.
    everything: Vec<usize>,
}

/// An appointment.
#[derive(Debug, Clone)]
pub(crate) struct Appointment {
    pub(crate) id: PmsAppointmentId,
    pub(crate) key: Option<BookingKey>,
    pub(crate) resource: PmsResourceId,
    pub(crate) start: LocalDateTime,
    pub(crate) length: Duration,
    pub(crate) patient: PmsPatientId,
    pub(crate) standing: Standing,
}

impl Appointment {
    /// As the adapter tells of it.
    pub(crate) fn booked(&self) -> Booked {
        Booked {
            appointments: vec![self.id.clone()],
            patient: self.patient.clone(),
            standing: self.standing,
        }
    }

    fn range(&self) -> TimeRange {
        let end = self.start.plus(self.length).time_of_day();
        TimeRange::new(self.start.time_of_day(), end).unwrap()
    }

    fn stands(&self) -> bool {
        self.standing != Standing::Cancelled
    }
}

impl Diary {
    pub(crate) fn new() -> Self {
        Self {
            resources: vec![resource("R1"), resource("R2")],
            types: vec![
                appointment_type("T1", None),
                appointment_type("T2", Some("R2")),
            ],
            hours: vec![range("09:00", "12:00")],
            exceptions: BTreeMap::new(),
            appointments: Vec::new(),
            patients: Vec::new(),
            unreadable: None,
            changed: Vec::new(),
            everything: Vec::new(),
        }
    }

    /// Resources, types or hours were changed: the feed says so.
    pub(crate) fn everything_changed(&mut self) {
        self.everything.push(self.changed.len());
        let any = self.resources.first().map(|one| one.id.clone());
        self.changed
            .push((any.unwrap_or_else(|| resource("none").id), NaiveDate::MIN));
    }

    /// Staff type in an appointment of half an hour.
    pub(crate) fn type_in(
        &mut self,
        resource: &str,
        start: &str,
        patient: Patient,
    ) -> PmsAppointmentId {
        let patient = self.patient_of(&WantedPatient::New(Box::new(patient)));
        let resource = PmsResourceId::parse(resource).unwrap();
        self.put(
            None,
            resource,
            crate::world::local(start),
            minutes(30),
            patient,
        )
    }

    /// Staff or a cancellation change what has become of an appointment.
    pub(crate) fn mark(&mut self, id: &PmsAppointmentId, standing: Standing) {
        let Some(found) = self.appointments.iter_mut().find(|one| one.id == *id) else {
            return;
        };
        found.standing = standing;
        self.changed
            .push((found.resource.clone(), found.start.date()));
    }

    /// The patients' own record of somebody.
    pub(crate) fn register(&mut self, patient: Patient) -> PmsPatientId {
        self.patient_of(&WantedPatient::New(Box::new(patient)))
    }

    /// The appointment with this key.
    pub(crate) fn with_key(&self, key: &BookingKey) -> Option<&Appointment> {
        self.appointments
            .iter()
            .find(|one| one.key.as_ref() == Some(key))
    }

    pub(crate) fn book(
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
            .any(|one| one.range().overlaps(asked))
        {
            return refused(RejectReason::SlotTaken);
        }
        let patient = self.patient_of(&wanted.patient);
        let key = (keeps_key == Support::Yes).then(|| key.clone());
        let id = self.put(
            key,
            wanted.resource.clone(),
            wanted.start,
            wanted.length,
            patient,
        );
        let made = self.appointments.iter().find(|one| one.id == id).unwrap();
        Ok(made.booked())
    }

    /// The free time of a day.
    pub(crate) fn free(&self, resource: &PmsResourceId, date: NaiveDate) -> FreeDay {
        let mut left = self.hours_on(date);
        for taken in self.standing_on(resource, date) {
            left = left
                .into_iter()
                .flat_map(|range| range.without(taken.range()))
                .collect();
        }
        let cut = Cut::Every(minutes(30));
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

    pub(crate) fn like(&self, patient: &Patient) -> Vec<PatientRecord> {
        let alike = self
            .patients
            .iter()
            .filter(|known| known.details.surname == patient.surname);
        alike.cloned().collect()
    }

    pub(crate) fn seen_at(
        &self,
        resource: &PmsResourceId,
        start: LocalDateTime,
    ) -> Vec<AppointmentSeen> {
        let here = self
            .standing_on(resource, start.date())
            .filter(|one| one.start == start);
        here.map(|one| AppointmentSeen {
            id: one.id.clone(),
            key: one.key.clone(),
            start: one.start,
            patient: self
                .patients
                .iter()
                .find(|known| known.id == one.patient)
                .unwrap()
                .clone(),
        })
        .collect()
    }

    pub(crate) fn changes(&self, since: Option<&ChangeCursor>) -> Changes {
        let from = since.map_or(self.changed.len(), |cursor| cursor.0.parse().unwrap());
        Changes {
            cursor: ChangeCursor(self.changed.len().to_string()),
            days: self.changed[from..].to_vec(),
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
        key: Option<BookingKey>,
        resource: PmsResourceId,
        start: LocalDateTime,
        length: Duration,
        patient: PmsPatientId,
    ) -> PmsAppointmentId {
        let number = self.appointments.len() + 1;
        let id = PmsAppointmentId::parse(&format!("A{number}")).unwrap();
        self.changed.push((resource.clone(), start.date()));
        self.appointments.push(Appointment {
            id: id.clone(),
            key,
            resource,
            start,
            length,
            patient,
            standing: Standing::Booked,
        });
        id
    }

    fn patient_of(&mut self, wanted: &WantedPatient) -> PmsPatientId {
        match wanted {
            WantedPatient::Existing(id) => id.clone(),
            WantedPatient::New(details) => {
                let number = self.patients.len() + 1;
                let id = PmsPatientId::parse(&format!("P{number}")).unwrap();
                let details = (**details).clone();
                self.patients.push(PatientRecord {
                    id: id.clone(),
                    details,
                });
                id
            }
        }
    }
}

/// A resource with this id.
pub(crate) fn resource(id: &str) -> Resource {
    Resource {
        id: PmsResourceId::parse(id).unwrap(),
        name: format!("Practitioner {id}"),
        title: None,
        first_name: None,
        last_name: None,
    }
}

/// A type of half an hour with this id, of one resource or of all.
pub(crate) fn appointment_type(id: &str, only: Option<&str>) -> AppointmentType {
    AppointmentType {
        id: PmsAppointmentTypeId::parse(id).unwrap(),
        name: format!("Type {id}"),
        length: Some(minutes(30)),
        resource: only.map(|id| PmsResourceId::parse(id).unwrap()),
    }
}
