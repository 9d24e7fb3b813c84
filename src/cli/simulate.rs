//! The command `simulate`: whole days of many practices, each world from one seed.

use std::io::Write;
use std::num::NonZero;
use std::thread;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::line::line;
use super::{Exit, General, Streams};
use crate::domain::id::PracticeId;
use crate::simulation::campaign::{Broken, Campaign, Report, live};
use crate::simulation::world::{Tally, Wish};

/// How often progress is shown.
const PROGRESS: Duration = Duration::from_secs(2);

/// After how many worlds with findings the rest is left alone.
const MOST_BROKEN: usize = 5;

/// The arguments of `simulate`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many worlds to live through, one seed each
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seeds: u64,
    /// How many days each world lasts
    #[arg(long, value_name = "D", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub days: u16,
    /// How many hours each world lasts, instead of days
    #[arg(long, value_name = "H", conflicts_with = "days", value_parser = clap::value_parser!(u16).range(1..=8784))]
    pub hours: Option<u16>,
    /// The first seed; a finding names the one that replays it
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// How many practices each world has [default: 3 to 8, as the seed says]
    #[arg(long, value_name = "P")]
    pub practices: Option<usize>,
    /// Show the whole history of one practice of one world, such as 7001, and nothing else
    #[arg(long, value_name = "PRACTICE", value_parser = practice)]
    pub history: Option<PracticeId>,
    /// How many worlds live at once [default: one for each processor]
    #[arg(long, value_name = "J")]
    pub jobs: Option<usize>,
}

impl Arguments {
    fn length(&self) -> TimeDelta {
        let days = || TimeDelta::days(i64::from(self.days));
        let hours = self.hours.map(|hours| TimeDelta::hours(i64::from(hours)));
        hours.unwrap_or_else(days)
    }

    /// The flags that make the same worlds.
    fn flags(&self) -> String {
        let practices = self.practices.map(|count| format!(" --practices {count}"));
        let length = match self.hours {
            Some(hours) => format!("--hours {hours}"),
            None => format!("--days {}", self.days),
        };
        length + &practices.unwrap_or_default()
    }
}

/// Runs the command.
pub fn run(_general: &General, arguments: &Arguments, streams: &mut Streams<'_>) -> Exit {
    if arguments.history.is_some() {
        return show_history(arguments, streams.out);
    }
    let processors = || thread::available_parallelism().map_or(1, NonZero::get);
    let campaign = Campaign {
        first: arguments.seed,
        seeds: arguments.seeds,
        length: arguments.length(),
        practices: arguments.practices,
        threads: arguments.jobs.unwrap_or_else(processors),
        most_broken: MOST_BROKEN,
    };
    let begun = Instant::now();
    let mut shown = begun;
    let report = campaign.run(|over| {
        if shown.elapsed() >= PROGRESS {
            shown = Instant::now();
            line(
                streams.err,
                format_args!("{over} of {} worlds", arguments.seeds),
            );
        }
    });
    for broken in &report.broken {
        show_broken(broken, arguments, streams.out);
    }
    summarise(&report, begun.elapsed(), streams.out);
    if report.broken.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    }
}

fn practice(text: &str) -> Result<PracticeId, String> {
    PracticeId::parse(text).map_err(|error| error.to_string())
}

fn show_history(arguments: &Arguments, out: &mut dyn Write) -> Exit {
    let outcome = live(Wish {
        seed: arguments.seed,
        length: arguments.length(),
        practices: arguments.practices,
        history: arguments.history.clone(),
    });
    for entry in &outcome.history {
        line(out, format_args!("{entry}"));
    }
    if outcome.findings.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    }
}

fn show_broken(broken: &Broken, arguments: &Arguments, out: &mut dyn Write) {
    for finding in &broken.findings {
        line(
            out,
            format_args!(
                "seed {}, {} UTC, practice {}: {}",
                broken.seed,
                finding.at.format("%F %T"),
                finding.practice,
                finding.sentence
            ),
        );
        for entry in &finding.story {
            line(out, format_args!("    {entry}"));
        }
    }
    line(
        out,
        format_args!(
            "replay it: healthengine-connector simulate --seed {} {}\n",
            broken.seed,
            arguments.flags()
        ),
    );
}

fn summarise(report: &Report, took: Duration, out: &mut dyn Write) {
    let tally = &report.tally;
    let days = practice_days(tally);
    let seconds = took.as_secs_f64();
    let speed = days / seconds.max(0.001);
    line(
        out,
        format_args!(
            "{} worlds, {days:.0} practice-days in {seconds:.1} s: {speed:.0} practice-days a second",
            tally.worlds
        ),
    );
    line(
        out,
        format_args!(
            "bookings: {} made, {} confirmed, {} rejected, {} left to a person",
            tally.bookings,
            tally.confirmed,
            tally.rejected,
            tally
                .bookings
                .saturating_sub(tally.confirmed)
                .saturating_sub(tally.rejected),
        ),
    );
    line(out, format_args!("engines killed: {}", tally.crashes));
    for (kind, count) in &tally.troubles {
        line(out, format_args!("{kind}: {count} times"));
    }
    let papers: Vec<String> = tally
        .papers
        .iter()
        .map(|(kind, count)| format!("{kind} {count}"))
        .collect();
    if !papers.is_empty() {
        line(out, format_args!("documents: {}", papers.join(", ")));
    }
    let faults: Vec<String> = tally
        .faults
        .iter()
        .map(|(call, count)| format!("{call} {count}"))
        .collect();
    if !faults.is_empty() {
        line(
            out,
            format_args!("calls that went wrong: {}", faults.join(", ")),
        );
    }
    match report.broken.len() {
        0 => line(out, format_args!("no rule broke")),
        broken => line(out, format_args!("worlds in which a rule broke: {broken}")),
    }
}

fn practice_days(tally: &Tally) -> f64 {
    let minutes = u32::try_from(tally.practice_time.num_minutes()).unwrap_or(u32::MAX);
    f64::from(minutes) / (24.0 * 60.0)
}
