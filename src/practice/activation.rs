//! One activation: fetch what is pending, order it, work it, say how it went.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::allowance::Allowance;
use super::control::{Removals, Wishes};
use super::health::Failing;
use super::policy::{later, pause};
use super::status::PracticeStatus;
use super::turns::Turn;
use super::{Halt, Practice};

/// The shortest rest between two activations, however much there is to do.
const SHORTEST_REST: Duration = Duration::from_millis(50);

/// How far chance shortens the time between two polls.
pub(super) const SHORTEST_POLL: f64 = 0.9;

/// How long a practice rests that is not served at all.
const REST_WHEN_PAUSED: Duration = Duration::from_secs(3600);

/// What an activation leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    /// How long the practice may rest before the next one.
    pub wait: Duration,
    /// How the practice is.
    pub status: PracticeStatus,
}

impl Practice {
    /// Fetches all that is pending, works it, and answers.
    pub async fn activate(&mut self, wishes: Wishes) -> Activation {
        let begun = self.now();
        self.allowance = Allowance::of(begun);
        self.health.activations = self.health.activations.saturating_add(1);
        if self.health.ledger.resting(begun) {
            // Woken too early: the wishes are kept, and nothing else may be done.
            self.wishes_kept = wishes.or(std::mem::take(&mut self.wishes_kept));
            return Activation {
                wait: self.wait(begun),
                status: self.report(),
            };
        }
        let wishes = wishes.or(std::mem::take(&mut self.wishes_kept));
        match self.work(&wishes).await {
            Ok(()) => {
                self.health.ledger.answered();
                self.health.errors.mended(Failing::Ledger);
            }
            Err(Halt::Unauthorised(error)) => self.stop_for_consent(&error, begun),
            Err(Halt::Ledger(error)) => {
                let rest = pause(self.health.ledger.failures.saturating_add(1));
                self.health.errors.failed(Failing::Ledger, &error);
                if self.health.ledger.failed(begun, rest) {
                    tracing::error!(%error, "the ledger cannot be used; nothing is inserted until it can");
                }
                // Whether the ledger took the last change is not known: read it anew.
                planted!(MemoryTrustedAfterFailure, (), self.desk.forget());
                // What an operator wished may not have been done.
                self.wishes_kept = wishes;
            }
        }
        self.health.activation_over();
        self.errands.let_go();
        Activation {
            wait: self.wait(begun),
            status: self.report(),
        }
    }

    /// How long to wait before the first activation: bookings left open by a crash wait for none.
    pub async fn first_wait(&mut self) -> Duration {
        let spread = self.spread();
        match self.desk.load(&self.profile, &self.ports).await {
            Ok(()) if !self.desk.bookings.is_empty() => Duration::ZERO,
            Ok(()) | Err(Halt::Ledger(_) | Halt::Unauthorised(_)) => spread,
        }
    }

    async fn work(&mut self, wishes: &Wishes) -> Result<(), Halt> {
        let now = self.now();
        self.desk.load(&self.profile, &self.ports).await?;
        self.heed(wishes).await?;
        let refused = self
            .health
            .refused
            .is_some_and(|refused| now < refused.probe_at);
        if self.is_paused() || refused || self.health.healthengine.resting(now) {
            return Ok(());
        }
        let Some(kinds) = self.poll().await? else {
            return Ok(());
        };
        // Rule: on first link the configuration goes first, then availability, then whatever is
        // outstanding. Later, patients who wait for an answer come first.
        let is_linked = !self.desk.marks.resources.is_empty();
        let turn = self.turn();
        if !is_linked {
            if turn.is_none() {
                return Ok(());
            }
            self.look_for_changes().await?;
            self.work_setup(&kinds).await?;
            self.publish().await?;
        }
        let intake = self.fetch_pending(kinds).await?;
        self.work_bookings(&intake).await?;
        self.work_updates(&intake).await?;
        // What is not worked now is still asked for at the next poll.
        if turn.is_some() {
            self.look_for_changes().await?;
            // What the first link has just sent is not sent again for the same request.
            let asked = if is_linked { &*intake.kinds } else { &[] };
            self.work_setup(asked).await?;
            self.work_features().await;
            self.note_wanted(&intake.availability);
            self.publish().await?;
            self.work_snapshots(&intake.kinds).await?;
        }
        self.work_questions(&intake).await?;
        if turn.is_some() {
            self.watch(&intake).await?;
        }
        self.work_documents(&intake.kinds).await?;
        self.work_attachments(&intake.kinds).await?;
        Ok(())
    }

    /// Whether the configuration and the free time may be worked now; `None`: at the next poll. A
    /// practice whose PMS has failed takes no turn from the others while it waits for it again.
    fn turn(&self) -> Option<Turn> {
        if !self.setup.resources.is_empty() || self.health.pms.failures > 0 {
            return Some(Turn::free());
        }
        self.turns.first(self.now())
    }

    /// Does what an operator wishes.
    async fn heed(&mut self, wishes: &Wishes) -> Result<(), Halt> {
        if let Some(paused) = wishes
            .paused
            .filter(|paused| *paused != self.desk.marks.paused)
        {
            let mut marks = self.desk.marks.clone();
            marks.paused = paused;
            let who = (&*self.profile, &self.ports);
            self.desk.note(who, marks, Vec::new(), Vec::new()).await?;
            tracing::info!(paused, "an operator's wish was heeded");
            if !paused {
                self.send_everything_anew();
            }
        }
        if let Some(removals) = wishes.resync {
            match removals {
                Removals::Guarded => {}
                Removals::Accepted => {
                    self.setup.accept_removals();
                    self.accept_snapshot_removals();
                    self.watch.accept_removals();
                }
            }
            // An operator who asks is not kept waiting by an earlier failure.
            self.health.refused = None;
            self.health.healthengine.retry_at = None;
            self.health.pms.retry_at = None;
            self.send_everything_anew();
        }
        for key in &wishes.done {
            self.deal_with(key).await?;
        }
        for booking in &wishes.retry {
            self.retry(*booking).await?;
        }
        Ok(())
    }

    /// Whether nothing may be done on the practice's behalf.
    pub(super) fn is_paused(&self) -> bool {
        !self.profile.enabled || self.desk.marks.paused
    }

    /// How long to rest: until the next poll, or what is put off, whichever comes first.
    fn wait(&mut self, begun: DateTime<Utc>) -> Duration {
        let now = self.now();
        if self.health.ledger.failures > 0 {
            return until(self.health.ledger.retry_at.unwrap_or(now), now);
        }
        if self.is_paused() {
            return REST_WHEN_PAUSED;
        }
        if let Some(refused) = self.health.refused {
            // A probe that could not be made is not a refusal: it waits as any poll does.
            let at = self.health.healthengine.retry_at;
            return until(
                at.map_or(refused.probe_at, |at| at.max(refused.probe_at)),
                now,
            );
        }
        if let Some(at) = self.health.healthengine.retry_at {
            return until(at, now);
        }
        let poll = Some(later(begun, self.until_next_poll(begun)));
        let bookings = self.desk.bookings.values().map(|open| open.tries.next_at);
        let updates = self.desk.updates.values().map(|open| open.tries.next_at);
        let reports = self.desk.reports.values().map(|open| open.tries.next_at);
        let questions = self.watch.questions.values().map(|tries| tries.next_at);
        let publishing = if self.horizon.is_due() && !self.setup.resources.is_empty() {
            let rests = [self.horizon.retry_at, self.health.pms.retry_at];
            rests.into_iter().flatten().max().or(Some(now))
        } else {
            None
        };
        // What was put off in this activation may be due by its end already; what was put off
        // before and left alone waits for the poll.
        let put_off = bookings
            .chain(updates)
            .chain(reports)
            .chain(questions)
            .filter(|at| at.is_none_or(|at| at > begun));
        let next = put_off
            .chain([poll, publishing, self.setup.retry_at()])
            .chain([self.health.calls.retry_at])
            .flatten()
            .min()
            .unwrap_or(now);
        until(next, now)
    }

    /// The poll interval, shortened a little by chance, so that practices do not fall into step.
    fn until_next_poll(&mut self, begun: DateTime<Utc>) -> Duration {
        let zone = self.profile.zone;
        let local = zone.local(begun);
        let rhythm = &self.profile.rhythm;
        let chance = self.random.f64();
        let varied =
            |interval: Duration| interval.mul_f64(chance.mul_add(SHORTEST_POLL - 1.0, 1.0));
        if self.profile.live_hours.contains(local) {
            return varied(rhythm.poll);
        }
        // The longer wait ends where live hours begin: from then on a patient is answered in time.
        let opening = self.profile.live_hours.next_start(local);
        let opening = opening.and_then(|at| (zone.occurrence(at).instant()? - begun).to_std().ok());
        let outside = varied(rhythm.poll_outside_live_hours);
        opening.map_or(outside, |left| {
            outside.min(left + rhythm.poll.mul_f64(chance))
        })
    }
}

fn until(at: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (at - now).to_std().unwrap_or_default().max(SHORTEST_REST)
}
