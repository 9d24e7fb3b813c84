//! A day's appointments and their patients, with all of a practice's lists.

use serde::Serialize;

use super::request::date_word;
use crate::domain::client_day::{ClientAppointment, ClientDay, ClientPatient, InUse};
use crate::domain::diary::Standing;
use crate::domain::redacted::Redacted;

/// The snapshot as it is sent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::healthengine) struct WireSnapshot<'a> {
    date: String,
    date_type: &'static str,
    locations: Vec<WireLocation<'a>>,
    practitioners: Vec<WirePractitioner<'a>>,
    appointment_types: Vec<WireAppointmentType<'a>>,
    appointments: Vec<WireAppointment<'a>>,
    patients: Vec<WirePatient<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the definition's own names")]
struct WireLocation<'a> {
    pms_location_id: &'a str,
    pms_location_name: &'a str,
    pms_location_status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the definition's own names")]
struct WirePractitioner<'a> {
    pms_practitioner_id: &'a str,
    pms_practitioner_name: &'a str,
    pms_practitioner_status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the definition's own names")]
struct WireAppointmentType<'a> {
    pms_appointment_type_id: &'a str,
    pms_appointment_type_name: &'a str,
    pms_appointment_type_status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the definition's own names")]
struct WireAppointment<'a> {
    pms_appointment_id: &'a str,
    pms_patient_id: &'a str,
    pms_practitioner_id: &'a str,
    pms_appointment_type_id: &'a str,
    pms_appointment_creation_time: String,
    pms_appointment_time: String,
    /// Rule: here the length is in minutes.
    pms_appointment_length: u64,
    pms_appointment_status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the definition's own names")]
struct WirePatient<'a> {
    pms_patient_id: &'a str,
    pms_patient_firstname: &'a str,
    pms_patient_lastname: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pms_patient_preferred_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pms_patient_phone_mobile: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pms_patient_phone_home: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pms_patient_phone_work: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pms_patient_sms_consent: Option<bool>,
    #[serde(rename = "pmsPatientAge16AndUnder")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pms_patient_age_16_and_under: Option<bool>,
    pms_patient_creation_time: String,
}

const fn status(use_now: InUse) -> &'static str {
    match use_now {
        InUse::Active => "active",
        InUse::Inactive => "inactive",
    }
}

const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Booked => "booked",
        Standing::Arrived => "patient-arrived",
        Standing::InConsult => "patient-in-consult",
        Standing::Complete => "patient-complete",
        Standing::DidNotAttend => "patient-dna",
        Standing::Cancelled => "cancelled",
    }
}

fn revealed(text: Option<&Redacted<String>>) -> Option<&str> {
    text.map(|text| text.reveal().as_str())
}

impl<'a> WireSnapshot<'a> {
    /// The snapshot as it is sent.
    pub(in crate::healthengine) fn of(snapshot: &'a ClientDay) -> Self {
        let locations = snapshot.locations.iter().map(|location| WireLocation {
            pms_location_id: location.id.as_str(),
            pms_location_name: &location.name,
            pms_location_status: status(location.use_now),
        });
        let practitioners = snapshot.practitioners.iter().map(|one| WirePractitioner {
            pms_practitioner_id: one.id.as_str(),
            pms_practitioner_name: &one.name,
            pms_practitioner_status: status(one.use_now),
        });
        let types = snapshot
            .appointment_types
            .iter()
            .map(|kind| WireAppointmentType {
                pms_appointment_type_id: kind.id.as_str(),
                pms_appointment_type_name: &kind.name,
                pms_appointment_type_status: status(kind.use_now),
            });
        Self {
            date: snapshot.date.to_string(),
            date_type: date_word(snapshot.by),
            locations: locations.collect(),
            practitioners: practitioners.collect(),
            appointment_types: types.collect(),
            appointments: snapshot
                .appointments
                .iter()
                .map(WireAppointment::of)
                .collect(),
            patients: snapshot.patients.iter().map(WirePatient::of).collect(),
        }
    }
}

impl<'a> WireAppointment<'a> {
    fn of(appointment: &'a ClientAppointment) -> Self {
        Self {
            pms_appointment_id: appointment.id.as_str(),
            pms_patient_id: appointment.patient.as_str(),
            pms_practitioner_id: appointment.practitioner.as_str(),
            pms_appointment_type_id: appointment.appointment_type.as_str(),
            pms_appointment_creation_time: appointment.created.to_string(),
            pms_appointment_time: appointment.start.to_string(),
            pms_appointment_length: appointment.length.as_secs().div_ceil(60),
            pms_appointment_status: standing(appointment.standing),
        }
    }
}

impl<'a> WirePatient<'a> {
    fn of(patient: &'a ClientPatient) -> Self {
        Self {
            pms_patient_id: patient.id.as_str(),
            pms_patient_firstname: patient.given_name.reveal(),
            pms_patient_lastname: patient.surname.reveal(),
            pms_patient_preferred_name: revealed(patient.preferred_name.as_ref()),
            pms_patient_phone_mobile: revealed(patient.mobile.as_ref()),
            pms_patient_phone_home: revealed(patient.home_phone.as_ref()),
            pms_patient_phone_work: revealed(patient.work_phone.as_ref()),
            pms_patient_sms_consent: patient.sms_consent,
            pms_patient_age_16_and_under: patient.is_16_or_younger,
            pms_patient_creation_time: patient.created.to_string(),
        }
    }
}
