//! Reading the settings for a command: all problems at once, on standard error.

use super::line::{counted, line};
use super::{Exit, General, Streams};
use crate::config::{self, Problem, ServerSettings, Settings, Sources};

/// Reads and checks all settings.
pub(super) fn load(general: &General, streams: &mut Streams<'_>) -> Result<Settings, Exit> {
    config::load(&Sources::of_process(&general.config))
        .map_err(|problems| refuse(&problems, streams))
}

/// Reads where the daemon's server is; needs no practice and no secret.
pub(super) fn load_server(
    general: &General,
    streams: &mut Streams<'_>,
) -> Result<ServerSettings, Exit> {
    config::load_server(&Sources::of_process(&general.config))
        .map_err(|problems| refuse(&problems, streams))
}

fn refuse(problems: &[Problem], streams: &mut Streams<'_>) -> Exit {
    line(
        streams.err,
        format_args!(
            "{}{} in the settings; nothing was started",
            config::report(problems),
            counted(problems.len(), "problem")
        ),
    );
    Exit::BadSettings
}
