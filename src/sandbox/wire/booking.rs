//! Answers to bookings, and what the connector reports of them.

use serde_json::Value;

use crate::sandbox::fields::{Fields, Read, member_id};

/// A booking stands in the PMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct ConfirmInsert {
    pub(in crate::sandbox) appointments: Vec<String>,
    pub(in crate::sandbox) patient: String,
}

impl ConfirmInsert {
    /// Reads the body of `confirmInsert`.
    pub(in crate::sandbox) fn read(body: &Value) -> Read<Self> {
        let fields = Fields::of(
            body,
            "",
            &[
                "pmsAppointmentIds",
                "pmsPatientId",
                "patientAppointmentLink",
                "patientAppointmentDescription",
                "practitionerAppointmentLink",
                "practitionerAppointmentDescription",
            ],
        )?;
        let mut appointments = Vec::new();
        for (path, member) in fields.list("pmsAppointmentIds")? {
            appointments.push(member_id(member, &path)?.to_owned());
        }
        if appointments.is_empty() {
            return Err(fields.broken("pmsAppointmentIds", "must name the appointment"));
        }
        for link in ["patientAppointmentLink", "practitionerAppointmentLink"] {
            if let Some(text) = fields.optional_text(link)?
                && url::Url::parse(text).is_err()
            {
                return Err(fields.broken(link, "must be a URL"));
            }
        }
        fields.optional_text("patientAppointmentDescription")?;
        fields.optional_text("practitionerAppointmentDescription")?;
        Ok(Self {
            appointments,
            patient: fields.id("pmsPatientId")?.to_owned(),
        })
    }
}

/// Reads a body whose one field is an optional reason.
pub(in crate::sandbox) fn read_reason(body: &Value) -> Read<Option<String>> {
    let fields = Fields::of(body, "", &["reason"])?;
    Ok(fields.nullable_text("reason")?.map(str::to_owned))
}
