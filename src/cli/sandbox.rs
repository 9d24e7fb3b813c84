//! The command `sandbox`.

use std::fmt;
use std::net::SocketAddr;

use super::line::line;
use super::serve::exit_of;
use super::{Exit, General, Streams};
use crate::daemon;
use crate::domain::civil::Zone;
use crate::domain::id::PracticeId;
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
    /// Start with this practice, whose consent is granted; may be repeated
    #[arg(long = "practice", value_name = "ID:KEY[:ZONE]", value_parser = parse_practice)]
    pub practices: Vec<NewPractice>,
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

/// A practice that the sandbox starts with.
#[derive(Clone)]
pub struct NewPractice {
    id: PracticeId,
    key: String,
    zone: Zone,
}

impl fmt::Debug for NewPractice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewPractice({})", self.id)
    }
}

fn parse_practice(text: &str) -> Result<NewPractice, String> {
    let mut parts = text.splitn(3, ':');
    let id =
        PracticeId::parse(parts.next().unwrap_or_default()).map_err(|error| error.to_string())?;
    let key = parts
        .next()
        .filter(|key| !key.is_empty())
        .ok_or("a practice is ID:KEY or ID:KEY:ZONE")?;
    let zone = parts.next().unwrap_or("Australia/Sydney");
    Ok(NewPractice {
        id,
        key: key.to_owned(),
        zone: Zone::parse(zone).ok_or("the zone must be an IANA name, such as Australia/Perth")?,
    })
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
            let sandbox = Sandbox::new(arguments.settings(), clock);
            for practice in &arguments.practices {
                sandbox.add_practice(&practice.id, &practice.key, practice.zone);
            }
            sandbox.serve(listener, std::future::pending()).await
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_practice_is_an_id_a_key_and_perhaps_a_zone() {
        let zone = |text: &str| parse_practice(text).map(|practice| practice.zone.name());
        assert_eq!(zone("7:key"), Ok("Australia/Sydney"));
        assert_eq!(zone("7:key:Australia/Perth"), Ok("Australia/Perth"));
        for bad in ["7", "7:", ":key", "7:key:Perth"] {
            assert!(parse_practice(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_practices_key_is_in_no_debug_text() {
        let practice = parse_practice("7:secret").unwrap();
        assert!(!format!("{practice:?}").contains("secret"));
    }
}
