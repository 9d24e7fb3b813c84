//! `demo`: a Healthengine, three practices and their patients in one process, and the daemon itself
//! between them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use self::documents::Documents;
use self::judge::{Verdict, judge};
use self::narrator::Narrator;
use self::snapshots::Snapshots;
use self::stage::{API_KEY, Stage};
use self::town::Town;
use super::line::line;
use super::{Exit, General, Streams, VERSION};
use crate::config::{self, Settings, Sources};
use crate::daemon::{self, Ending};
use crate::sandbox::{Sandbox, SandboxSettings};
use crate::telemetry::{self, LogLevel, chain};

mod documents;
mod judge;
mod narrator;
mod snapshots;
mod stage;
mod summary;
mod town;

/// Between two patients, when a number of bookings was asked for.
const PACE_WHEN_COUNTED: Duration = Duration::from_millis(150);

/// Between two patients, when the demo goes on until it is stopped.
const PACE_WHEN_WATCHED: Duration = Duration::from_secs(3);

/// Between two looks at what happened.
const LOOK: Duration = Duration::from_millis(50);

/// How long the practices may take to publish their first times.
const PATIENCE_TO_PUBLISH: Duration = Duration::from_secs(60);

/// How long the last bookings may take to be answered.
const PATIENCE_TO_SETTLE: Duration = Duration::from_secs(60);

/// The arguments of `demo`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Stop after this many bookings, and check that every one was settled rightly
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub bookings: Option<u32>,
    /// What the patients' choices follow from
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

/// Runs the demo until it is stopped, or until the bookings asked for are settled.
pub(super) fn run(general: &General, arguments: &Arguments, streams: &mut Streams<'_>) -> Exit {
    match show(general, arguments, streams) {
        Ok(exit) => exit,
        Err(what) => {
            line(streams.err, format_args!("error: {what}"));
            Exit::Failed
        }
    }
}

fn show(
    general: &General,
    arguments: &Arguments,
    streams: &mut Streams<'_>,
) -> Result<Exit, String> {
    let stage = Stage::set(arguments.seed)?;
    let gate = listener(8473)?;
    let sandbox_at = gate.local_addr().map_err(|error| error.to_string())?;
    let page_at = listener(8472)?
        .local_addr()
        .map_err(|error| error.to_string())?;
    stage.point_at(sandbox_at, page_at)?;
    let settings = config::load(&Sources::of_process(stage.folder()))
        .map_err(|problems| config::report(&problems))?;
    telemetry::init(
        general.log_format.unwrap_or(settings.telemetry.format),
        general.log_level.unwrap_or(LogLevel::Warn),
    );
    let page = settings.server.listen;
    line(
        streams.out,
        format_args!("The operator's page:     http://{page}/"),
    );
    line(
        streams.out,
        format_args!("Healthengine's sandbox:  http://{sandbox_at}/_sandbox/practices"),
    );
    line(
        streams.out,
        format_args!("Settings and diaries:    {}", stage.folder().display()),
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("start the runtime: {error}"))?;
    let exit = runtime.block_on(play(settings, gate, &stage, arguments, streams));
    runtime.shutdown_timeout(Duration::from_secs(1));
    exit
}

/// A listener on the usual port of this machine, or on a free one where that is taken.
fn listener(usual: u16) -> Result<TcpListener, String> {
    let here = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    TcpListener::bind(here(usual))
        .or_else(|_taken| TcpListener::bind(here(0)))
        .map_err(|error| format!("listen on this machine: {error}"))
}

async fn play(
    settings: Settings,
    gate: TcpListener,
    stage: &Stage,
    arguments: &Arguments,
    streams: &mut Streams<'_>,
) -> Result<Exit, String> {
    let sandbox = Sandbox::new(
        SandboxSettings {
            api_key: API_KEY.to_owned(),
            ..SandboxSettings::default()
        },
        daemon::system_clock(),
    );
    for practice in &stage.practices {
        sandbox.add_practice(&practice.id, &practice.key, practice.zone);
    }
    gate.set_nonblocking(true)
        .map_err(|error| error.to_string())?;
    let gate = tokio::net::TcpListener::from_std(gate).map_err(|error| error.to_string())?;
    let stop = CancellationToken::new();
    let closed = CancellationToken::new();
    let serving = sandbox.serve(gate, closed.clone().cancelled_owned());
    let daemon = daemon::build(settings, VERSION.as_str()).map_err(|error| chain(&error))?;
    let mut show = Show {
        sandbox: &sandbox,
        stage,
        town: Town::new(&sandbox, &stage.practices, arguments.seed),
        narrator: Narrator::default(),
        snapshots: Snapshots::default(),
        documents: Documents::default(),
        wanted: arguments
            .bookings
            .map(|count| usize::try_from(count).unwrap_or(usize::MAX)),
    };
    let acting = async {
        let acted = show.act(&stop, streams).await;
        stop.cancel();
        acted
    };
    // Whichever ends first ends the other: the patients when all is booked, the daemon by a signal.
    let serving_practices = async {
        let ended = daemon.run_until(stop.clone()).await;
        stop.cancel();
        ended
    };
    let running = async {
        let (ended, acted) = tokio::join!(serving_practices, acting);
        closed.cancel();
        (ended, acted)
    };
    let (served, (ended, acted)) = tokio::join!(serving, running);
    served.map_err(|error| format!("serve the sandbox: {error}"))?;
    acted?;
    let ended = ended.map_err(|error| chain(&error))?;
    show.end(ended, streams)
}

/// What is on stage.
struct Show<'a> {
    sandbox: &'a Sandbox,
    stage: &'a Stage,
    town: Town<'a>,
    narrator: Narrator,
    snapshots: Snapshots,
    documents: Documents,
    wanted: Option<usize>,
}

impl Show<'_> {
    /// Lets patients do what they do, until there is no more to do or the daemon has stopped.
    async fn act(
        &mut self,
        stop: &CancellationToken,
        streams: &mut Streams<'_>,
    ) -> Result<(), String> {
        let begun = now();
        let pace = self.wanted.map_or(PACE_WHEN_WATCHED, |_| PACE_WHEN_COUNTED);
        let mut next_patient = begun;
        let mut all_made_at: Option<DateTime<Utc>> = None;
        while !stop.is_cancelled() {
            tokio::time::sleep(LOOK).await;
            let now = now();
            let left = self
                .wanted
                .unwrap_or(usize::MAX)
                .saturating_sub(self.town.made.len());
            if now >= next_patient && left > 0 {
                if self.town.step(now, left)? {
                    next_patient = now + pace;
                } else if self.town.made.is_empty() && now > begun + PATIENCE_TO_PUBLISH {
                    return Err("no practice has published a time within a minute".to_owned());
                }
            }
            let book = self.sandbox.books();
            self.narrate(&book, streams);
            self.town.go_on(&book)?;
            self.documents
                .go_on(self.sandbox, &self.stage.practices, &book)?;
            let bookings = (self.town.made.len(), left);
            self.snapshots
                .ask(self.sandbox, &self.stage.practices, bookings, now)?;
            if left == 0 {
                let since = *all_made_at.get_or_insert(now);
                let waiting = self
                    .stage
                    .practices
                    .iter()
                    .any(|practice| self.is_waiting(&practice.id));
                let done = self.town.is_content() && !waiting;
                if done || now > since + PATIENCE_TO_SETTLE {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Tells how it went; every booking settled rightly is the only good end.
    fn end(&mut self, ended: Ending, streams: &mut Streams<'_>) -> Result<Exit, String> {
        let book = self.sandbox.books();
        self.narrate(&book, streams);
        let mut verdict = judge(&self.stage.practices, &book)?;
        let practices = &self.stage.practices;
        let carried = self.documents.told(self.sandbox, practices, &mut verdict)?;
        let violations = self.sandbox.violations();
        let days = snapshots::told(self.sandbox, &self.stage.practices);
        summary::write_days(days, streams.out)
            .and_then(|()| summary::write_documents(carried, streams.out))
            .and_then(|()| {
                summary::write(&self.town, &book, &verdict, violations.len(), streams.out)
            })
            .map_err(|error| format!("write the summary: {error}"))?;
        for difference in &verdict.differences {
            line(streams.out, format_args!("WRONG  {difference}"));
        }
        for violation in &violations {
            line(streams.out, format_args!("RULE   {violation:?}"));
        }
        let Verdict { differences, .. } = verdict;
        let counted = self
            .wanted
            .is_none_or(|wanted| self.town.made.len() == wanted);
        let right = differences.is_empty() && violations.is_empty() && ended == Ending::Soft;
        // A demo that was stopped by hand has bookings in flight: only a counted one is judged.
        if self.wanted.is_none() || (right && counted) {
            Ok(Exit::Done)
        } else {
            Ok(Exit::Failed)
        }
    }

    fn is_waiting(&self, practice: &crate::domain::id::PracticeId) -> bool {
        self.sandbox
            .state(practice)
            .is_none_or(|state| !state.waiting.is_empty())
    }

    fn narrate(&mut self, book: &[crate::sandbox::Entry], streams: &mut Streams<'_>) {
        // A reader that has gone away is no error of ours.
        self.narrator
            .tell(&self.stage.practices, book, streams.out)
            .ok();
    }
}

fn now() -> DateTime<Utc> {
    daemon::system_clock().now()
}
