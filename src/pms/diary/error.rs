//! Why the diary could not do something, and which verdict that is.

use std::path::PathBuf;

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::domain::booking::RejectReason;
use crate::pms::PmsError;

/// Why the diary could not do something. No text holds a patient's detail.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DiaryError {
    /// There is no such file.
    #[error(
        "no diary at {path}: make one with `healthengine-connector diary import FILE.toml --database {path}`",
        path = .0.display()
    )]
    Missing(PathBuf),
    /// The file cannot be used as this practice's diary until a person changes something.
    #[error("{0}")]
    Unusable(String),
    /// The diary says no; nothing was written.
    #[error("{0}")]
    Refused(RejectReason),
    /// Others were writing all the time there was; nothing was written.
    #[error("others were writing to the diary all the time; try again")]
    Busy,
    /// Nobody waits for the call any more; nothing was written.
    #[error("the time for the call was over before the diary could begin")]
    Withdrawn,
    /// The commit failed: it may be in the diary, or not.
    #[error("the diary could not say whether it was written: {0}")]
    Lost(String),
    /// The engine failed before anything was written.
    #[error("the diary's engine failed: {0}")]
    Engine(String),
}

/// What the overlap triggers raise.
const SLOT_TAKEN: &str = "slot taken";

const BUSY: [ErrorCode; 2] = [ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked];

/// What a person must do about the file, by the engine's code.
const ADVICE: [(ErrorCode, &str); 5] = [
    (
        ErrorCode::NotADatabase,
        "the file is not a diary: name another one",
    ),
    (
        ErrorCode::DatabaseCorrupt,
        "the diary is damaged: restore a backup of it",
    ),
    (ErrorCode::PermissionDenied, NOT_WRITABLE),
    (ErrorCode::ReadOnly, NOT_WRITABLE),
    (ErrorCode::CannotOpen, NOT_WRITABLE),
];

const NOT_WRITABLE: &str = "the diary cannot be opened for writing: give this user the right to write the file and its folder";

impl From<rusqlite::Error> for DiaryError {
    fn from(error: rusqlite::Error) -> Self {
        if let rusqlite::Error::SqliteFailure(failure, message) = &error {
            if message.as_deref() == Some(SLOT_TAKEN) {
                return Self::Refused(RejectReason::SlotTaken);
            }
            if BUSY.contains(&failure.code) {
                return Self::Busy;
            }
            if let Some((_, advice)) = ADVICE.iter().find(|(code, _)| *code == failure.code) {
                return Self::Unusable((*advice).to_owned());
            }
        }
        Self::Engine(error.to_string())
    }
}

impl From<DiaryError> for PmsError {
    fn from(error: DiaryError) -> Self {
        match error {
            DiaryError::Refused(reason) => Self::Refused(reason),
            DiaryError::Missing(_) | DiaryError::Unusable(_) => {
                Self::Misconfigured(error.to_string())
            }
            DiaryError::Busy | DiaryError::Withdrawn | DiaryError::Engine(_) => {
                Self::NotDone(error.to_string())
            }
            DiaryError::Lost(_) => Self::Unknown(error.to_string()),
        }
    }
}

impl DiaryError {
    /// A row that this version cannot read.
    pub(super) fn unreadable(what: &str) -> Self {
        Self::Engine(format!("{what} in the diary cannot be read"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_the_verdict_that_tells_what_was_written() {
        let verdict = |error: DiaryError| PmsError::from(error);
        assert!(matches!(verdict(DiaryError::Busy), PmsError::NotDone(_)));
        assert!(matches!(
            verdict(DiaryError::Lost("disk".to_owned())),
            PmsError::Unknown(_)
        ));
        assert!(matches!(
            verdict(DiaryError::Missing(PathBuf::from("x.db"))),
            PmsError::Misconfigured(text) if text.contains("diary import")
        ));
        assert_eq!(
            verdict(DiaryError::Refused(RejectReason::SlotTaken)),
            PmsError::Refused(RejectReason::SlotTaken)
        );
    }
}
