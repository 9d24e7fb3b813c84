//! Days with their patients, sent when Healthengine asks for them (extra feature
//! `clientSnapshots`).
//!
//! # Invariants
//! - Only the appointments of the date asked for, and only their patients, leave the practice,
//!   whatever its adapter shows.
//! - The three lists of a snapshot delete by omission: where one looks shrunken, no snapshot is
//!   sent until a person has looked.
//! - A day is read and sent within the activation's allowance, one at a time; a request that stays
//!   listed after its day was sent comes again seldom, and ever more so.
//! - Bookings never wait for it: it comes last in an activation, and failing here stops nothing
//!   else. As with the features, a refusal is never a refused key.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};

use super::features::is_no;
use super::guard::{Accepted, Empty, Listing, held_back, removals_of, sorted};
use super::policy::{later, pause, pause_after_call};
use super::{Halt, Practice};
use crate::domain::client_day::{ClientDay, DayOf};
use crate::domain::feature::ExtraFeature;
use crate::healthengine::{CallError, RequestKind};
use crate::ledger::ClientLists;
use crate::pms::PmsError;

/// What the item about held lists is about.
const SUBJECT: &str = "client-snapshots";

/// How long the list of wanted days, or a held snapshot, rests.
const REST_WHEN_HELD: Duration = Duration::from_secs(60);

/// How long a day rests at first that was sent or refused and is still listed; doubled each time.
const FIRST_REST: Duration = Duration::from_secs(60);

/// The longest such rest.
const LONGEST_REST: Duration = Duration::from_secs(15 * 60);

/// A day that is wanted.
type Wanted = (NaiveDate, DayOf);

/// What is known of the days that Healthengine wants.
#[derive(Debug)]
pub(super) struct Snapshots {
    /// The days that were tried and are still listed, or were a moment ago.
    tried: BTreeMap<Wanted, Tried>,
    retry_at: Option<DateTime<Utc>>,
    failures: u32,
    accepted: Accepted,
    /// How many days Healthengine took since the start.
    pub(super) sent: u64,
}

/// What became of a day.
#[derive(Debug, Default)]
struct Tried {
    times: u32,
    last: Option<DateTime<Utc>>,
    again_at: Option<DateTime<Utc>>,
    /// Why it is not taken, or cannot be sent.
    refused: Option<String>,
}

impl Default for Snapshots {
    fn default() -> Self {
        Self {
            tried: BTreeMap::new(),
            retry_at: None,
            failures: 0,
            accepted: Accepted::No,
            sent: 0,
        }
    }
}

/// How sending one day ended.
enum Outcome {
    /// Healthengine took it.
    Taken,
    /// It cannot be sent, or is not taken, for this reason.
    Refused(String),
    /// The PMS did not answer.
    Pms(PmsError),
    /// Healthengine did not answer.
    Call(CallError),
    /// A person must look first.
    Held,
}

impl Snapshots {
    /// The wanted days are tried again without waiting.
    pub(super) fn look_anew(&mut self) {
        self.tried.clear();
        self.retry_at = None;
    }

    /// Forgets what is no longer listed; a day that comes back within its first rest comes back too
    /// soon, and is remembered until then.
    fn forget_unlisted(&mut self, listed: &BTreeSet<Wanted>, now: DateTime<Utc>) {
        self.tried.retain(|day, tried| {
            let fresh = tried.last.is_some_and(|at| now < later(at, FIRST_REST));
            if !listed.contains(day) {
                tried.refused = None;
            }
            listed.contains(day) || fresh
        });
    }

    /// Notes a try of a day, which rests so long before the next one.
    fn tried(&mut self, day: Wanted, refused: Option<String>, now: DateTime<Utc>) {
        let tried = self.tried.entry(day).or_default();
        tried.times = tried.times.saturating_add(1);
        let doublings = tried.times.saturating_sub(1).min(6);
        let rest = FIRST_REST.saturating_mul(1 << doublings).min(LONGEST_REST);
        tried.last = Some(now);
        tried.again_at = Some(later(now, rest));
        tried.refused = refused;
    }
}

impl Practice {
    /// A person accepts what the lists of a snapshot no longer hold; only where one was asked, so
    /// that the word does not wait for lists that nobody has looked at.
    pub(super) fn accept_snapshot_removals(&mut self) {
        let key = removals_of(SUBJECT);
        if self.desk.items.iter().any(|item| item.key == key) {
            self.snapshots.accepted = Accepted::Yes;
        }
    }

    /// Sends the days that Healthengine wants, as far as the activation may.
    pub(super) async fn work_snapshots(&mut self, kinds: &[RequestKind]) -> Result<(), Halt> {
        let asked = kinds.contains(&RequestKind::ClientSnapshots);
        let now = self.now();
        if !asked || !self.wants(ExtraFeature::ClientSnapshots) {
            self.snapshots.forget_unlisted(&BTreeSet::new(), now);
            return Ok(());
        }
        if self.snapshots.retry_at.is_some_and(|at| now < at) || self.health.pms.resting(now) {
            return Ok(());
        }
        let Some(_turn) = self.turns.client_days(now) else {
            return Ok(());
        };
        for day in self.fetch_wanted_days().await {
            let now = self.now();
            let tried = self.snapshots.tried.get(&day);
            if tried.is_some_and(|tried| tried.again_at.is_some_and(|at| now < at)) {
                continue;
            }
            if !self.allowance.take(now) {
                break;
            }
            let outcome = self.send_client_day(day).await?;
            if !self.note_outcome(day, outcome) {
                break;
            }
        }
        Ok(())
    }

    /// The wanted days, each once, those nearest to today first.
    async fn fetch_wanted_days(&mut self) -> Vec<Wanted> {
        let now = self.now();
        let listed = match self.ports.healthengine.fetch_client_snapshots().await {
            Ok(listed) => listed,
            Err(error) => {
                self.snapshots.failures = self.snapshots.failures.saturating_add(1);
                let rest = self.rest_after(&error);
                self.snapshots.retry_at = Some(later(now, rest));
                return Vec::new();
            }
        };
        self.snapshots.failures = 0;
        self.snapshots.retry_at = None;
        let today = self.profile.zone.today(now);
        let listed: BTreeSet<Wanted> = listed.iter().map(|one| (one.date, one.by)).collect();
        self.snapshots.forget_unlisted(&listed, now);
        let mut days: Vec<Wanted> = listed.into_iter().collect();
        days.sort_by_key(|(date, by)| ((*date - today).abs(), *date, *by));
        days
    }

    fn rest_after(&mut self, error: &CallError) -> Duration {
        if is_no(error) {
            if self.snapshots.failures <= 1 {
                tracing::warn!(%error, "Healthengine does not say which client snapshots it wants");
            }
            return REST_WHEN_HELD;
        }
        let now = self.now();
        self.health.call_failed(error, now);
        pause_after_call(error, self.snapshots.failures)
    }

    /// Notes how a day fared; says whether the next one may follow.
    fn note_outcome(&mut self, day: Wanted, outcome: Outcome) -> bool {
        let now = self.now();
        match outcome {
            Outcome::Taken => {
                self.snapshots.sent = self.snapshots.sent.saturating_add(1);
                self.snapshots.failures = 0;
                self.snapshots.tried(day, None, now);
                true
            }
            Outcome::Refused(words) => {
                let before = self.snapshots.tried.get(&day);
                if before.and_then(|tried| tried.refused.as_ref()) != Some(&words) {
                    tracing::warn!(
                        date = %day.0, of = named(day.1),
                        "a client snapshot cannot be sent: {words}"
                    );
                }
                self.snapshots.tried(day, Some(words), now);
                true
            }
            Outcome::Pms(error) => {
                self.health.pms_failed(&error, now);
                // The other days come first next time: it may be this one that cannot be read.
                self.snapshots.tried(day, None, now);
                let rest = pause(self.health.pms.failures);
                self.snapshots.retry_at = Some(later(now, rest));
                if let Some(tried) = self.snapshots.tried.get_mut(&day) {
                    let rest = pause(tried.times).saturating_mul(2);
                    tried.again_at = Some(later(now, rest));
                }
                false
            }
            Outcome::Call(error) => {
                self.snapshots.failures = self.snapshots.failures.saturating_add(1);
                let rest = self.rest_after(&error);
                self.snapshots.retry_at = Some(later(now, rest));
                false
            }
            Outcome::Held => {
                self.snapshots.retry_at = Some(later(now, REST_WHEN_HELD));
                false
            }
        }
    }

    async fn send_client_day(&mut self, (date, by): Wanted) -> Result<Outcome, Halt> {
        let limit = self.profile.rhythm.read_limit;
        let day = match self.ports.pms.client_day(date, by, limit).await {
            Ok(day) => day,
            Err(PmsError::Refused(reason)) => return Ok(Outcome::Refused(reason.to_string())),
            Err(PmsError::Unsupported(what)) => {
                return Ok(Outcome::Refused(format!(
                    "the system does not support {what}"
                )));
            }
            Err(
                error @ (PmsError::NotDone(_) | PmsError::Unknown(_) | PmsError::Misconfigured(_)),
            ) => return Ok(Outcome::Pms(error)),
        };
        self.health.pms_answered();
        let day = match day.confined(date, by) {
            Ok((day, left_out)) => {
                if left_out.appointments > 0 || left_out.patients > 0 {
                    tracing::warn!(
                        %date, of = named(by),
                        appointments = left_out.appointments, patients = left_out.patients,
                        "the diary showed more than belongs to a client snapshot; it was left out"
                    );
                }
                day
            }
            Err(unfit) => return Ok(Outcome::Refused(unfit.to_string())),
        };
        let lists = lists_of(&day);
        if self.holds_snapshot(&lists).await? {
            return Ok(Outcome::Held);
        }
        // From before it is sent: it may be taken although the answer is lost.
        let mut marks = self.desk.marks.clone();
        marks.client_lists = lists;
        let who = (&*self.profile, &self.ports);
        self.desk.note(who, marks, Vec::new(), Vec::new()).await?;
        match self.ports.healthengine.send_client_snapshot(&day).await {
            Ok(()) => {}
            Err(error) if is_no(&error) => {
                return Ok(Outcome::Refused(format!(
                    "Healthengine refuses it: {}",
                    error.detail
                )));
            }
            Err(error) => return Ok(Outcome::Call(error)),
        }
        tracing::info!(
            %date, of = named(by),
            appointments = day.appointments.len(), patients = day.patients.len(),
            "client snapshot sent"
        );
        self.snapshots.accepted = Accepted::No;
        let marks = self.desk.marks.clone();
        let settled = vec![removals_of(SUBJECT)];
        let who = (&*self.profile, &self.ports);
        self.desk.note(who, marks, Vec::new(), settled).await?;
        Ok(Outcome::Taken)
    }

    /// Rule: what a client snapshot leaves out of its lists is deleted. Whether it must wait for a
    /// person, who is then asked.
    async fn holds_snapshot(&mut self, now: &ClientLists) -> Result<bool, Halt> {
        let before = &self.desk.marks.client_lists;
        let had_none = !before.locations.is_empty() && before.types.is_empty();
        let lists = [
            Listing {
                what: "locations",
                before: &before.locations,
                now: &now.locations,
                empty: Empty::Never,
            },
            Listing {
                what: "practitioners",
                before: &before.practitioners,
                now: &now.practitioners,
                empty: Empty::Never,
            },
            Listing {
                what: "appointment types",
                before: &before.types,
                now: &now.types,
                empty: if had_none {
                    Empty::AsBefore
                } else {
                    Empty::Accepted
                },
            },
        ];
        let Some(found) = held_back(&lists, self.snapshots.accepted) else {
            return Ok(false);
        };
        let because = format!("No client snapshot is sent, because {found}");
        self.ask_about_removals(SUBJECT, because).await?;
        Ok(true)
    }

    /// The days that are wanted and cannot be sent, in words.
    pub(super) fn snapshots_refused(&self) -> Vec<String> {
        let refused = |((date, by), tried): (&Wanted, &Tried)| {
            let words = tried.refused.as_ref()?;
            Some(format!("appointments {} {date}: {words}", named(*by)))
        };
        self.snapshots.tried.iter().filter_map(refused).collect()
    }
}

/// Which of an appointment's dates is meant, as people say it.
const fn named(by: DayOf) -> &'static str {
    match by {
        DayOf::Appointment => "on",
        DayOf::Creation => "made on",
    }
}

fn lists_of(day: &ClientDay) -> ClientLists {
    ClientLists {
        locations: sorted(day.locations.iter().map(|one| one.id.as_str())),
        practitioners: sorted(day.practitioners.iter().map(|one| one.id.as_str())),
        types: sorted(day.appointment_types.iter().map(|one| one.id.as_str())),
    }
}
