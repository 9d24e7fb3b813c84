//! `run`: settings, telemetry, runtime, daemon; then the exit code.

use std::time::Duration;

use super::line::line;
use super::{Exit, General, Streams, VERSION, settings};
use crate::config::Settings;
use crate::daemon::{self, Ending, StartError};
use crate::telemetry::{self, chain};

/// How long threads that still block may take to end: nothing waits for them any more.
const LAST_THREADS: Duration = Duration::from_secs(1);

/// The most threads for calls that block. The built-in diary uses at most 16 at a time; without a
/// bound its short calls keep many more alive, each with memory of its own.
const MOST_BLOCKING: usize = 20;

/// Serves the practices until a signal asks to stop.
pub(super) fn run(general: &General, streams: &mut Streams<'_>) -> Exit {
    let settings = match settings::load(general, streams) {
        Ok(settings) => settings,
        Err(exit) => return exit,
    };
    telemetry::init(
        general.log_format.unwrap_or(settings.telemetry.format),
        general.log_level.unwrap_or(settings.telemetry.level),
    );
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    match serve(settings) {
        Ok(Ending::Soft) => Exit::Done,
        Ok(Ending::Hard | Ending::Failed) => Exit::Failed,
        Err(Start::Refused(error)) => {
            line(streams.err, format_args!("error: {}", chain(&error)));
            exit_of(&error)
        }
        Err(Start::Runtime(error)) => {
            line(
                streams.err,
                format_args!("error: start the runtime: {error}"),
            );
            Exit::Failed
        }
    }
}

/// How a start that was refused ends: as bad settings where only settings can mend it.
pub(super) const fn exit_of(error: &StartError) -> Exit {
    match error {
        StartError::Connection(_) => Exit::BadSettings,
        StartError::Ledger { .. } | StartError::Listen { .. } | StartError::Signals(_) => {
            Exit::Failed
        }
    }
}

enum Start {
    Refused(StartError),
    Runtime(std::io::Error),
}

fn serve(settings: Settings) -> Result<Ending, Start> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(MOST_BLOCKING)
        .enable_all()
        .build()
        .map_err(Start::Runtime)?;
    let ending = runtime
        .block_on(async { daemon::build(settings, VERSION.as_str())?.run().await })
        .map_err(Start::Refused);
    runtime.shutdown_timeout(LAST_THREADS);
    ending
}
