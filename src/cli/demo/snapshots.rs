//! The demo's client snapshots: Healthengine asks one practice for days with their patients.

use chrono::{DateTime, Days, Utc};

use super::stage::{DemoPractice, WITH_FEATURES};
use crate::sandbox::{Ask, DateType, Sandbox};

/// After how many bookings Healthengine asks at the latest.
const BOOKINGS_BEFORE: usize = 10;

/// Whether and when Healthengine asks.
#[derive(Debug, Default)]
pub(super) struct Snapshots {
    asked: bool,
}

impl Snapshots {
    /// Asks once, when this many bookings are made and so many are left: for today by when
    /// appointments were made, for the next days by when they take place.
    pub(super) fn ask(
        &mut self,
        sandbox: &Sandbox,
        practices: &[DemoPractice],
        (made, left): (usize, usize),
        now: DateTime<Utc>,
    ) -> Result<(), String> {
        if self.asked || (left > 0 && made < BOOKINGS_BEFORE) {
            return Ok(());
        }
        self.asked = true;
        let with = practices.iter().find(|one| one.name == WITH_FEATURES);
        let Some(practice) = with else {
            return Ok(());
        };
        let today = practice.zone.today(now);
        let ahead = (1..4).filter_map(|days| today.checked_add_days(Days::new(days)));
        let wanted = ahead.map(|date| (date, DateType::Appointment));
        for (date, date_type) in wanted.chain([(today, DateType::Creation)]) {
            let ask = Ask::ClientSnapshots { date, date_type };
            let asked = sandbox.ask(&practice.id, ask);
            asked.map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

/// How many days of the practice Healthengine has with their patients, and how many appointments
/// stand in them.
pub(super) fn told(sandbox: &Sandbox, practices: &[DemoPractice]) -> (usize, u64) {
    let mut with = practices.iter().filter(|one| one.name == WITH_FEATURES);
    let state = with.next().and_then(|one| sandbox.state(&one.id));
    let days = state
        .and_then(|state| state.documents.get("clientSnapshots")?.as_array().cloned())
        .unwrap_or_default();
    let of = |day: &serde_json::Value| day.get("appointments")?.as_u64();
    let appointments = days.iter().filter_map(of);
    (days.len(), appointments.fold(0, u64::saturating_add))
}
