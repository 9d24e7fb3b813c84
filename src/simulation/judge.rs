//! Judges a practice by what happened to its models: never by what the engine or its ledger say.
//!
//! # What it holds
//! - A booking has one appointment or none, for its own patient, in its own practice.
//! - What Healthengine is told agrees with the diary, and nothing is rejected that stands.
//! - A patient who waits is answered within twenty seconds when nothing has gone wrong around it.
//! - What staff did to a booking that stands is told, and told once.
//! - Nothing is cancelled that nobody cancelled, and no cancellation is confirmed that was not done.
//! - A document that a patient hands in stands once, in the right record, and Healthengine is told
//!   so; one that staff write goes only with the booking whose appointment it is of.
//! - A day with its patients holds what belongs to that day, and nothing else.
//! - A configuration never shrinks to less than half unless an operator accepted it.
//! - When all has healed: everything is answered, and what is published is what the diary has.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::chronicle::{Chronicle, Entry, Happening, Trouble};
use super::healthengine::Answer;
use super::plan::HousePlan;
use crate::domain::booking::{Place, Slot};
use crate::domain::diary::Standing;
use crate::domain::feature::ExtraFeature;
use crate::domain::id::{
    BookingId, BookingKey, PmsAppointmentId, PmsPatientId, PracticeId, RequestId,
};
use crate::domain::redacted::Redacted;
use crate::pms::Support;

mod client_day;
mod configuration;
mod count;
mod diary;
mod end;
mod paper;
mod promptness;
mod published;
mod told;

/// How long it may be until the engine notices that consent is back: it probes slowly.
const PROBE: TimeDelta = TimeDelta::minutes(5);

/// For how long after something went wrong the engine may still be catching up.
const AFTERMATH: TimeDelta = TimeDelta::seconds(90);

/// How near to what happened to a booking a fault must be to stand in its story.
const AROUND: TimeDelta = TimeDelta::seconds(60);

/// How many lines a finding's story has at the most.
const LONGEST_STORY: usize = 40;

/// A rule that broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// Of which practice.
    pub practice: PracticeId,
    /// What broke, as a sentence.
    pub sentence: String,
    /// What had happened around it, a line each.
    pub story: Vec<String>,
}

/// A practice's judge.
#[derive(Debug)]
pub struct Judge {
    practice: PracticeId,
    prefix: String,
    keeps_key: Support,
    cancels: Support,
    /// Whether its system tells what has become of an appointment.
    tells: bool,
    /// Whether it sends whole days with their patients.
    serves_days: bool,
    /// Whether it tells of the documents that its staff write.
    offers: bool,
    zone: crate::domain::civil::Zone,
    publish_days: u16,
    slot: std::time::Duration,
    read: usize,
    entries: Vec<Entry>,
    cases: BTreeMap<BookingId, Case>,
    appointments: BTreeMap<PmsAppointmentId, Appointment>,
    updates: BTreeMap<RequestId, Update>,
    /// The bookings that must be answered by then.
    deadlines: BTreeMap<DateTime<Utc>, Vec<BookingId>>,
    troubles: BTreeSet<Trouble>,
    last_trouble: DateTime<Utc>,
    configuration: configuration::Seen,
    papers: paper::Seen,
    findings: Vec<Finding>,
}

/// What became of a booking.
#[derive(Debug)]
struct Case {
    slot: Option<Slot>,
    surname: Option<Redacted<String>>,
    /// The appointments that were made for it.
    made: Vec<PmsAppointmentId>,
    /// Whether a call to book it was cut off, or its outcome may not have been recorded.
    unclear: bool,
    /// Since when it is being booked, or since when its outcome is being recorded.
    booking_since: Option<DateTime<Utc>>,
    told: Option<(DateTime<Utc>, Answer)>,
    cancelled: bool,
    /// How often Healthengine asked whether it has changed, and has no answer.
    questions: u32,
    /// What was reported of it, and when last.
    reported: Vec<Answer>,
    reported_at: DateTime<Utc>,
}

impl Case {
    /// Where Healthengine was told that it stands.
    fn place(&self) -> Option<&Place> {
        self.told.as_ref().and_then(|(_, answer)| answer.place())
    }
}

#[derive(Debug)]
struct Appointment {
    key: Option<BookingKey>,
    slot: Slot,
    patient: PmsPatientId,
    surname: Option<Redacted<String>>,
    standing: Standing,
    made_at: DateTime<Utc>,
    /// What it has been since it was made.
    became: Vec<Standing>,
}

#[derive(Debug)]
struct Update {
    booking: BookingId,
    cancels: bool,
    asked_at: DateTime<Utc>,
    answered: bool,
}

impl Judge {
    /// The judge of the practice at this place of a plan.
    pub fn new(at: usize, plan: &HousePlan) -> Self {
        Self {
            practice: plan.profile.id.clone(),
            prefix: format!("h{at}-"),
            keeps_key: plan.can.keeps_key,
            cancels: plan.can.cancel,
            serves_days: plan.can.client_days == Support::Yes
                && plan.profile.features.has(ExtraFeature::ClientSnapshots),
            offers: plan.can.documents == Support::Yes
                && plan.profile.features.has(ExtraFeature::Documents),
            tells: plan.can.standings == Support::Yes,
            zone: plan.profile.zone,
            publish_days: plan.profile.publish_days,
            slot: plan.slot,
            read: 0,
            entries: Vec::new(),
            cases: BTreeMap::new(),
            appointments: BTreeMap::new(),
            updates: BTreeMap::new(),
            deadlines: BTreeMap::new(),
            troubles: BTreeSet::new(),
            last_trouble: DateTime::UNIX_EPOCH,
            configuration: configuration::Seen::default(),
            papers: paper::Seen::default(),
            findings: Vec::new(),
        }
    }

    /// Reads what has been noted since, up to now.
    pub fn read(&mut self, chronicle: &Chronicle, now: DateTime<Utc>) {
        if chronicle.len() > self.read {
            for entry in chronicle.since(self.read) {
                self.read = self.read.saturating_add(1);
                self.hold_to_deadlines(entry.at);
                self.see(entry);
            }
        }
        self.hold_to_deadlines(now);
    }

    /// Everything that happened, a line each.
    pub fn history(&self) -> impl Iterator<Item = String> {
        self.entries.iter().map(Entry::to_string)
    }

    /// What was found so far.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn see(&mut self, entry: Entry) {
        let at = entry.at;
        if entry.is_trouble() {
            self.last_trouble = self.last_trouble.max(at);
            self.blur(at, &entry);
        }
        let what = entry.what.clone();
        self.entries.push(entry);
        match what {
            Happening::Asked {
                booking,
                slot,
                surname,
                ..
            } => self.asked(at, booking, slot, surname),
            Happening::UpdateAsked {
                request,
                booking,
                cancels,
            } => self.update_asked(at, request, booking, cancels),
            Happening::QuestionAsked(booking) => {
                if let Some(case) = self.cases.get_mut(&booking) {
                    case.questions = case.questions.saturating_add(1);
                }
            }
            Happening::Told {
                booking,
                what,
                taken,
            } => self.told(at, booking, &what, taken),
            Happening::BookBegun(key) => self.book_begun(at, &key),
            Happening::BookEnded { key, clear } => self.book_ended(at, &key, clear),
            Happening::CancelBegun(ids) => self.cancel_begun(at, &ids),
            Happening::Made {
                id,
                key,
                slot,
                patient,
                surname,
            } => {
                let made = Appointment {
                    key,
                    slot,
                    patient,
                    surname,
                    standing: Standing::Booked,
                    made_at: at,
                    became: Vec::new(),
                };
                self.made(at, id, made);
            }
            Happening::Marked { id, standing } => {
                if let Some(known) = self.appointments.get_mut(&id) {
                    known.standing = standing;
                    known.became.push(standing);
                }
            }
            Happening::ResourcesSent(ids) => self.resources_sent(at, &ids),
            Happening::TypesSent(ids) => self.types_sent(at, &ids),
            Happening::Paper(paper) => self.paper(at, paper),
            Happening::RemovalsAccepted => self.configuration.accepted(),
            Happening::TroubleBegins(trouble) => {
                self.troubles.insert(trouble);
            }
            Happening::TroubleEnds(trouble) => {
                self.troubles.remove(&trouble);
                if trouble == Trouble::Revoked {
                    // Consent that is back is noticed at the next slow probe.
                    self.last_trouble = at + PROBE;
                }
            }
            Happening::Breach(what) => {
                self.find(
                    at,
                    None,
                    format!("a rule of the definition was broken: {what}"),
                );
            }
            Happening::Fault { .. } | Happening::Called(_) => {}
        }
    }

    /// A booking under way when something goes wrong may have an outcome that nobody recorded. One
    /// that waits may be recorded as begun although it never was, when the ledger's disk lies or the
    /// daemon is killed between the two.
    fn blur(&mut self, at: DateTime<Utc>, entry: &Entry) {
        let lies = matches!(&entry.what, Happening::Fault { call, .. } if *call == "record")
            || entry.what == Happening::TroubleBegins(Trouble::DaemonDown);
        for case in self.cases.values_mut() {
            let booking = case
                .booking_since
                .is_some_and(|since| at - since < AFTERMATH);
            case.unclear |= booking || (lies && case.told.is_none());
        }
    }

    fn asked(
        &mut self,
        at: DateTime<Utc>,
        booking: BookingId,
        slot: Option<Slot>,
        surname: Option<Redacted<String>>,
    ) {
        let case = Case {
            slot,
            surname,
            made: Vec::new(),
            unclear: false,
            booking_since: None,
            told: None,
            cancelled: false,
            questions: 0,
            reported: Vec::new(),
            reported_at: at,
        };
        self.cases.insert(booking, case);
    }

    fn update_asked(
        &mut self,
        at: DateTime<Utc>,
        request: RequestId,
        booking: BookingId,
        cancels: bool,
    ) {
        if let Some(case) = self.cases.get_mut(&booking) {
            case.cancelled |= cancels;
        }
        let update = Update {
            booking,
            cancels,
            asked_at: at,
            answered: false,
        };
        self.updates.insert(request, update);
    }

    /// The booking of this key, if it is one of this practice.
    fn booking_of(&self, key: &BookingKey) -> Option<BookingId> {
        let number = key
            .as_str()
            .strip_prefix("HE-")?
            .strip_prefix(self.practice.as_str())?;
        let booking = BookingId::new(number.strip_prefix('-')?.parse().ok()?);
        self.cases.contains_key(&booking).then_some(booking)
    }

    fn find(&mut self, at: DateTime<Utc>, booking: Option<BookingId>, sentence: String) {
        let mut story: Vec<String> = match booking {
            Some(booking) => {
                let key = BookingKey::of(&self.practice, booking);
                let ids = self.cases.get(&booking).map_or(&[][..], |case| &case.made);
                let about = |entry: &Entry| {
                    let marks =
                        matches!(&entry.what, Happening::Marked { id, .. } if ids.contains(id));
                    marks || entry.is_about(booking, &key)
                };
                let times: Vec<DateTime<Utc>> = self
                    .entries
                    .iter()
                    .filter(|entry| about(entry))
                    .map(|entry| entry.at)
                    .collect();
                let near = |entry: &Entry| times.iter().any(|at| (*at - entry.at).abs() < AROUND);
                let shown = |entry: &&Entry| about(entry) || (entry.is_trouble() && near(entry));
                self.entries
                    .iter()
                    .filter(shown)
                    .map(Entry::to_string)
                    .collect()
            }
            None => self.entries.iter().map(Entry::to_string).collect(),
        };
        let cut = story.len().saturating_sub(LONGEST_STORY);
        story.drain(..cut);
        self.findings.push(Finding {
            at,
            practice: self.practice.clone(),
            sentence,
            story,
        });
    }
}
