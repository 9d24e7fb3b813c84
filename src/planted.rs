//! Bugs that the proofs must catch, planted one at a time into a build that is for tests only.
//!
//! Each is one that systems of this kind have had. Where it would have stood, the code says
//! `planted!(Name, what was wrong, what is right)`, and in every ordinary build that is what is
//! right, and nothing else. With the feature `planted-bugs` a process takes the wrong way where
//! `HEALTHENGINE_PLANTED_BUG` names it. `tests/planted_bugs` plants each in turn, runs the proofs,
//! and demands that two of them catch it.

#[cfg(feature = "planted-bugs")]
use crate::domain::id::PracticeId;

#[cfg(all(feature = "planted-bugs", not(debug_assertions)))]
compile_error!("planted-bugs is for tests: no optimised build may have it");

/// What is right, or with one word in a test's environment, what was once wrong.
///
/// With only a name and a block, the block is what was wrong, and nothing stands for what is right.
#[cfg(not(feature = "planted-bugs"))]
macro_rules! planted {
    ($bug:ident, $wrong:block) => {};
    ($bug:ident, $wrong:expr, $right:expr) => {
        $right
    };
}

#[cfg(feature = "planted-bugs")]
macro_rules! planted {
    ($bug:ident, $wrong:block) => {
        if $crate::planted::is($crate::planted::Bug::$bug) $wrong
    };
    ($bug:ident, $wrong:expr, $right:expr) => {
        if $crate::planted::is($crate::planted::Bug::$bug) {
            $wrong
        } else {
            $right
        }
    };
}

/// Makes the list of the bugs, so that none is without its name.
#[cfg(feature = "planted-bugs")]
macro_rules! bugs {
    ($(#[doc = $wrong:literal] $name:ident,)+) => {
        /// A bug that can be planted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Bug {
            $(#[doc = $wrong] $name,)+
        }

        /// Each with its name, as the variable and the table have it.
        const ALL: &[(&str, Bug)] = &[$((stringify!($name), Bug::$name),)+];
    };
}

#[cfg(feature = "planted-bugs")]
bugs! {
    /// The intent to insert is kept in memory only.
    IntentNotWritten,
    /// The intent to insert is written, but not flushed before the PMS is called.
    IntentNotFlushed,
    /// The outcome is not flushed before Healthengine is told.
    OutcomeNotFlushed,
    /// Healthengine is told before the outcome is written.
    ConfirmedBeforeRecorded,
    /// The decision to reject is not flushed before Healthengine is told.
    RejectionNotFlushed,
    /// The ledger answers before it has committed.
    AnsweredBeforeCommit,
    /// After a lost answer the PMS is asked to book again, without a look.
    BookedAgainAfterUnknown,
    /// A lost answer of the PMS is taken for a no, and the booking is rejected.
    UnknownTakenForNo,
    /// A look that fails ends in a rejection, although the appointment may stand.
    RejectedWhileItMayStand,
    /// Each attempt to insert a booking has a key of its own.
    KeyDiffersByAttempt,
    /// A booking stands in the diary under another practice's key.
    TenantKeysSwapped,
    /// What was open when the process died is not taken up by the next one.
    OpenBookingsForgotten,
    /// After a failure of the ledger the memory is trusted, not read again.
    MemoryTrustedAfterFailure,
    /// A late booking is inserted without a look at what staff have typed in.
    LateWithoutLook,
    /// A booking is rejected too late, and nobody is told to call the patient.
    LateRejectionUnsaid,
    /// A booking is put under whoever comes first on the list of patients.
    FirstPatientTaken,
    /// The date in UTC is taken for the practice's date.
    UtcTakenForLocal,
    /// A time that the clock jumps over is offered.
    GapOffered,
    /// A list that has shrunk is sent as it is.
    PartialListSent,
    /// A cancellation is confirmed although the PMS did not do it.
    CancelledInWordsOnly,
    /// An update of a booking that nobody knows is left without an answer.
    UnknownUpdateUnanswered,
    /// An answer that Healthengine does not know is sent for ever.
    NotFoundNeverSettled,
}

/// Whether this bug is the one that is planted.
#[cfg(feature = "planted-bugs")]
pub(crate) fn is(bug: Bug) -> bool {
    static PLANTED: std::sync::OnceLock<Option<Bug>> = std::sync::OnceLock::new();
    *PLANTED.get_or_init(chosen) == Some(bug)
}

#[cfg(feature = "planted-bugs")]
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own switch is no setting"
)]
fn chosen() -> Option<Bug> {
    let name = std::env::var("HEALTHENGINE_PLANTED_BUG").unwrap_or_default();
    // A misspelt name would pass every proof.
    let known = ALL.iter().find(|(known, _)| *known == name);
    assert!(
        known.is_some() || name.is_empty(),
        "no bug is called {name}"
    );
    known.map(|(_, bug)| *bug)
}

/// Another practice.
#[cfg(feature = "planted-bugs")]
pub(crate) fn neighbour(practice: &PracticeId) -> PracticeId {
    PracticeId::parse("7002").unwrap_or_else(|_| practice.clone())
}
