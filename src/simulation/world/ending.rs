//! How a world ends: everything heals, comes to rest, and is judged.

use chrono::{TimeDelta, Utc};

use super::{Outcome, What, World};
use crate::domain::clock::Clock as _;
use crate::ledger::LedgerError;
use crate::simulation::chronicle::{Happening, Trouble};
use crate::simulation::judge::Finding;
use crate::simulation::patient::CANARIES;

/// How long after everything has healed the operators look again.
const SECOND_LOOK: TimeDelta = TimeDelta::minutes(10);

impl World {
    /// From now on nothing goes wrong any more, and operators have done what they were asked to.
    pub(super) fn heal(&mut self) -> Result<(), LedgerError> {
        self.healed = true;
        self.disk.clear_up();
        for at in 0..self.houses.len() {
            for trouble in Trouble::OF_A_PRACTICE {
                self.over(at, trouble);
            }
            let Some(house) = self.houses.get_mut(at) else {
                continue;
            };
            house.gate.hold_at(None);
            house.network.clear_up();
            house.office.clear_up();
            house.healthengine.books().bad_days.clear();
            house.resync(true);
            house.judge();
        }
        self.at(SECOND_LOOK, What::Accept);
        self.restart()?;
        for at in 0..self.houses.len() {
            self.resume(at);
            self.hint(at);
        }
        Ok(())
    }

    /// The operators accept what was found to be removed only since everything healed.
    pub(super) fn accept(&mut self) {
        for at in 0..self.houses.len() {
            if let Some(house) = self.houses.get(at) {
                house.resync(true);
            }
            self.hint(at);
        }
    }

    /// Judges how everything ended.
    pub(super) fn close(mut self) -> Outcome {
        let now = self.clock.now();
        let mut findings = Vec::new();
        let mut digest: u64 = 0;
        let mut history = Vec::new();
        for house in &mut self.houses {
            house.judge();
            let state = house.pms.state();
            let books = house.healthengine.books();
            for breach in &state.breaches {
                house.chronicle.note(now, Happening::Breach(breach.clone()));
            }
            house.judge.read(&house.chronicle, now);
            house.judge.end(now, &books, &state.diary);
            findings.extend(house.judge.findings().iter().cloned());
            if self.wish.history.as_ref() == Some(&house.plan.profile.id) {
                history.extend(house.judge.history());
            }
            digest = digest.rotate_left(7) ^ house.chronicle.digest();
            let (made, confirmed, rejected) = house.judge.counts();
            self.tally.bookings = self.tally.bookings.saturating_add(made);
            self.tally.confirmed = self.tally.confirmed.saturating_add(confirmed);
            self.tally.rejected = self.tally.rejected.saturating_add(rejected);
            for kind in house.judge.papers() {
                let count = self.tally.papers.entry(kind).or_default();
                *count = count.saturating_add(1);
            }
            for call in house.judge.faults() {
                let count = self.tally.faults.entry(call).or_default();
                *count = count.saturating_add(1);
            }
            self.tally.practice_time += self.wish.length;
        }
        self.tally.worlds = 1;
        findings.extend(self.personal(now));
        findings.sort_by_key(|finding| finding.at);
        Outcome {
            findings,
            history,
            digest,
            tally: self.tally,
        }
    }

    /// A patient's detail in the ledger's files.
    fn personal(&self, at: chrono::DateTime<Utc>) -> Option<Finding> {
        let texts = self.folder.texts();
        let canary = CANARIES
            .into_iter()
            .find(|canary| texts.iter().any(|text| text.contains(canary)))?;
        let practice = self.houses.first()?.plan.profile.id.clone();
        Some(Finding {
            at,
            practice,
            sentence: format!("the ledger holds a patient's detail: {canary}"),
            story: Vec::new(),
        })
    }
}
