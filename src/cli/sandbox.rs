//! The command `sandbox`.

use std::net::SocketAddr;

use super::line::line;
use super::serve::exit_of;
use super::{Exit, General, Streams};
use crate::daemon;
use crate::sandbox::{BASE_PATH, Callbacks, Sandbox, SandboxSettings, Strangers};
use crate::telemetry::chain;

/// The arguments of `sandbox`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where to take calls
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8473")]
    pub listen: SocketAddr,
    /// The api-key that callers must send
    #[arg(long, value_name = "KEY", default_value = "sandbox")]
    pub api_key: String,
    /// Add a practice on its first call, with the practice-key of that call
    #[arg(long)]
    pub accept_any_practice: bool,
    /// Let subscriptions call other machines
    #[arg(long)]
    pub callbacks_anywhere: bool,
    /// How many requests a page holds
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub per_page: usize,
}

impl Arguments {
    fn settings(&self) -> SandboxSettings {
        SandboxSettings {
            api_key: self.api_key.clone(),
            per_page: self.per_page,
            strangers: if self.accept_any_practice {
                Strangers::Welcome
            } else {
                Strangers::Refused
            },
            callbacks: if self.callbacks_anywhere {
                Callbacks::Anywhere
            } else {
                Callbacks::Loopback
            },
        }
    }
}

/// Runs the command until a signal asks to stop.
pub fn run(_general: &General, arguments: &Arguments, streams: &mut Streams<'_>) -> Exit {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            line(
                streams.err,
                format_args!("error: start the runtime: {error}"),
            );
            return Exit::Failed;
        }
    };
    let ready = |address: SocketAddr| {
        line(
            streams.out,
            format_args!("Healthengine's sandbox: http://{address}{BASE_PATH}"),
        );
        line(
            streams.out,
            format_args!("its controls:           http://{address}/_sandbox/practices"),
        );
    };
    // All state is in memory: when a signal comes there is nothing to finish.
    let ended = runtime.block_on(daemon::alone::serve(
        arguments.listen,
        ready,
        |listener, clock| async move {
            Sandbox::new(arguments.settings(), clock)
                .serve(listener, std::future::pending())
                .await
        },
    ));
    match ended {
        Ok(()) => Exit::Done,
        Err(error) => {
            line(streams.err, format_args!("error: {}", chain(&error)));
            exit_of(&error)
        }
    }
}
