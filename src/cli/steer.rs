//! `resync`, `pause` and `resume`: what an operator asks of a practice.

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
    steer(
        general,
        (&arguments.practice, "resync"),
        &body,
        done,
        streams,
    )
}

/// Asks a practice to stop.
pub(super) fn pause(general: &General, named: &Named, streams: &mut Streams<'_>) -> Exit {
    let done = "pausing: no more calls are made for it";
    steer(
        general,
        (&named.practice, "pause"),
        &Nothing {},
        done,
        streams,
    )
}

/// Asks a practice to go on.
pub(super) fn resume(general: &General, named: &Named, streams: &mut Streams<'_>) -> Exit {
    let done = "resuming";
    steer(
        general,
        (&named.practice, "resume"),
        &Nothing {},
        done,
        streams,
    )
}

fn steer(
    general: &General,
    (practice, wish): (&str, &str),
    body: &impl Serialize,
    done: &str,
    streams: &mut Streams<'_>,
) -> Exit {
    let server = match settings::load_server(general, streams) {
        Ok(server) => server,
        Err(exit) => return exit,
    };
    let asked: Result<(), ApiError> = Api::at(server.listen)
        .and_then(|api| api.send(&["api", "v1", "practices", practice, wish], body));
    match asked {
        Ok(()) => {
            line(streams.out, format_args!("{practice}: {done}"));
            Exit::Done
        }
        Err(error) => complain(&error, streams),
    }
}
