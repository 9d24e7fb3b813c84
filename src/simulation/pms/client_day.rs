//! A day with its patients, as the model's adapter tells of it.

use chrono::NaiveDate;

use super::{Appointment, Diary};
use crate::domain::client_day::{
    ClientAppointment, ClientDay, ClientPatient, DayOf, InUse, Listed,
};
use crate::domain::id::{InvalidId, PmsAppointmentTypeId, PmsLocationId, PmsPractitionerId};
use crate::domain::patient::PatientRecord;
use crate::domain::redacted::Redacted;
use crate::pms::PmsError;

impl Diary {
    /// A day with its patients; with everything there is, where the adapter is careless.
    pub(super) fn client_day(&self, date: NaiveDate, by: DayOf) -> Result<ClientDay, PmsError> {
        self.try_client_day(date, by)
            .map_err(|error| PmsError::NotDone(error.to_string()))
    }

    fn try_client_day(&self, date: NaiveDate, by: DayOf) -> Result<ClientDay, InvalidId> {
        let is_of = |one: &&Appointment| {
            let of = match by {
                DayOf::Appointment => one.start.date(),
                DayOf::Creation => one.created.date(),
            };
            self.careless || of == date
        };
        let of_day: Vec<&Appointment> = self.appointments.iter().filter(is_of).collect();
        let is_theirs = |known: &&PatientRecord| {
            self.careless || of_day.iter().any(|one| one.patient == known.id)
        };
        let locations = self
            .locations
            .iter()
            .map(|id| Ok(listed(PmsLocationId::parse(id)?, id)));
        let practitioners = self.resources.iter().map(|one| {
            let id = PmsPractitionerId::parse(one.id.as_str())?;
            Ok(listed(id, &one.name))
        });
        let types = self
            .types
            .iter()
            .map(|one| listed(one.id.clone(), &one.name));
        Ok(ClientDay {
            date,
            by,
            locations: locations.collect::<Result<_, InvalidId>>()?,
            practitioners: practitioners.collect::<Result<_, InvalidId>>()?,
            appointment_types: types.collect(),
            appointments: of_day
                .iter()
                .map(|one| self.appointment(one))
                .collect::<Result<_, _>>()?,
            patients: self
                .patients
                .iter()
                .filter(is_theirs)
                .map(|known| self.patient(known))
                .collect(),
        })
    }

    fn appointment(&self, one: &Appointment) -> Result<ClientAppointment, InvalidId> {
        let of = self.types.first().map(|first| first.id.clone());
        Ok(ClientAppointment {
            id: one.id.clone(),
            patient: one.patient.clone(),
            practitioner: PmsPractitionerId::parse(one.resource.as_str())?,
            appointment_type: of.map_or_else(|| PmsAppointmentTypeId::parse("none"), Ok)?,
            created: one.created,
            start: one.start,
            length: one.length,
            standing: one.standing,
        })
    }

    fn patient(&self, known: &PatientRecord) -> ClientPatient {
        let name = |text: &Option<Redacted<String>>| {
            text.clone().unwrap_or_else(|| Redacted::new(String::new()))
        };
        ClientPatient {
            id: known.id.clone(),
            given_name: name(&known.details.given_name),
            surname: name(&known.details.surname),
            preferred_name: None,
            mobile: known.details.phone.clone(),
            home_phone: None,
            work_phone: None,
            sms_consent: None,
            is_16_or_younger: None,
            created: self.local_now(),
        }
    }
}

fn listed<Id>(id: Id, name: &str) -> Listed<Id> {
    Listed {
        id,
        name: name.to_owned(),
        use_now: InUse::Active,
    }
}
