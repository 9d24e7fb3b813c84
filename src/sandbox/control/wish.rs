//! What a patient wants, and which time that is.

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Deserializer};

use super::ControlError;
use crate::domain::civil::TimeOfDay;
use crate::sandbox::patients::Patient;
use crate::sandbox::practice::State;
use crate::sandbox::practice::offer::Offered;
use crate::sandbox::wire::config::SentAppointmentType;

/// A booking that a patient wants to make. What is left out is chosen: the next time that is offered,
/// the first type that fits, a patient called Testa Sample-0.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// With whom.
    pub resource: Option<String>,
    /// When, practice-local.
    #[serde(deserialize_with = "local_time")]
    pub start: Option<NaiveDateTime>,
    /// Of which type.
    #[serde(rename = "type")]
    pub appointment_type: Option<String>,
    /// Who.
    pub patient: Patient,
    /// The patient's id in the PMS, if Healthengine knows it.
    pub pms_patient_id: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Healthengine's comments; the type's name when left out.
    pub comments: Option<String>,
    /// Where a practitioner starts a telehealth consult.
    pub telehealth_url: Option<String>,
    /// Whether the patient claims to be new.
    pub is_new_patient: bool,
    /// How long a forced booking takes, in seconds; else it follows from the type or the slot.
    pub length_seconds: Option<u32>,
    /// Whether to book the time although it is not offered.
    pub force: bool,
}

fn local_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NaiveDateTime>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else {
        return Ok(None);
    };
    let text = text.replacen('T', " ", 1);
    ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok())
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom("must be YYYY-MM-DD HH:MM, practice-local"))
}

impl State {
    /// The type with this id, if one was chosen.
    pub(super) fn chosen_type(
        &self,
        chosen: Option<&str>,
    ) -> Result<Option<&SentAppointmentType>, ControlError> {
        match chosen {
            None => Ok(None),
            Some(id) => self
                .appointment_type(id)
                .map(Some)
                .ok_or(ControlError::NoType),
        }
    }

    /// The time that the wish is for: one that is offered now, unless it is forced.
    pub(super) fn time_for(
        &self,
        wish: &Wish,
        now: DateTime<Utc>,
    ) -> Result<Offered, ControlError> {
        if wish.force {
            return self.forced_time(wish);
        }
        let chosen = self.chosen_type(wish.appointment_type.as_deref())?;
        let Some(start) = wish.start else {
            return self
                .next_offered(wish.resource.as_deref(), chosen, now)
                .ok_or(ControlError::NotOffered);
        };
        let mut resources: Vec<&str> = self
            .resources
            .iter()
            .map(|resource| &*resource.pms_resource_id)
            .filter(|id| wish.resource.as_deref().is_none_or(|only| only == *id))
            .collect();
        resources.sort_unstable();
        resources
            .into_iter()
            .flat_map(|id| {
                let types: Vec<_> = match chosen {
                    Some(_) => vec![chosen],
                    None => self.types_of(id).map(Some).chain([None]).collect(),
                };
                types
                    .into_iter()
                    .flat_map(move |each| self.offered(id, start.date(), each, now))
            })
            .find(|offered| offered.start == start)
            .ok_or(ControlError::NotOffered)
    }

    /// Any resource, type and time will do, known or not: this is how stale and colliding bookings
    /// come about.
    fn forced_time(&self, wish: &Wish) -> Result<Offered, ControlError> {
        let (Some(resource), Some(start)) = (&wish.resource, wish.start) else {
            return Err(ControlError::ForcedWithoutTime);
        };
        let of_type = wish
            .appointment_type
            .as_deref()
            .and_then(|id| self.appointment_type(id))
            .and_then(|chosen| chosen.pms_appointment_length)
            .map(|minutes| minutes.saturating_mul(60));
        let of_slot = || {
            let day = self.days.get(&**resource)?.get(&start.date())?;
            let time = start.time();
            let at = |of: TimeOfDay| {
                let minutes = u32::from(of.minutes());
                NaiveTime::from_num_seconds_from_midnight_opt(minutes.saturating_mul(60), 0)
            };
            day.ranges
                .iter()
                .find(|free| {
                    at(free.range.start()) <= Some(time) && Some(time) < at(free.range.end())
                })
                .map(|free| free.slot_length)
                .filter(|seconds| *seconds >= 60)
        };
        Ok(Offered {
            start,
            resource: resource.clone(),
            appointment_type: wish.appointment_type.clone(),
            length_seconds: wish
                .length_seconds
                .or(of_type)
                .or_else(of_slot)
                .unwrap_or(15 * 60),
        })
    }
}
