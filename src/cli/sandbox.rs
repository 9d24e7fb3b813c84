//! The command `sandbox`.

use super::{Exit, General, Streams};

/// The arguments of `sandbox`.
#[derive(Debug, clap::Args)]
pub struct Arguments {}

/// Runs the command.
pub fn run(_general: &General, _arguments: &Arguments, _streams: &mut Streams<'_>) -> Exit {
    Exit::Failed
}
