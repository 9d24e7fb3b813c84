//! What the diary says of appointments that stood in it.
//!
//! # Invariants
//! - Appointments that vanish by the dozen are a diary that was lost, not a practice that cancels:
//!   nothing is told of them until a person has looked.
//! - An appointment that is not found by its key proves nothing.

use std::time::Duration;

use super::desk::item;
use super::policy::later;
use super::watch::{DAYS_BACK, MOST_BOOKINGS};
use super::{Halt, Practice};
use crate::domain::booking::{DiaryChange, How, Place, State, Watched};
use crate::domain::diary::Standing;
use crate::domain::id::{BookingId, BookingKey};
use crate::ledger::{ItemKey, ItemKind, Stretch};
use crate::pms::{PmsError, Support};

/// From how many vanished appointments on a diary may have been lost.
const FEWEST_LOST: usize = 3;

/// How long a diary that may have been lost is left alone.
const REST_WHEN_LOST: Duration = Duration::from_secs(60);

/// What the diary says of a confirmed booking's appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// It is there.
    As(Standing),
    /// It was there, and is no more.
    Gone,
    /// The diary cannot tell.
    Nothing,
}

impl Seen {
    /// The change that it shows in a confirmed booking.
    pub(super) const fn change(self) -> Option<DiaryChange> {
        match self {
            Self::As(standing) => DiaryChange::of(standing),
            Self::Gone => Some(DiaryChange::Cancelled),
            Self::Nothing => None,
        }
    }
}

impl Practice {
    /// Asks the diary what has become of these bookings; `None`: it could not say, or what it says
    /// is not to be believed yet.
    pub(super) async fn seen(&mut self, watched: &[Watched]) -> Result<Option<Vec<Seen>>, Halt> {
        let seen = match self.ask_standings(watched).await {
            Ok(seen) => seen,
            Err(error) => {
                let now = self.now();
                self.health.pms_failed(&error, now);
                return Ok(None);
            }
        };
        self.health.pms_answered();
        if seen.contains(&Seen::Gone) && self.may_be_lost().await? {
            return Ok(None);
        }
        Ok(Some(seen))
    }

    async fn ask_standings(&mut self, watched: &[Watched]) -> Result<Vec<Seen>, PmsError> {
        let can = self.ports.pms.describe();
        let (standings, keeps_key) = (can.standings, can.keeps_key);
        if standings == Support::Yes {
            let places: Vec<Place> = watched.iter().filter_map(place).map(|(at, _)| at).collect();
            return self.seen_at(&places).await;
        }
        let mut seen = Vec::with_capacity(watched.len());
        for one in watched {
            let by_key = place(one).is_some_and(|(_, how)| how != How::TypedIn);
            let found = if by_key && keeps_key == Support::Yes {
                self.seen_by_key(one.record.booking).await?
            } else {
                Seen::Nothing
            };
            seen.push(found);
        }
        Ok(seen)
    }

    /// What the diary says of these places, one answer for each.
    pub(super) async fn seen_at(&self, places: &[Place]) -> Result<Vec<Seen>, PmsError> {
        let limit = self.profile.rhythm.read_limit;
        let pms = &self.ports.pms;
        let of = |found: Option<Standing>| found.map_or(Seen::Gone, Seen::As);
        match pms.standings(places, limit).await {
            Ok(found) => {
                let seen = found
                    .into_iter()
                    .map(of)
                    .chain(std::iter::repeat(Seen::Nothing));
                Ok(seen.take(places.len()).collect())
            }
            // One that it will not tell of keeps the others from nobody.
            Err(PmsError::Refused(_)) => {
                let mut seen = Vec::with_capacity(places.len());
                for place in places {
                    let one = std::slice::from_ref(place);
                    seen.push(match pms.standings(one, limit).await {
                        Ok(found) => found.into_iter().next().map_or(Seen::Nothing, of),
                        Err(PmsError::Refused(_)) => Seen::Nothing,
                        Err(error) => return Err(error),
                    });
                }
                Ok(seen)
            }
            Err(PmsError::Unsupported(_)) => Ok(vec![Seen::Nothing; places.len()]),
            Err(error) => Err(error),
        }
    }

    /// What the diary says of the appointment with a booking's key. One without the key proves
    /// nothing: staff may have edited the note that holds it.
    pub(super) async fn seen_by_key(&self, id: BookingId) -> Result<Seen, PmsError> {
        let key = BookingKey::of(&self.profile.id, id);
        let limit = self.profile.rhythm.read_limit;
        match self.ports.pms.find(&key, limit).await {
            Ok(found) => Ok(found.map_or(Seen::Nothing, |booked| Seen::As(booked.standing))),
            Err(PmsError::Refused(_) | PmsError::Unsupported(_)) => Ok(Seen::Nothing),
            Err(error) => Err(error),
        }
    }

    /// An appointment has vanished: whether most of the others have too, so that the diary may have
    /// been lost or exchanged. Then nothing is told until a person has looked.
    pub(super) async fn may_be_lost(&mut self) -> Result<bool, Halt> {
        if self.watch.removals_accepted {
            return Ok(false);
        }
        let now = self.now();
        let today = self.profile.zone.today(now);
        let stretch = Stretch {
            resource: None,
            from: today.checked_sub_days(DAYS_BACK).unwrap_or(today),
            to: None,
            after: None,
            most: MOST_BOOKINGS,
        };
        let ledger = self.ports.ledger.clone();
        let all = ledger.load_watched(&self.profile.id, &stretch).await?;
        let places: Vec<Place> = all.iter().filter_map(place).map(|(at, _)| at).collect();
        let seen = match self.seen_at(&places).await {
            Ok(seen) => seen,
            Err(error) => {
                self.health.pms_failed(&error, now);
                return Ok(true);
            }
        };
        let lost = seen.iter().filter(|seen| **seen == Seen::Gone).count();
        if lost < FEWEST_LOST || lost.saturating_mul(2) <= seen.len() {
            return Ok(false);
        }
        self.watch.rests_until = Some(later(now, REST_WHEN_LOST));
        let name = &self.profile.name;
        let raise = item(
            &self.profile,
            ItemKind::AcceptRemovals,
            lost_appointments().subject,
            now,
            format!(
                "Healthengine was told of no cancellation, because {lost} of {} booked appointments \
                 are no longer in the diary. If they were removed, run `healthengine-connector \
                 resync {name} --accept-removals`; if not, mend the diary.",
                seen.len()
            ),
        );
        let marks = self.desk.marks.clone();
        let who = (&*self.profile, &self.ports);
        self.desk.note(who, marks, vec![raise], Vec::new()).await?;
        Ok(true)
    }

    /// Everything was looked at: the diary is whole, or a person has said that it is right.
    pub(super) async fn nothing_was_lost(&mut self) -> Result<(), Halt> {
        self.watch.removals_accepted = false;
        let marks = self.desk.marks.clone();
        let who = (&*self.profile, &self.ports);
        let settle = vec![lost_appointments()];
        self.desk.note(who, marks, Vec::new(), settle).await
    }
}

fn lost_appointments() -> ItemKey {
    ItemKey {
        kind: ItemKind::AcceptRemovals,
        subject: "appointments".to_owned(),
    }
}

fn place(watched: &Watched) -> Option<(Place, How)> {
    match &watched.record.state {
        State::Confirmed { place, how } => Some((place.clone(), *how)),
        State::Received
        | State::Inserting { .. }
        | State::Inserted { .. }
        | State::Rejecting { .. }
        | State::Rejected { .. }
        | State::NeedsPerson { .. }
        | State::SettledByPerson => None,
    }
}
