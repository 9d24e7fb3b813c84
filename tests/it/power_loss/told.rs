//! What Healthengine was told, read from the requests as they left the process.

use super::record::Event;

/// An answer on its way to Healthengine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) practice: String,
    pub(super) booking: i64,
    pub(super) what: Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Confirmed,
    Rejected,
    UpdateConfirmed(i64),
    UpdateRejected(i64),
}

/// The answer in an event, if there is one in it.
pub(super) fn told(event: &Event) -> Option<Told> {
    let Event::Said(head) = event else {
        return None;
    };
    let mut lines = head.split("\r\n");
    let (_, rest) = lines.next()?.split_once("/bookings/")?;
    let (path, _) = rest.split_once(' ')?;
    let mut parts = path.split('/');
    let booking = parts.next()?.parse().ok()?;
    let word = parts.next()?;
    let request = parts.next().and_then(|request| request.parse().ok());
    let what = match (word, request) {
        ("confirmInsert", None) => Answer::Confirmed,
        ("rejectInsert", None) => Answer::Rejected,
        ("confirmUpdate", Some(request)) => Answer::UpdateConfirmed(request),
        ("rejectUpdate", Some(request)) => Answer::UpdateRejected(request),
        _ => return None,
    };
    let practice = lines
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("practice-id"));
    let Some((_, practice)) = practice else {
        panic!("an answer without a practice: {head}");
    };
    Some(Told {
        practice: practice.to_owned(),
        booking,
        what,
    })
}
