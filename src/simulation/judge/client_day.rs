//! Days with their patients: only what belongs to the day leaves the practice, and its lists never
//! shrink to less than half unless an operator accepted that.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Judge;
use super::configuration::Kind;
use crate::domain::client_day::DayOf;
use crate::domain::id::{PmsAppointmentId, PmsPatientId};
use crate::simulation::chronicle::DaySeen;

impl Judge {
    pub(super) fn day_sent(&mut self, at: DateTime<Utc>, day: DaySeen) {
        let foreign = day.appointments.iter().find(|id| !self.is_of_day(id, &day));
        if let Some(id) = foreign {
            let sentence = format!(
                "{} was sent with {id}, which does not belong to that day",
                day.date
            );
            self.find(at, None, sentence);
        }
        let theirs: BTreeSet<&PmsPatientId> = day
            .appointments
            .iter()
            .filter_map(|id| Some(&self.appointments.get(id)?.patient))
            .collect();
        let others = day
            .patients
            .iter()
            .filter(|id| !theirs.contains(id))
            .count();
        if others > 0 {
            let sentence = format!(
                "{} was sent with {others} patients who have no appointment of that day",
                day.date
            );
            self.find(at, None, sentence);
        }
        self.configured(at, Kind::Locations, day.locations);
        self.configured(at, Kind::Practitioners, day.practitioners);
        self.configured(at, Kind::TypesOfDays, day.types);
    }

    fn is_of_day(&self, id: &PmsAppointmentId, day: &DaySeen) -> bool {
        self.appointments.get(id).is_some_and(|known| {
            let date = match day.by {
                DayOf::Appointment => known.slot.start.date(),
                DayOf::Creation => self.zone.local(known.made_at).date(),
            };
            date == day.date
        })
    }
}
