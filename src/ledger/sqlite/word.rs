//! The words in which states and reasons stand in the ledger, and the way back.
//!
//! Rows outlive versions: a word that was once written is never given another meaning.

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::domain::booking::{How, Place, RejectReason, ReportState, State, Stuck, UpdateState};
use crate::domain::civil::LocalDateTime;
use crate::domain::id::{PmsAppointmentId, PmsPatientId};

const INSTANT: &str = "%Y-%m-%dT%H:%M:%S%.9fZ";
const LOCAL: &str = "%Y-%m-%dT%H:%M:%S%.f";

/// A state as the columns of its row.
#[derive(Debug, Default)]
pub(super) struct StateColumns {
    pub(super) state: String,
    pub(super) since: Option<String>,
    pub(super) appointments: Option<String>,
    pub(super) patient: Option<String>,
    pub(super) how: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) reason_words: Option<String>,
    pub(super) stuck: Option<String>,
    pub(super) stuck_words: Option<String>,
}

impl StateColumns {
    pub(super) fn of(state: &State) -> Self {
        let mut columns = Self {
            state: state.name().to_owned(),
            ..Self::default()
        };
        match state {
            State::Received | State::SettledByPerson => {}
            State::Inserting { since } => columns.since = Some(instant(*since)),
            State::Inserted { place, how } | State::Confirmed { place, how } => {
                let ids = place.appointments.iter().map(PmsAppointmentId::as_str);
                columns.appointments = Some(list(ids));
                columns.patient = Some(place.patient.as_str().to_owned());
                columns.how = Some(how.name().to_owned());
            }
            State::Rejecting { reason } | State::Rejected { reason } => {
                let (word, words) = reason_word(reason);
                columns.reason = Some(word.to_owned());
                columns.reason_words = words.map(str::to_owned);
            }
            State::NeedsPerson { why } => {
                let (word, words) = stuck_word(why);
                columns.stuck = Some(word.to_owned());
                columns.stuck_words = words.map(str::to_owned);
            }
        }
        columns
    }

    /// The state, or the name of the column that cannot be read.
    pub(super) fn parse(self) -> Result<State, &'static str> {
        match self.state.as_str() {
            "received" => Ok(State::Received),
            "inserting" => {
                let since = self.since.as_deref().and_then(parse_instant);
                Ok(State::Inserting {
                    since: since.ok_or("since")?,
                })
            }
            "inserted" => self
                .place()
                .map(|(place, how)| State::Inserted { place, how }),
            "confirmed" => self
                .place()
                .map(|(place, how)| State::Confirmed { place, how }),
            "rejecting" => self.reason().map(|reason| State::Rejecting { reason }),
            "rejected" => self.reason().map(|reason| State::Rejected { reason }),
            "needs a person" => {
                let why = self
                    .stuck
                    .and_then(|word| parse_stuck(&word, self.stuck_words));
                Ok(State::NeedsPerson {
                    why: why.ok_or("stuck")?,
                })
            }
            "settled by a person" => Ok(State::SettledByPerson),
            _ => Err("state"),
        }
    }

    fn place(self) -> Result<(Place, How), &'static str> {
        let appointments = self.appointments.as_deref().and_then(parse_list);
        let appointments = appointments.ok_or("appointments")?;
        let appointments: Result<Vec<_>, _> = appointments
            .iter()
            .map(|id| PmsAppointmentId::parse(id))
            .collect();
        let patient = self.patient.as_deref().map(PmsPatientId::parse);
        let place = Place {
            appointments: appointments.map_err(|_| "appointments")?,
            patient: patient.and_then(Result::ok).ok_or("patient")?,
        };
        let how = self.how.as_deref().and_then(How::parse).ok_or("how")?;
        Ok((place, how))
    }

    fn reason(self) -> Result<RejectReason, &'static str> {
        self.reason
            .and_then(|word| parse_reason(&word, self.reason_words))
            .ok_or("reason")
    }
}

fn reason_word(reason: &RejectReason) -> (&'static str, Option<&str>) {
    match reason {
        RejectReason::ResourceRemoved => ("resource removed", None),
        RejectReason::ResourceUnknown => ("resource unknown", None),
        RejectReason::TimeDoesNotExist => ("time does not exist", None),
        RejectReason::TimePassed => ("time passed", None),
        RejectReason::TypeNotOffered => ("type not offered", None),
        RejectReason::LengthNotAllowed => ("length not allowed", None),
        RejectReason::SlotTaken => ("slot taken", None),
        RejectReason::OutsideHours => ("outside hours", None),
        RejectReason::PmsUnavailable => ("pms unavailable", None),
        RejectReason::CancelledFirst => ("cancelled first", None),
        RejectReason::NoLongerAsked => ("no longer asked", None),
        RejectReason::Unreadable(field) => ("unreadable", Some(field)),
        RejectReason::Refused(words) => ("refused", Some(words)),
    }
}

fn parse_reason(word: &str, words: Option<String>) -> Option<RejectReason> {
    match word {
        "resource removed" => Some(RejectReason::ResourceRemoved),
        "resource unknown" => Some(RejectReason::ResourceUnknown),
        "time does not exist" => Some(RejectReason::TimeDoesNotExist),
        "time passed" => Some(RejectReason::TimePassed),
        "type not offered" => Some(RejectReason::TypeNotOffered),
        "length not allowed" => Some(RejectReason::LengthNotAllowed),
        "slot taken" => Some(RejectReason::SlotTaken),
        "outside hours" => Some(RejectReason::OutsideHours),
        "pms unavailable" => Some(RejectReason::PmsUnavailable),
        "cancelled first" => Some(RejectReason::CancelledFirst),
        "no longer asked" => Some(RejectReason::NoLongerAsked),
        "unreadable" => words.map(RejectReason::Unreadable),
        "refused" => words.map(RejectReason::Refused),
        _ => None,
    }
}

fn stuck_word(why: &Stuck) -> (&'static str, Option<&str>) {
    match why {
        Stuck::CannotLook => ("cannot look", None),
        Stuck::AnswerRefused(words) => ("answer refused", Some(words)),
        Stuck::OutOfOrder(words) => ("out of order", Some(words)),
    }
}

fn parse_stuck(word: &str, words: Option<String>) -> Option<Stuck> {
    match word {
        "cannot look" => Some(Stuck::CannotLook),
        "answer refused" => words.map(Stuck::AnswerRefused),
        "out of order" => words.map(Stuck::OutOfOrder),
        _ => None,
    }
}

/// An update's state as word and words.
pub(super) fn update_word(state: &UpdateState) -> (&'static str, Option<&str>) {
    match state {
        UpdateState::Done => ("done", None),
        UpdateState::Confirmed => ("confirmed", None),
        UpdateState::Refused(words) => ("refused", Some(words)),
        UpdateState::Rejected(words) => ("rejected", Some(words)),
    }
}

pub(super) fn parse_update(word: &str, words: Option<String>) -> Option<UpdateState> {
    match word {
        "done" => Some(UpdateState::Done),
        "confirmed" => Some(UpdateState::Confirmed),
        "refused" => words.map(UpdateState::Refused),
        "rejected" => words.map(UpdateState::Rejected),
        _ => None,
    }
}

/// A report's state as word and words.
pub(super) fn report_word(state: &ReportState) -> (&'static str, Option<&str>) {
    match state {
        ReportState::Owed => ("owed", None),
        ReportState::Told => ("told", None),
        ReportState::Known => ("known", None),
        ReportState::Refused(words) => ("refused", Some(words)),
    }
}

pub(super) fn parse_report(word: &str, words: Option<String>) -> Option<ReportState> {
    match word {
        "owed" => Some(ReportState::Owed),
        "told" => Some(ReportState::Told),
        "known" => Some(ReportState::Known),
        "refused" => words.map(ReportState::Refused),
        _ => None,
    }
}

/// An instant as text of fixed width, so that the text's order is the time's.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.naive_utc().format(INSTANT).to_string()
}

pub(super) fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, INSTANT)
        .ok()
        .map(|at| at.and_utc())
}

pub(super) fn local(at: LocalDateTime) -> String {
    at.naive().format(LOCAL).to_string()
}

pub(super) fn parse_local(text: &str) -> Option<LocalDateTime> {
    NaiveDateTime::parse_from_str(text, LOCAL)
        .ok()
        .map(LocalDateTime::from_naive)
}

/// A list of texts as a JSON array.
pub(super) fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.collect::<serde_json::Value>().to_string()
}

pub(super) fn parse_list(json: &str) -> Option<Vec<String>> {
    serde_json::from_str(json).ok()
}
