//! Noticing what changed in the PMS, and when everything is to be sent again.

use std::time::Duration;

use chrono::{DateTime, Days, Utc};

use super::policy::later;
use super::{Halt, Practice};
use crate::domain::civil::LocalDateTime;
use crate::pms::Support;

impl Practice {
    /// Looks for changes when it is time, and makes due what they touch.
    pub(super) async fn look_for_changes(&mut self) -> Result<(), Halt> {
        let now = self.now();
        let here = self.profile.zone.today(now);
        let today = planted!(UtcTakenForLocal, now.date_naive(), here);
        self.horizon
            .roll(today, self.profile.publish_days, &self.setup.resources);
        self.send_in_full_when_due(now);
        if self.horizon.next_scan.is_some_and(|at| now < at) || self.health.pms.resting(now) {
            return Ok(());
        }
        let pms = self.ports.pms.clone();
        let reads = pms.describe().change_feed == Support::Yes;
        if reads && !self.allowance.take(now) {
            return Ok(());
        }
        let scan = self.profile.rhythm.change_scan;
        self.horizon.next_scan = Some(later(now, scan));
        if !reads {
            self.anything_changed();
            return Ok(());
        }
        let since = self.horizon.cursor.clone();
        match pms
            .changes(since.as_ref(), self.profile.rhythm.read_limit)
            .await
        {
            Ok(changes) => {
                self.health.pms_answered();
                self.horizon.cursor = Some(changes.cursor);
                if changes.everything && since.is_some() {
                    self.anything_changed();
                }
                for (resource, date) in changes.days {
                    self.documents.day_changed(&resource, date);
                    self.watch.day_changed(&resource, date);
                    if self
                        .setup
                        .resources
                        .iter()
                        .any(|known| known.id == resource)
                    {
                        self.horizon.day_changed(&resource, date);
                    }
                }
            }
            Err(error) => {
                self.health.pms_failed(&error, now);
                self.horizon.next_scan = self.health.pms.retry_at;
            }
        }
        Ok(())
    }

    /// Everything goes to Healthengine anew: contract, resources, types, availability.
    pub(super) fn send_everything_anew(&mut self) {
        self.setup.send_anew();
        self.features.look_anew();
        self.snapshots.look_anew();
        self.horizon.send_in_full(&self.setup.resources);
        self.horizon.retry_at = None;
    }

    fn anything_changed(&mut self) {
        self.setup.read_anew();
        self.horizon.everything_changed(&self.setup.resources);
        self.documents.everything_changed();
        self.watch.everything_changed();
    }

    fn send_in_full_when_due(&mut self, now: DateTime<Utc>) {
        match self.horizon.next_full {
            Some(at) if now >= at => {
                self.send_everything_anew();
                self.horizon.next_full = self.next_full(now);
            }
            Some(_) => {}
            None => self.horizon.next_full = self.next_full(now),
        }
    }

    /// The next time of the daily sending, spread by jitter. On a day on which the clock jumps
    /// over that time, the next civil time that exists is meant.
    fn next_full(&mut self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let rhythm = self.profile.rhythm.clone();
        let zone = self.profile.zone;
        let jitter = rhythm.full_jitter.mul_f64(self.random.f64());
        let today = zone.today(now);
        (0..3).find_map(|ahead| {
            let date = today.checked_add_days(Days::new(ahead))?;
            let wanted = LocalDateTime::new(date, rhythm.full_at).plus(jitter);
            let mut quarters = (0..8).map(|quarter| Duration::from_secs(quarter * 15 * 60));
            let at = quarters.find_map(|by| zone.occurrence(wanted.plus(by)).instant())?;
            (at > now).then_some(at)
        })
    }
}
