//! The command `diary`.

use super::{Exit, General, Streams};

/// The arguments of `diary`.
#[derive(Debug, clap::Args)]
pub struct Arguments {}

/// Runs the command.
pub fn run(_general: &General, _arguments: &Arguments, _streams: &mut Streams<'_>) -> Exit {
    Exit::Failed
}
