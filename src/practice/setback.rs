//! When the PMS does not do as it should: try again, give back, look, or ask a person.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::booking::Onward;
use super::desk::{Along, item};
use super::policy::{Next, TimeLeft, after_find, after_insert, later};
use super::{Halt, Practice};
use crate::domain::booking::{Event, RejectReason, State, Stuck};
use crate::domain::id::BookingId;
use crate::ledger::{Durability, ItemKind};
use crate::pms::PmsError;

/// The least time a call is given, however late it is.
const LEAST_LIMIT: Duration = Duration::from_secs(1);

/// After how long a booking whose appointment cannot be looked for is shown to a person.
const PATIENCE_WITH_A_LOOK: Duration = Duration::from_secs(5 * 60);

impl Practice {
    /// The PMS did not insert the booking: what follows is decided by the error and the time left.
    pub(super) async fn not_inserted(
        &mut self,
        id: BookingId,
        error: PmsError,
    ) -> Result<Onward, Halt> {
        let now = self.now();
        self.health.pms_failed(&error, now);
        let choice = self.profile.when_pms_unavailable;
        let Some(open) = self.desk.bookings.get_mut(&id) else {
            return Ok(Onward::Rest);
        };
        let attempt = open.tries.fail();
        let begun = matches!(open.record.state, State::Inserting { .. });
        // Nothing was begun, so a read's lost answer is only a failed read.
        let error = match error {
            PmsError::Unknown(words) if planted!(BookedAgainAfterUnknown, true, !begun) => {
                PmsError::NotDone(words)
            }
            PmsError::Refused(_)
            | PmsError::NotDone(_)
            | PmsError::Unknown(_)
            | PmsError::Misconfigured(_)
            | PmsError::Unsupported(_) => error,
        };
        let next = after_insert(
            &error,
            attempt,
            TimeLeft::of(open.record.booked_at, now),
            choice,
        );
        match next {
            Next::Find => Ok(Onward::Go),
            Next::GiveBack(reason) => self.decline(id, reason).await,
            Next::AskPerson => self.ask_person_to_look(id).await,
            Next::After(rest) => {
                if begun {
                    let story = format!("The diary did not make it: {error}.");
                    self.advance(id, Event::Absent, Along::story(story), Durability::WithNext)
                        .await?;
                }
                Ok(self.put_off(id, rest))
            }
        }
    }

    /// A look for the key failed: look again, and show it to a person when it takes long.
    pub(super) async fn not_found_out(
        &mut self,
        id: BookingId,
        error: &PmsError,
    ) -> Result<Onward, Halt> {
        let now = self.now();
        self.health.pms_failed(error, now);
        planted!(RejectedWhileItMayStand, {
            return self.decline(id, RejectReason::PmsUnavailable).await;
        });
        let Some(open) = self.desk.bookings.get_mut(&id) else {
            return Ok(Onward::Rest);
        };
        let attempt = open.tries.fail();
        let State::Inserting { since } = open.record.state else {
            return Ok(Onward::Rest);
        };
        let rest = match after_find(error, attempt) {
            Next::After(rest) => rest,
            Next::AskPerson | Next::Find | Next::GiveBack(_) => {
                return self.ask_person_to_look(id).await;
            }
        };
        open.tries.put_off(now, rest);
        if now > later(since, PATIENCE_WITH_A_LOOK) && !std::mem::replace(&mut open.shown, true) {
            let raise = item(
                &self.profile,
                ItemKind::CheckDiary,
                id.to_string(),
                now,
                format!(
                    "Booking {id} may or may not be in the diary, and the diary has not answered for \
                 five minutes. Make the practice's system reachable again; the connector goes on by \
                 itself."
                ),
            );
            let marks = self.desk.marks.clone();
            let who = (&*self.profile, &self.ports);
            self.desk.note(who, marks, vec![raise], Vec::new()).await?;
        }
        Ok(Onward::Rest)
    }

    /// Hands a booking to a person: the system cannot be asked where the appointment is.
    pub(super) async fn ask_person_to_look(&mut self, id: BookingId) -> Result<Onward, Halt> {
        let why = Stuck::CannotLook;
        let raise = item(
            &self.profile,
            ItemKind::CheckDiary,
            id.to_string(),
            self.now(),
            format!("Booking {id}: {why}. Then answer it in Healthengine's portal."),
        );
        let along = Along {
            story: format!("A person must look: {why}."),
            raise: vec![raise],
            ..Along::default()
        };
        self.advance(id, Event::Stuck { why }, along, Durability::Flushed)
            .await?;
        Ok(Onward::Rest)
    }

    /// The diary surely does not have it. The first time it is tried again at once; a system that
    /// loses every request is given its pauses.
    pub(super) fn before_next_try(&mut self, id: BookingId) -> Onward {
        let Some(open) = self.desk.bookings.get(&id) else {
            return Onward::Rest;
        };
        let time = TimeLeft::of(open.record.booked_at, self.now());
        let failures = open.tries.failures;
        let lost = PmsError::NotDone(String::new());
        match after_insert(&lost, failures, time, self.profile.when_pms_unavailable) {
            Next::After(rest) if failures > 1 => self.put_off(id, rest),
            Next::After(_) | Next::GiveBack(_) | Next::Find | Next::AskPerson => Onward::Go,
        }
    }

    fn put_off(&mut self, id: BookingId, rest: Duration) -> Onward {
        let now = self.now();
        if let Some(open) = self.desk.bookings.get_mut(&id) {
            open.tries.put_off(now, rest);
        }
        Onward::Rest
    }

    /// Whether the last moment for trying has passed after a failure, of this booking's or of
    /// another's: a PMS that just failed is not tried again in the seconds the rejection needs.
    pub(super) fn out_of_time(&self, id: BookingId) -> Option<RejectReason> {
        let open = self.desk.bookings.get(&id)?;
        if open.tries.failures == 0 && self.health.pms.failures == 0 {
            return None;
        }
        let time = TimeLeft::of(open.record.booked_at, self.now());
        let down = PmsError::NotDone(String::new());
        match after_insert(&down, 1, time, self.profile.when_pms_unavailable) {
            Next::GiveBack(reason) => Some(reason),
            Next::After(_) | Next::Find | Next::AskPerson => None,
        }
    }

    /// How long a call that begins or makes this booking may last: until its last moment, and no
    /// longer than others can spare.
    pub(super) fn limit(&self, id: BookingId) -> Duration {
        let own = self.desk.bookings.get(&id);
        let left = own.and_then(|open| left_of(open.record.booked_at, self.now()));
        let most = self
            .profile
            .rhythm
            .write_limit
            .min(self.spared_by_others(id));
        left.map_or(most, |left| most.min(left)).max(LEAST_LIMIT)
    }

    /// How long a look for this booking may last: it is not rejected while it may be in the diary,
    /// so its own time does not matter.
    pub(super) fn look_limit(&self, id: BookingId) -> Duration {
        self.profile
            .rhythm
            .read_limit
            .min(self.spared_by_others(id))
            .max(LEAST_LIMIT)
    }

    /// How long the other patients who wait for an answer can spare: a PMS that hangs on one
    /// booking must not carry the next one past its last moment.
    fn spared_by_others(&self, id: BookingId) -> Duration {
        let now = self.now();
        let waiting = self.desk.bookings.values().filter(|open| {
            open.record.booking != id && matches!(open.record.state, State::Received)
        });
        waiting
            .filter_map(|open| left_of(open.record.booked_at, now))
            .min()
            .unwrap_or(Duration::MAX)
    }
}

/// The time left to try; `None` once Healthengine has presumed the booking confirmed.
fn left_of(booked_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<Duration> {
    match TimeLeft::of(booked_at, now) {
        TimeLeft::Left(left) => Some(left),
        TimeLeft::Closing => Some(Duration::ZERO),
        TimeLeft::Late(_) => None,
    }
}
