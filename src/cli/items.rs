//! `items`: what waits for a person, of one practice or of all, oldest first.

use std::net::SocketAddr;

use super::api::{Api, ApiError, complain};
use super::line::line;
use super::{Exit, General, Streams, settings};
use crate::practice::status::ItemShown;
use crate::server::{PracticeShown, Practices};

/// The arguments of `items`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// One practice: its file's name in practices/, without .toml
    pub practice: Option<String>,
}

/// Lists what waits for a person. Succeeds when the daemon answers, whatever waits.
pub(super) fn run(general: &General, arguments: &Arguments, streams: &mut Streams<'_>) -> Exit {
    let server = match settings::load_server(general, streams) {
        Ok(server) => server,
        Err(exit) => return exit,
    };
    match read(server.listen, arguments.practice.as_deref()) {
        Ok(practices) => {
            for text in lines(&practices) {
                line(streams.out, format_args!("{text}"));
            }
            Exit::Done
        }
        Err(error) => complain(&error, streams),
    }
}

fn read(address: SocketAddr, practice: Option<&str>) -> Result<Vec<PracticeShown>, ApiError> {
    let api = Api::at(address)?;
    if let Some(name) = practice {
        let one = api.read(&["api", "v1", "practices", name])?;
        return Ok(vec![one]);
    }
    let all: Practices = api.read(&["api", "v1", "practices"])?;
    Ok(all.practices)
}

/// Each item as its command's arguments, and below what to do.
fn lines(practices: &[PracticeShown]) -> Vec<String> {
    let mut items: Vec<(&str, &ItemShown)> = practices
        .iter()
        .flat_map(|practice| {
            let items = practice.status.items.iter();
            items.map(|item| (practice.name.as_str(), item))
        })
        .collect();
    items.sort_by_key(|(_, item)| item.raised_at);
    if items.is_empty() {
        return vec!["nothing waits for a person".to_owned()];
    }
    let shown = items.into_iter().flat_map(|(practice, item)| {
        let what = format!("{practice} {} {}", item.kind, item.subject);
        let since = item.raised_at.format("%Y-%m-%d %H:%M UTC");
        [
            format!("{}  (since {since})", what.trim_end()),
            format!("  {}", item.sentence),
        ]
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;

    use super::*;
    use crate::practice::status::PracticeStatus;

    fn shown(name: &str, items: &[(&str, &str, i64)]) -> PracticeShown {
        let mut status = PracticeStatus::starting();
        let item = |(kind, subject, at): &(&str, &str, i64)| ItemShown {
            kind: (*kind).to_owned(),
            subject: (*subject).to_owned(),
            sentence: format!("Do {kind}."),
            raised_at: DateTime::from_timestamp(*at, 0).unwrap(),
        };
        status.items = items.iter().map(item).collect();
        PracticeShown {
            name: name.to_owned(),
            practice_id: "1".to_owned(),
            timezone: "Australia/Perth".to_owned(),
            enabled: true,
            status: Arc::new(status),
        }
    }

    #[test]
    fn items_are_listed_oldest_first_as_done_takes_them() {
        let practices = [
            shown("bay", &[("call-patient", "12", 120)]),
            shown("harbour", &[("accept-removals", "", 60)]),
        ];
        assert_eq!(
            lines(&practices),
            [
                "harbour accept-removals  (since 1970-01-01 00:01 UTC)",
                "  Do accept-removals.",
                "bay call-patient 12  (since 1970-01-01 00:02 UTC)",
                "  Do call-patient.",
            ]
        );
        assert_eq!(lines(&practices[..0]), ["nothing waits for a person"]);
    }
}
