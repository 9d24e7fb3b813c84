//! What became of a call, and the one table that says what it means.

use std::time::Duration;

use super::error::{Refusal, Verdict};

/// Whether a call changes anything at Healthengine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// It only looks.
    Read,
    /// It changes something.
    Write,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing was written to a connection: no room, no name, no route, no trust.
    NotConnected,
    /// The time ran out after the call may have been sent.
    TimedOut,
    /// The connection broke after the call may have been sent.
    Broken,
    /// Healthengine answered; the wait it asked for, where it did.
    Answered(u16, Option<Duration>),
    /// The answer is larger than the bound, or not in the shape that the definition gives it.
    OutOfShape,
}

/// What an outcome means; `None`: it went well.
///
/// A write that was sent and not answered may have happened, and so may one whose answer is a
/// fault inside Healthengine: neither is ever called "not sent".
pub(super) const fn verdict(effect: Effect, outcome: Outcome) -> Option<Verdict> {
    Some(match outcome {
        Outcome::NotConnected => Verdict::NotSent,
        Outcome::TimedOut | Outcome::Broken => Verdict::Unknown,
        Outcome::OutOfShape => Verdict::Garbled,
        Outcome::Answered(status, wait) => match status {
            200..=299 => return None,
            400 | 413 | 415 | 422 => Verdict::Refused(Refusal::Invalid),
            401 | 403 => Verdict::Unauthorised,
            404 => Verdict::Refused(Refusal::NotFound),
            410 => Verdict::Refused(Refusal::Gone),
            // 408 and 425 say, as 429 and 503 do, that nothing was done yet.
            408 | 425 | 429 | 503 => Verdict::Slow(wait),
            300..=499 => Verdict::Refused(Refusal::Other(status)),
            500..=599 => match effect {
                Effect::Read => Verdict::Slow(None),
                Effect::Write => Verdict::Unknown,
            },
            // No final answer of HTTP has such a status.
            0..=199 | 600.. => match effect {
                Effect::Read => Verdict::Garbled,
                Effect::Write => Verdict::Unknown,
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Option<Duration> = Some(Duration::from_secs(7));

    fn both(outcome: Outcome) -> [Option<Verdict>; 2] {
        [
            verdict(Effect::Read, outcome),
            verdict(Effect::Write, outcome),
        ]
    }

    #[test]
    fn what_was_not_sent_may_be_sent_again() {
        assert_eq!(both(Outcome::NotConnected), [Some(Verdict::NotSent); 2]);
    }

    #[test]
    fn a_lost_answer_is_unknown_and_never_a_reason_to_send_again() {
        assert_eq!(both(Outcome::TimedOut), [Some(Verdict::Unknown); 2]);
        assert_eq!(both(Outcome::Broken), [Some(Verdict::Unknown); 2]);
    }

    #[test]
    fn an_answer_out_of_shape_is_garbled() {
        assert_eq!(both(Outcome::OutOfShape), [Some(Verdict::Garbled); 2]);
    }

    #[test]
    fn every_status_has_its_verdict() {
        for status in 0..=u16::MAX {
            let [read, write] = both(Outcome::Answered(status, WAIT));
            let expected = match status {
                200..=299 => [None, None],
                400 | 413 | 415 | 422 => [Some(Verdict::Refused(Refusal::Invalid)); 2],
                401 | 403 => [Some(Verdict::Unauthorised); 2],
                404 => [Some(Verdict::Refused(Refusal::NotFound)); 2],
                410 => [Some(Verdict::Refused(Refusal::Gone)); 2],
                408 | 425 | 429 | 503 => [Some(Verdict::Slow(WAIT)); 2],
                300..=499 => [Some(Verdict::Refused(Refusal::Other(status))); 2],
                500..=599 => [Some(Verdict::Slow(None)), Some(Verdict::Unknown)],
                _ => [Some(Verdict::Garbled), Some(Verdict::Unknown)],
            };
            assert_eq!([read, write], expected, "{status}");
        }
    }
}
