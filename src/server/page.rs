//! The operator's page: who needs a phone call, and what to say.
//!
//! The page is a pure function of the statuses; it works without a script.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use self::html::{Escaped, Frame};
use super::{Listed, Site, attention};
use crate::ledger::ItemKind;
use crate::practice::status::{Condition, ItemShown, PracticeStatus};

mod html;

/// How many practices one page lists.
const ROWS: usize = 100;

/// What to list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// Part of a name, of a practice id or of a condition.
    search: String,
    /// Which page, from 1.
    page: usize,
}

/// The list of practices, the one that needs a person most first.
pub(super) async fn overview(
    State(site): State<Arc<Site>>,
    Query(wanted): Query<Wanted>,
) -> Html<String> {
    let rows: Vec<Row> = site.roster.iter().map(Row::of).collect();
    Html(overview_page(rows, &wanted, site.version, site.clock.now()))
}

/// One practice in full.
pub(super) async fn practice(State(site): State<Arc<Site>>, Path(name): Path<String>) -> Response {
    match site.roster.find(&name) {
        Some(listed) => Html(practice_page(
            &Row::of(listed),
            site.version,
            site.clock.now(),
        ))
        .into_response(),
        None => (
            StatusCode::NOT_FOUND,
            Html(Frame::new("No such practice", site.version).closed()),
        )
            .into_response(),
    }
}

/// The page's style.
pub(super) async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("page/style.css"),
    )
}

/// A practice as the page shows it.
struct Row {
    name: String,
    id: String,
    zone: &'static str,
    status: Arc<PracticeStatus>,
}

impl Row {
    fn of(listed: &Listed) -> Self {
        Self {
            name: listed.profile.name.to_string(),
            id: listed.profile.id.to_string(),
            zone: listed.profile.zone.name(),
            status: listed.latest(),
        }
    }

    fn matches(&self, search: &str) -> bool {
        let search = search.trim().to_lowercase();
        [
            self.name.as_str(),
            self.id.as_str(),
            attention::words(self.status.condition),
        ]
        .iter()
        .any(|text| text.to_lowercase().contains(&search))
    }
}

fn overview_page(mut rows: Vec<Row>, wanted: &Wanted, version: &str, now: DateTime<Utc>) -> String {
    let all = rows.len();
    let mut frame = Frame::new("Practices", version);
    summary(&mut frame, &rows);
    rows.retain(|row| row.matches(&wanted.search));
    rows.sort_by_cached_key(|row| (attention::order(&row.status), row.name.clone()));
    let found = rows.len();
    let pages = found.div_ceil(ROWS).max(1);
    let page = wanted.page.clamp(1, pages);
    search_form(&mut frame, &wanted.search, found, all);
    frame.raw(
        "<table><thead><tr><th>Practice</th><th>Condition</th><th>What and what to do</th>\
         <th>Last poll</th><th>Bookings</th></tr></thead><tbody>",
    );
    let skipped = page.saturating_sub(1).saturating_mul(ROWS);
    for row in rows.iter().skip(skipped).take(ROWS) {
        table_row(&mut frame, row, now);
    }
    frame.raw("</tbody></table>");
    turner(&mut frame, &wanted.search, page, pages);
    frame.closed()
}

fn summary(frame: &mut Frame, rows: &[Row]) {
    frame.raw("<p class=\"summary\">");
    for condition in attention::BY_URGENCY {
        let practices = rows
            .iter()
            .filter(|row| row.status.condition == condition)
            .count();
        if practices > 0 {
            frame.write(format_args!(
                "<a class=\"badge {}\" href=\"/?search={}\">{practices} {}</a> ",
                class(condition),
                Escaped(&query(attention::words(condition))),
                Escaped(attention::words(condition)),
            ));
        }
    }
    frame.raw("</p>");
}

fn search_form(frame: &mut Frame, search: &str, found: usize, all: usize) {
    frame.write(format_args!(
        "<form action=\"/\" method=\"get\"><label>Search <input name=\"search\" value=\"{}\"></label> \
         <button>Show</button> {found} of {all} practices</form>",
        Escaped(search)
    ));
}

fn table_row(frame: &mut Frame, row: &Row, now: DateTime<Utc>) {
    let status = &row.status;
    frame.write(format_args!(
        "<tr><td><a href=\"/practices/{}\">{}</a></td><td><span class=\"badge {}\">{}</span></td><td>{}",
        Escaped(&row.name),
        Escaped(&row.name),
        class(status.condition),
        Escaped(attention::words(status.condition)),
        Escaped(&status.sentence),
    ));
    if let Some(remedy) = &status.remedy {
        frame.write(format_args!("<br><strong>{}</strong>", Escaped(remedy)));
    }
    if let Some(first) = status.items.first() {
        frame.write(format_args!("<br>{}", Escaped(&first.sentence)));
        let more = status.items.len().saturating_sub(1);
        if more > 0 {
            frame.write(format_args!(" (and {more} more)"));
        }
    }
    frame.write(format_args!(
        "</td><td>{}</td><td>{}</td></tr>",
        Escaped(&ago(status.last_poll, now)),
        Escaped(&bookings(status)),
    ));
}

fn turner(frame: &mut Frame, search: &str, page: usize, pages: usize) {
    frame.raw("<p class=\"turner\">");
    let search = query(search);
    for (turn, word) in [
        (page.saturating_sub(1), "Previous"),
        (page.saturating_add(1), "Next"),
    ] {
        if (1..=pages).contains(&turn) {
            frame.write(format_args!(
                "<a href=\"/?search={}&amp;page={turn}\">{word}</a> ",
                Escaped(&search)
            ));
        }
    }
    frame.write(format_args!("Page {page} of {pages}</p>"));
}

fn practice_page(row: &Row, version: &str, now: DateTime<Utc>) -> String {
    let status = &row.status;
    let mut frame = Frame::new(&row.name, version);
    frame.write(format_args!(
        "<p><span class=\"badge {}\">{}</span> {}</p>",
        class(status.condition),
        Escaped(attention::words(status.condition)),
        Escaped(&status.sentence),
    ));
    if let Some(remedy) = &status.remedy {
        frame.write(format_args!("<p><strong>{}</strong></p>", Escaped(remedy)));
    }
    let items: Vec<String> = status
        .items
        .iter()
        .map(|item| item_line(&row.name, item, now))
        .collect();
    list(&mut frame, "Waiting for a person", &items);
    let refused: Vec<String> = status
        .availability_refused
        .iter()
        .map(|day| format!("{} on {}: {}", day.resource, day.date, day.error))
        .collect();
    list(&mut frame, "Days that Healthengine refuses", &refused);
    let waiting = status.not_answered.iter().filter(|kind| kind.waits);
    let waiting: Vec<String> = waiting
        .map(|kind| {
            let since = ago(Some(kind.since), now);
            format!("{} (first {since}, {} polls)", kind.sentence, kind.polls)
        })
        .collect();
    list(&mut frame, "Requests that are not answered", &waiting);
    list(
        &mut frame,
        "Client snapshots that cannot be sent",
        &status.snapshots_refused,
    );
    let features: Vec<String> = status
        .features
        .iter()
        .map(|feature| feature.sentence.clone())
        .collect();
    list(&mut frame, "Extra features", &features);
    frame.raw("<dl>");
    for (term, value) in [
        ("Practice id", row.id.clone()),
        ("Time zone", row.zone.to_owned()),
        ("Last poll", ago(status.last_poll, now)),
        (
            "Availability last taken in full",
            ago(status.availability_full_at, now),
        ),
        (
            "Days waiting to be sent",
            status.availability_waiting.to_string(),
        ),
        ("Bookings since the start", bookings(status)),
        (
            "Oldest booking without an answer",
            status
                .oldest_unanswered
                .map_or_else(|| "none".to_owned(), |since| ago(Some(since), now)),
        ),
        (
            "Last failure",
            status
                .last_error
                .clone()
                .unwrap_or_else(|| "none".to_owned()),
        ),
    ] {
        frame.write(format_args!(
            "<dt>{}</dt><dd>{}</dd>",
            Escaped(term),
            Escaped(&value)
        ));
    }
    frame.raw("</dl><p><a href=\"/\">All practices</a></p>");
    frame.closed()
}

/// An item, and the command that says that it is dealt with.
fn item_line(practice: &str, item: &ItemShown, now: DateTime<Utc>) -> String {
    let ItemShown {
        kind,
        subject,
        sentence,
        raised_at,
    } = item;
    let since = ago(Some(*raised_at), now);
    let done = if ItemKind::parse(kind).is_some_and(ItemKind::ends_by_itself) {
        String::new()
    } else {
        format!("; when it is done: healthengine-connector done {practice} {kind} {subject}")
    };
    format!("{sentence} (since {since}{})", done.trim_end())
}

fn list(frame: &mut Frame, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    frame.write(format_args!("<h2>{}</h2><ul>", Escaped(title)));
    for line in lines {
        frame.write(format_args!("<li>{}</li>", Escaped(line)));
    }
    frame.raw("</ul>");
}

/// How a badge is coloured: by what it asks of people.
const fn class(condition: Condition) -> &'static str {
    match condition {
        Condition::LedgerFailing | Condition::ConsentNeeded | Condition::PmsMisconfigured => "act",
        Condition::WaitingForPerson
        | Condition::PmsUnreachable
        | Condition::HealthengineUnreachable => "look",
        Condition::Paused | Condition::Starting => "quiet",
        Condition::Healthy => "well",
    }
}

fn bookings(status: &PracticeStatus) -> String {
    let counts = status.bookings;
    format!(
        "{} confirmed, {} rejected, {} open",
        counts.confirmed, counts.rejected, counts.open
    )
}

fn ago(at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
    let Some(at) = at else {
        return "never".to_owned();
    };
    let seconds = now.signed_duration_since(at).num_seconds().max(0);
    match seconds {
        0..120 => format!("{seconds} s ago"),
        120..7_200 => format!("{} min ago", seconds.div_euclid(60)),
        _ => at.format("%Y-%m-%d %H:%M UTC").to_string(),
    }
}

/// A text as part of an address' query.
fn query(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests;
