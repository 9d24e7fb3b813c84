//! Arguments, settings, telemetry, daemon; nothing else.

use std::io;
use std::process::ExitCode;

use clap::Parser as _;
use healthengine_connector::cli::{self, Arguments, Streams};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let exit = cli::run(
        arguments,
        &mut Streams {
            out: &mut io::stdout(),
            err: &mut io::stderr(),
        },
    );
    exit.into()
}
