//! A daemon at work while patients book, recorded.

use std::process::Command;

use super::disk::Snapshot;
use super::record::Record;
use super::recorder::{Death, Recorder};
use super::told::{Answer, told};
use crate::acceptance::book::Offer;
use crate::acceptance::child::{Running, SOON};
use crate::acceptance::town::{FAST, HARBOUR, Place, SWAN, Town};

/// The ledger, in a directory that is not there yet when the daemon starts.
pub(super) const LEDGER: &str = "var/lib/ledger.db";

/// A thousand pages, each with its head.
const FULL_LOG: u64 = 1_000 * (4_096 + 24);

const LISTENS: &str = "metrics are on http://";

/// A town whose daemon is recorded.
pub(super) struct Day {
    town: Town,
    recorder: Recorder,
    before: Snapshot,
    offers: Vec<(&'static Place, Vec<Offer>)>,
    patients: u32,
    made: Vec<(&'static Place, i64)>,
}

impl Day {
    /// Practices without a ledger yet, or the reason why nothing can be recorded here.
    pub(super) fn begin() -> Result<Self, String> {
        let town = Town::with_two_practices(FAST);
        let recorder = Recorder::of(town.path())?;
        let before = Snapshot::of(recorder.root());
        Ok(Self {
            town,
            recorder,
            before,
            offers: Vec::new(),
            patients: 0,
            made: Vec::new(),
        })
    }

    /// The real binary.
    pub(super) fn binary(&self) -> Command {
        self.town.command(&["run"])
    }

    /// Starts a daemon on the recorded disk, and waits until it has its ledger.
    pub(super) fn start(&mut self, command: Command, death: Option<Death>) -> Running {
        let running = self.begin_to_start(command, death);
        running.says(LISTENS);
        if self.offers.is_empty() {
            self.publish();
        }
        running
    }

    /// Starts a daemon that may die before it has its ledger.
    pub(super) fn begin_to_start(&self, mut command: Command, death: Option<Death>) -> Running {
        command
            .current_dir(self.town.path())
            .env("CONNECTOR__LEDGER__URL", format!("sqlite:{LEDGER}"));
        self.recorder.watch(&mut command, death);
        Running::start(&mut command)
    }

    fn publish(&mut self) {
        for (place, resources, resource, of) in [
            (&HARBOUR, 2, "alva", "checkup"),
            (&SWAN, 1, "cleo", "first-visit"),
        ] {
            self.town.published(place, resources, SOON);
            let dates = (2..20).map(|ahead| self.town.date(place, ahead));
            let offers = dates.flat_map(|date| self.town.offers(place, resource, of, date));
            let apart = offers.filter(|offer| offer.start.ends_with(":00:00"));
            self.offers.push((place, apart.collect()));
        }
    }

    /// So many patients book in each practice, some of them a time that another has just taken.
    pub(super) fn patients_come(&mut self, patients: u32) {
        for _ in 0..patients {
            for which in 0..self.offers.len() {
                let (place, offers) = &mut self.offers[which];
                let (place, offer) = (*place, offers.pop().unwrap());
                self.book(place, &offer);
                if self.patients.is_multiple_of(5) {
                    self.book(place, &offer);
                }
            }
        }
    }

    fn book(&mut self, place: &'static Place, offer: &Offer) {
        self.patients += 1;
        let booking = self.town.book(place, offer, self.patients, true);
        self.made.push((place, booking));
    }

    /// Patients book until the ledger's log has been copied into the ledger, and is written from its
    /// beginning again.
    pub(super) fn patients_fill_the_log(&mut self) {
        let mut log = self.town.path().join(LEDGER).into_os_string();
        log.push("-wal");
        while std::fs::metadata(&log).unwrap().len() < FULL_LOG {
            self.patients_come(6);
            self.all_are_answered();
        }
        self.patients_come(6);
        self.all_are_answered();
    }

    /// Some of those who have an appointment cancel it.
    pub(super) fn patients_cancel(&self, most: usize) {
        for place in [&HARBOUR, &SWAN] {
            let state = self.town.state(place);
            let bookings = state["bookings"].as_array().unwrap().iter();
            let confirmed = bookings.filter(|entry| entry["standing"] == "confirmed");
            for entry in confirmed.take(most) {
                self.town.cancel(place, entry["booking"].as_i64().unwrap());
            }
        }
    }

    /// Waits until nobody waits.
    pub(super) fn all_are_answered(&self) {
        for place in [&HARBOUR, &SWAN] {
            self.town.nothing_waits(place);
        }
    }

    /// What was recorded, and the disk as it was before.
    pub(super) fn record(self) -> (Snapshot, Record) {
        let record = Record::read(&self.recorder.log(), self.recorder.root());
        let told: Vec<_> = record.events.iter().filter_map(told).collect();
        for (place, booking) in &self.made {
            let entry = self.town.entry(place, *booking);
            let history = entry["history"].as_array().unwrap();
            for (word, answer) in [
                ("confirmed", Answer::Confirmed),
                ("rejected", Answer::Rejected),
            ] {
                let was_told = told.iter().any(|told| {
                    told.practice == place.id && told.booking == *booking && told.what == answer
                });
                let is_known = history.iter().any(|line| line["what"] == word);
                assert!(was_told || !is_known, "nobody was seen to say so: {entry}");
            }
        }
        (self.before, record)
    }
}

/// Asks the daemon to stop, and waits until it has.
pub(super) fn stop(mut running: Running) {
    let asked = Command::new("kill").arg(running.id().to_string()).status();
    assert!(asked.unwrap().success());
    assert!(running.ended(SOON).success(), "{}", running.said());
}

/// Waits until the daemon has died as it was to.
pub(super) fn died(mut running: Running) {
    let ended = running.ended(SOON);
    assert_eq!(ended.code(), None, "{}", running.said());
}
