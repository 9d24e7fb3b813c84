//! A PMS in memory, told in the words of a test.

use std::time::Duration;

use healthengine_connector::domain::diary::{AppointmentType, Resource};
use healthengine_connector::domain::id::{
    PmsAppointmentId, PmsAppointmentTypeId, PmsPatientId, PmsResourceId,
};
use healthengine_connector::domain::patient::Patient;
use healthengine_connector::pms::{Description, Support};
pub(crate) use healthengine_connector::simulation::pms::{Call, Diary, Fault, PmsModel};

use super::{local, minutes, range};

/// Two resources, two types, every day from nine to twelve; it can do everything.
pub(crate) fn usual() -> PmsModel {
    let can = Description {
        system: "Model",
        max_publish_days: 90,
        window_days: 31,
        keeps_key: Support::Yes,
        cancel: Support::Yes,
        change_feed: Support::Yes,
        standings: Support::Yes,
        documents: Support::No,
        attachments: Support::No,
        client_days: Support::No,
        settles_within: Duration::ZERO,
    };
    let resources = vec![resource("R1"), resource("R2")];
    let types = vec![
        appointment_type("T1", None),
        appointment_type("T2", Some("R2")),
    ];
    let hours = vec![range("09:00", "12:00")];
    PmsModel::new(can, Diary::new(resources, types, hours, minutes(30)))
}

/// What staff do at the front desk.
pub(crate) trait FrontDesk {
    /// Staff type in an appointment of half an hour.
    fn type_in(&mut self, resource: &str, start: &str, patient: Patient) -> PmsAppointmentId;

    /// Staff make a record of somebody.
    fn register(&mut self, patient: Patient) -> PmsPatientId;
}

impl FrontDesk for Diary {
    fn type_in(&mut self, resource: &str, start: &str, patient: Patient) -> PmsAppointmentId {
        let resource = PmsResourceId::parse(resource).unwrap();
        self.enter(&resource, local(start), minutes(30), patient)
            .unwrap()
    }

    fn register(&mut self, patient: Patient) -> PmsPatientId {
        self.admit(patient).unwrap()
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
