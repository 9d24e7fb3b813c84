//! Client snapshots.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde_json::Value;

use crate::sandbox::fields::{Fields, Read};

const DATE_TYPES: [&str; 2] = ["appt_datetime", "appt_creation_datetime"];
const STATUSES: [&str; 6] = [
    "booked",
    "patient-dna",
    "patient-arrived",
    "patient-in-consult",
    "patient-complete",
    "cancelled",
];
const LONGEST_APPOINTMENT_MINUTES: i64 = 24 * 60;

/// A client snapshot, and how much it holds.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct ClientSnapshot {
    pub(in crate::sandbox) date: NaiveDate,
    pub(in crate::sandbox) date_type: String,
    pub(in crate::sandbox) appointments: usize,
    pub(in crate::sandbox) patients: usize,
}

impl ClientSnapshot {
    /// Reads a client snapshot. Each list's ids are unique, and what an appointment names is in
    /// the same snapshot: a missing one would be deleted.
    pub(in crate::sandbox) fn read(body: &Value) -> Read<Self> {
        let fields = Fields::of(
            body,
            "",
            &[
                "date",
                "dateType",
                "locations",
                "practitioners",
                "appointmentTypes",
                "appointments",
                "patients",
            ],
        )?;
        let date = fields.date("date")?;
        let date_type = fields.word("dateType", &DATE_TYPES)?;
        read_named(&fields, "locations", "pmsLocation")?;
        let practitioners = read_named(&fields, "practitioners", "pmsPractitioner")?;
        let types = read_named(&fields, "appointmentTypes", "pmsAppointmentType")?;
        let patients = read_patients(&fields)?;
        let mut seen = HashSet::new();
        for (path, member) in fields.list("appointments")? {
            let appointment = Fields::of(member, &path, &APPOINTMENT)?;
            let id = appointment.id("pmsAppointmentId")?;
            if !seen.insert(id) {
                return Err(appointment.broken("pmsAppointmentId", "must be unique"));
            }
            let names = [
                ("pmsPatientId", &patients),
                ("pmsPractitionerId", &practitioners),
                ("pmsAppointmentTypeId", &types),
            ];
            for (name, listed) in names {
                if !listed.contains(appointment.id(name)?) {
                    return Err(appointment.broken(name, "must be listed in the snapshot"));
                }
            }
            let created = appointment.timestamp("pmsAppointmentCreationTime")?;
            let time = appointment.timestamp("pmsAppointmentTime")?;
            appointment.integer("pmsAppointmentLength", 1, LONGEST_APPOINTMENT_MINUTES)?;
            appointment.word("pmsAppointmentStatus", &STATUSES)?;
            // Rule: only the appointments of that date.
            let (name, of) = if date_type == "appt_datetime" {
                ("pmsAppointmentTime", time)
            } else {
                ("pmsAppointmentCreationTime", created)
            };
            if of.date() != date {
                return Err(appointment.broken(name, "must be on the snapshot's date"));
            }
        }
        Ok(Self {
            date,
            date_type: date_type.to_owned(),
            appointments: seen.len(),
            patients: patients.len(),
        })
    }
}

const APPOINTMENT: [&str; 8] = [
    "pmsAppointmentId",
    "pmsPatientId",
    "pmsPractitionerId",
    "pmsAppointmentTypeId",
    "pmsAppointmentCreationTime",
    "pmsAppointmentTime",
    "pmsAppointmentLength",
    "pmsAppointmentStatus",
];

fn read_named<'a>(outer: &Fields<'a>, list: &str, prefix: &str) -> Read<HashSet<&'a str>> {
    let names = ["Id", "Name", "Status"].map(|part| format!("{prefix}{part}"));
    let [id, name, status] = names.each_ref().map(String::as_str);
    let mut ids = HashSet::new();
    for (path, member) in outer.list(list)? {
        let fields = Fields::of(member, &path, &[id, name, status])?;
        if !ids.insert(fields.id(id)?) {
            return Err(fields.broken(id, "must be unique"));
        }
        fields.id(name)?;
        fields.word(status, &["active", "inactive"])?;
    }
    Ok(ids)
}

fn read_patients<'a>(outer: &Fields<'a>) -> Read<HashSet<&'a str>> {
    let mut ids = HashSet::new();
    for (path, member) in outer.list("patients")? {
        let fields = Fields::of(
            member,
            &path,
            &[
                "pmsPatientId",
                "pmsPatientFirstname",
                "pmsPatientLastname",
                "pmsPatientPreferredName",
                "pmsPatientPhoneMobile",
                "pmsPatientPhoneHome",
                "pmsPatientPhoneWork",
                "pmsPatientSmsConsent",
                "pmsPatientAge16AndUnder",
                "pmsPatientCreationTime",
            ],
        )?;
        if !ids.insert(fields.id("pmsPatientId")?) {
            return Err(fields.broken("pmsPatientId", "must be unique"));
        }
        fields.text("pmsPatientFirstname")?;
        fields.text("pmsPatientLastname")?;
        for name in [
            "pmsPatientPreferredName",
            "pmsPatientPhoneMobile",
            "pmsPatientPhoneHome",
            "pmsPatientPhoneWork",
        ] {
            fields.optional_text(name)?;
        }
        fields.optional_bool("pmsPatientSmsConsent")?;
        fields.optional_bool("pmsPatientAge16AndUnder")?;
        fields.timestamp("pmsPatientCreationTime")?;
    }
    Ok(ids)
}
