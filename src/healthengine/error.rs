//! Why a call to Healthengine failed, and what that means for what follows.

use std::time::Duration;

use thiserror::Error;

/// What a failed call means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It never reached Healthengine: it may be sent again.
    NotSent,
    /// Healthengine said no.
    Refused(Refusal),
    /// The key is wrong, or consent is missing or revoked: stop this practice, tell its staff.
    Unauthorised,
    /// Healthengine asks for patience: it was not done. Bounded.
    Slow(Option<Duration>),
    /// It may have happened: the answer was lost.
    Unknown,
    /// The answer could not be read.
    Garbled,
}

impl Verdict {
    /// The word that the log writes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotSent => "not sent",
            Self::Refused(Refusal::Invalid) => "refused as invalid",
            Self::Refused(Refusal::NotFound) => "refused as not found",
            Self::Refused(Refusal::Gone) => "refused as gone",
            Self::Refused(Refusal::Other(_)) => "refused",
            Self::Unauthorised => "unauthorised",
            Self::Slow(_) => "asked for patience",
            Self::Unknown => "may have happened",
            Self::Garbled => "unreadable",
        }
    }
}

/// How Healthengine said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// 400, 413, 415, 422: the body breaks a rule.
    Invalid,
    /// 404: it does not know what was named.
    NotFound,
    /// 410: already handled, or expired.
    Gone,
    /// Any other 4xx, or a redirect.
    Other(u16),
}

/// A failed call, without its body's personal data, its keys or its tokens.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{operation}: {detail}")]
pub struct CallError {
    /// Which operation, by the API's name.
    pub operation: &'static str,
    /// What it means.
    pub verdict: Verdict,
    /// What happened, for the operator.
    pub detail: String,
}

impl CallError {
    /// A failed call.
    pub fn new(operation: &'static str, verdict: Verdict, detail: impl Into<String>) -> Self {
        Self {
            operation,
            verdict,
            detail: detail.into(),
        }
    }
}
