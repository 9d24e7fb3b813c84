//! What comes into the diary and what is taken out of it, held against what was asked for.

use chrono::{DateTime, Utc};

use super::{Appointment, Case, Judge};
use crate::domain::id::{BookingKey, PmsAppointmentId};
use crate::simulation::healthengine::Answer;

impl Judge {
    pub(super) fn book_begun(&mut self, at: DateTime<Utc>, key: &BookingKey) {
        match self.booking_of(key) {
            Some(booking) => {
                if let Some(case) = self.cases.get_mut(&booking) {
                    case.booking_since = Some(at);
                }
            }
            None => self.find(
                at,
                None,
                format!("the diary was asked to book {key}, which is none of its bookings"),
            ),
        }
    }

    pub(super) fn book_ended(&mut self, at: DateTime<Utc>, key: &BookingKey, clear: bool) {
        let booking = self.booking_of(key);
        if let Some(case) = booking.and_then(|booking| self.cases.get_mut(&booking)) {
            case.booking_since = Some(at);
            case.unclear |= !clear;
        }
    }

    pub(super) fn cancel_begun(&mut self, at: DateTime<Utc>, ids: &[PmsAppointmentId]) {
        for id in ids {
            let asked = self.cases.values().any(|case| {
                let placed = case
                    .place()
                    .is_some_and(|place| place.appointments.contains(id));
                case.cancelled && (placed || case.made.contains(id) || self.may_be_of(case, id))
            });
            if !asked {
                let sentence =
                    format!("{id} was cancelled in the diary, and nobody had cancelled it");
                self.find(at, None, sentence);
            }
        }
    }

    /// Whether staff typed this appointment in for that booking.
    pub(super) fn may_be_of(&self, case: &Case, id: &PmsAppointmentId) -> bool {
        let known = self.appointments.get(id);
        known.is_some_and(|known| known.key.is_none() && known.surname == case.surname)
    }

    pub(super) fn made(&mut self, at: DateTime<Utc>, id: PmsAppointmentId, made: Appointment) {
        let ours = made.slot.resource.as_str().starts_with(&self.prefix)
            && made.patient.as_str().starts_with(&self.prefix);
        if !ours {
            self.find(
                at,
                None,
                format!("{id} was made with what belongs to another practice"),
            );
        }
        let key = made.key.clone();
        let (slot, surname) = (made.slot.clone(), made.surname.clone());
        self.appointments.insert(id.clone(), made);
        let Some(key) = key else {
            return;
        };
        let booking = self.booking_of(&key);
        let Some((booking, case)) =
            booking.and_then(|booking| Some((booking, self.cases.get_mut(&booking)?)))
        else {
            return self.find(
                at,
                None,
                format!("{id} was made for {key}, which nobody asked for"),
            );
        };
        case.made.push(id);
        let fault = if case.made.len() > 1 {
            Some("was put into the diary twice")
        } else if case.surname != surname {
            Some("was put into the diary for another person")
        } else if case
            .slot
            .as_ref()
            .is_none_or(|asked| asked.resource != slot.resource || asked.start != slot.start)
        {
            Some("was put into the diary at another time, or with another practitioner")
        } else if matches!(case.told, Some((_, Answer::Rejected(_)))) {
            Some("came into the diary after it was rejected")
        } else {
            None
        };
        if let Some(fault) = fault {
            self.find(at, Some(booking), format!("booking {booking} {fault}"));
        }
    }
}
