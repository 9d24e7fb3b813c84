//! `resync`, `pause`, `resume`, `done` and `retry`: what an operator asks of a practice.

use serde::Serialize;

use super::api::{Api, ApiError, complain};
use super::line::line;
use super::{Exit, General, Streams, settings};

/// The arguments of `pause` and `resume`.
#[derive(Debug, clap::Args)]
pub struct Named {
    /// The practice: its file's name in practices/, without .toml
    pub practice: String,
}

/// The arguments of `resync`.
#[derive(Debug, clap::Args)]
pub struct Resync {
    /// The practice: its file's name in practices/, without .toml
    pub practice: String,
    /// Send what is read even if resources or types are gone: Healthengine deletes them
    #[arg(long)]
    pub accept_removals: bool,
}

/// The arguments of `done`.
#[derive(Debug, clap::Args)]
pub struct Done {
    /// The practice: its file's name in practices/, without .toml
    pub practice: String,
    /// What was done, as `items` calls it: call-patient, remove-by-hand …
    pub kind: String,
    /// About what, as `items` shows it: nearly always a booking's id
    pub subject: Option<String>,
}

/// The arguments of `retry`.
#[derive(Debug, clap::Args)]
pub struct Retry {
    /// The practice: its file's name in practices/, without .toml
    pub practice: String,
    /// The booking's id
    pub booking: i64,
}

#[derive(Serialize)]
struct Removals {
    accept_removals: bool,
}

#[derive(Serialize)]
struct Nothing {}

/// Asks for everything of a practice to be sent anew.
pub(super) fn resync(general: &General, arguments: &Resync, streams: &mut Streams<'_>) -> Exit {
    let body = Removals {
        accept_removals: arguments.accept_removals,
    };
    let done = "everything will be sent anew";
    let practice = &arguments.practice;
    steer(general, practice, &["resync"], (&body, done), streams)
}

/// Asks a practice to stop.
pub(super) fn pause(general: &General, named: &Named, streams: &mut Streams<'_>) -> Exit {
    let asked = (&Nothing {}, "pausing: no more calls are made for it");
    steer(general, &named.practice, &["pause"], asked, streams)
}

/// Asks a practice to go on.
pub(super) fn resume(general: &General, named: &Named, streams: &mut Streams<'_>) -> Exit {
    let asked = (&Nothing {}, "resuming");
    steer(general, &named.practice, &["resume"], asked, streams)
}

/// Says that a person has dealt with an item.
pub(super) fn done(general: &General, item: &Done, streams: &mut Streams<'_>) -> Exit {
    let mut wish = vec!["items", &item.kind];
    wish.extend(item.subject.as_deref());
    wish.push("done");
    let asked = (&Nothing {}, "noted as done");
    steer(general, &item.practice, &wish, asked, streams)
}

/// Asks for a booking to be tried again.
pub(super) fn retry(general: &General, arguments: &Retry, streams: &mut Streams<'_>) -> Exit {
    let booking = arguments.booking.to_string();
    let asked = (
        &Nothing {},
        "the booking is looked for in the diary, and tried again",
    );
    let wish = ["bookings", &booking, "retry"];
    steer(general, &arguments.practice, &wish, asked, streams)
}

fn steer(
    general: &General,
    practice: &str,
    wish: &[&str],
    (body, done): (&impl Serialize, &str),
    streams: &mut Streams<'_>,
) -> Exit {
    let server = match settings::load_server(general, streams) {
        Ok(server) => server,
        Err(exit) => return exit,
    };
    let path = [&["api", "v1", "practices", practice], wish].concat();
    let asked: Result<(), ApiError> = Api::at(server.listen).and_then(|api| api.send(&path, body));
    match asked {
        Ok(()) => {
            line(streams.out, format_args!("{practice}: {done}"));
            Exit::Done
        }
        Err(error) => complain(&error, streams),
    }
}
