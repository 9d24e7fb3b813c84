//! `status`: how the practices are, as the running daemon knows; also a container's health check.

use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use serde::Deserialize as _;
use serde_json::Value;

use super::api::{Api, ApiError, complain};
use super::line::line;
use super::{Exit, General, Streams, settings};
use crate::practice::status::PracticeStatus;
use crate::server::{PracticeShown, Practices, words};

/// The arguments of `status`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// One practice: its file's name in practices/, without .toml
    pub practice: Option<String>,
    /// As JSON, with the API's field names
    #[arg(long)]
    pub json: bool,
}

/// The answer for one practice, or for all.
enum Shown {
    One(Box<PracticeShown>),
    All(Practices),
}

/// Shows how the practices are. Succeeds when the daemon answers and is live, whatever the
/// practices' conditions.
pub(super) fn run(general: &General, arguments: &Arguments, streams: &mut Streams<'_>) -> Exit {
    let server = match settings::load_server(general, streams) {
        Ok(server) => server,
        Err(exit) => return exit,
    };
    match show(server.listen, arguments, streams) {
        Ok(true) => Exit::Done,
        Ok(false) => {
            line(
                streams.err,
                format_args!("error: the daemon answers, but no practice's loop turns: restart it"),
            );
            Exit::Failed
        }
        Err(error) => complain(&error, streams),
    }
}

fn show(
    address: SocketAddr,
    arguments: &Arguments,
    streams: &mut Streams<'_>,
) -> Result<bool, ApiError> {
    let api = Api::at(address)?;
    let live = api.is_live()?;
    let mut path = vec!["api", "v1", "practices"];
    path.extend(arguments.practice.as_deref());
    let answer: Value = api.read(&path)?;
    if arguments.json {
        line(streams.out, format_args!("{answer:#}"));
        return Ok(live);
    }
    let shown = if arguments.practice.is_some() {
        PracticeShown::deserialize(answer).map(|practice| Shown::One(Box::new(practice)))
    } else {
        Practices::deserialize(answer).map(Shown::All)
    };
    let text = match shown.map_err(|_| ApiError::Foreign(address))? {
        Shown::One(practice) => story(&practice),
        Shown::All(practices) => table(&practices.practices),
    };
    for text in text {
        line(streams.out, format_args!("{}", text.trim_end()));
    }
    Ok(live)
}

fn table(practices: &[PracticeShown]) -> Vec<String> {
    let head = ["PRACTICE", "CONDITION", "LAST POLL (UTC)", "BOOKINGS"].map(str::to_owned);
    let mut rows = vec![(head, "WHAT, AND WHAT TO DO".to_owned())];
    rows.extend(practices.iter().map(|practice| {
        let status = &practice.status;
        let cells = [
            practice.name.clone(),
            words(status.condition).to_owned(),
            time(status.last_poll),
            bookings(status),
        ];
        let mut what = status.sentence.clone();
        for more in status.remedy.iter().chain(other_items(status)) {
            what.push_str("; ");
            what.push_str(more);
        }
        (cells, what)
    }));
    let mut widths = [0; 4];
    for (cells, _) in &rows {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = cell.chars().count().max(*width);
        }
    }
    rows.into_iter()
        .map(|(cells, what)| {
            let cells = cells.iter().zip(widths);
            let cells = cells.map(|(cell, width)| format!("{cell:width$}  "));
            cells.chain([what]).collect()
        })
        .collect()
}

fn story(practice: &PracticeShown) -> Vec<String> {
    let status = &practice.status;
    let mut lines = vec![
        format!("practice       {}", practice.name),
        format!("practice id    {}", practice.practice_id),
        format!("time zone      {}", practice.timezone),
        format!("condition      {}", words(status.condition)),
        format!("what           {}", status.sentence),
    ];
    lines.extend(
        status
            .remedy
            .iter()
            .map(|remedy| format!("what to do     {remedy}")),
    );
    lines.extend([
        format!("last poll      {}", utc(status.last_poll)),
        format!("full sending   {}", utc(status.availability_full_at)),
        format!("days waiting   {}", status.availability_waiting),
        format!("bookings       {}", bookings(status)),
    ]);
    lines.extend(
        status
            .oldest_unanswered
            .map(|since| format!("unanswered     since {}", utc(Some(since)))),
    );
    lines.extend(other_items(status).map(|item| format!("for a person   {item}")));
    lines.extend(status.availability_refused.iter().map(|day| {
        format!(
            "refused day    {} on {}: {}",
            day.resource, day.date, day.error
        )
    }));
    lines.extend(
        status
            .features
            .iter()
            .map(|feature| format!("feature        {}", feature.sentence)),
    );
    lines.extend(
        status
            .snapshots_refused
            .iter()
            .map(|words| format!("snapshot       {words}")),
    );
    let waiting = status.not_answered.iter().filter(|kind| kind.waits);
    lines.extend(waiting.map(|kind| {
        let since = utc(Some(kind.since));
        format!("not answered   since {since}: {}", kind.sentence)
    }));
    lines.extend(
        status
            .last_error
            .iter()
            .map(|error| format!("last failure   {error}")),
    );
    lines
}

/// What waits for a person beside what the remedy says already.
fn other_items(status: &PracticeStatus) -> impl Iterator<Item = &String> {
    let said = status.remedy.as_ref();
    let sentences = status.items.iter().map(|item| &item.sentence);
    sentences.filter(move |sentence| Some(*sentence) != said)
}

fn bookings(status: &PracticeStatus) -> String {
    let counts = status.bookings;
    format!(
        "{} confirmed, {} rejected, {} open",
        counts.confirmed, counts.rejected, counts.open
    )
}

fn utc(at: Option<DateTime<Utc>>) -> String {
    let zone = if at.is_some() { " UTC" } else { "" };
    time(at) + zone
}

fn time(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(
        || "never".to_owned(),
        |at| at.format("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::practice::status::ItemShown;

    #[test]
    fn the_table_is_aligned_and_says_what_to_do() {
        let shown = |name: &str, remedy: Option<&str>| {
            let mut status = PracticeStatus::starting();
            status.remedy = remedy.map(str::to_owned);
            PracticeShown {
                name: name.to_owned(),
                practice_id: "1".to_owned(),
                timezone: "Australia/Perth".to_owned(),
                enabled: true,
                status: Arc::new(status),
            }
        };
        let lines = table(&[
            shown("harbour-dental", Some("call the practice")),
            shown("bay", None),
        ]);
        assert_eq!(
            lines,
            [
                "PRACTICE        CONDITION  LAST POLL (UTC)  BOOKINGS                         WHAT, AND WHAT TO DO",
                "harbour-dental  starting   never            0 confirmed, 0 rejected, 0 open  waiting for its first poll; call the practice",
                "bay             starting   never            0 confirmed, 0 rejected, 0 open  waiting for its first poll",
            ]
        );
    }

    #[test]
    fn what_the_remedy_says_is_not_said_again_among_the_items() {
        let mut status = PracticeStatus::starting();
        status.remedy = Some("call the patient of booking 1".to_owned());
        status.items = ["1", "2"]
            .map(|booking| ItemShown {
                kind: "call-patient".to_owned(),
                subject: booking.to_owned(),
                sentence: format!("call the patient of booking {booking}"),
                raised_at: DateTime::UNIX_EPOCH,
            })
            .into();
        let others: Vec<&String> = other_items(&status).collect();
        assert_eq!(others, ["call the patient of booking 2"]);
    }
}
