//! What a judge has seen, in numbers.

use super::Judge;
use crate::simulation::chronicle::Happening;
use crate::simulation::healthengine::Answer;

impl Judge {
    /// How many bookings were asked for, and how many of them stand or are rejected.
    pub fn counts(&self) -> (usize, usize, usize) {
        let told = |wanted: fn(&Answer) -> bool| {
            let told = self.cases.values().filter_map(|case| case.told.as_ref());
            told.filter(|(_, answer)| wanted(answer)).count()
        };
        let confirmed = told(|answer| matches!(answer, Answer::Confirmed(_)));
        let rejected = told(|answer| matches!(answer, Answer::Rejected(_)));
        (self.cases.len(), confirmed, rejected)
    }

    /// What happened to documents, and to days with their patients.
    pub fn papers(&self) -> impl Iterator<Item = &'static str> {
        self.entries.iter().filter_map(|entry| match &entry.what {
            Happening::Paper(paper) => Some(paper.kind()),
            Happening::Asked { .. }
            | Happening::UpdateAsked { .. }
            | Happening::QuestionAsked(_)
            | Happening::Told { .. }
            | Happening::BookBegun(_)
            | Happening::BookEnded { .. }
            | Happening::CancelBegun(_)
            | Happening::Made { .. }
            | Happening::Marked { .. }
            | Happening::ResourcesSent(_)
            | Happening::TypesSent(_)
            | Happening::RemovalsAccepted
            | Happening::TroubleBegins(_)
            | Happening::TroubleEnds(_)
            | Happening::Fault { .. }
            | Happening::Called(_)
            | Happening::Breach(_) => None,
        })
    }

    /// Every fault that was noted, by the call it struck.
    pub fn faults(&self) -> impl Iterator<Item = &'static str> {
        self.entries.iter().filter_map(|entry| match &entry.what {
            Happening::Fault { call, .. } => Some(*call),
            Happening::Asked { .. }
            | Happening::UpdateAsked { .. }
            | Happening::QuestionAsked(_)
            | Happening::Told { .. }
            | Happening::BookBegun(_)
            | Happening::BookEnded { .. }
            | Happening::CancelBegun(_)
            | Happening::Made { .. }
            | Happening::Marked { .. }
            | Happening::ResourcesSent(_)
            | Happening::TypesSent(_)
            | Happening::Paper(_)
            | Happening::RemovalsAccepted
            | Happening::TroubleBegins(_)
            | Happening::TroubleEnds(_)
            | Happening::Called(_)
            | Happening::Breach(_) => None,
        })
    }
}
