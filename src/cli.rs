//! The command line: what can be asked, and the only place that prints.
//!
//! # Invariants
//! - Results go to standard output, what went wrong to standard error, both as [`Streams`] passed in.
//! - Bad settings end in [`Exit::BadSettings`] with every problem listed, and nothing was started.
//! - Nothing printed holds a key or a token, nor a patient's detail, save what `diary` shows reception.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{Args, Parser, Subcommand};

use crate::telemetry::{LogFormat, LogLevel};

mod api;
pub mod check;
pub mod demo;
pub mod diary;
pub mod items;
mod line;
pub mod match_files;
pub mod sandbox;
mod serve;
mod settings;
pub mod simulate;
pub mod status;
pub mod steer;

/// The daemon between a practice's management system and Healthengine.
#[derive(Debug, Parser)]
#[command(name = "healthengine-connector", version = VERSION.as_str())]
pub struct Arguments {
    /// What holds for every command.
    #[command(flatten)]
    pub general: General,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What holds for every command.
#[derive(Debug, Clone, Args)]
pub struct General {
    /// The folder with connector.toml and practices/
    #[arg(long, global = true, value_name = "DIR", default_value = "config")]
    pub config: PathBuf,
    /// How log lines are written to standard error: text or json [default: telemetry.format]
    #[arg(long, global = true, value_name = "FORMAT", value_parser = log_format)]
    pub log_format: Option<LogFormat>,
    /// From which level on: error, warn, info, debug or trace [default: telemetry.level]
    #[arg(long, global = true, value_name = "LEVEL", value_parser = log_level)]
    pub log_level: Option<LogLevel>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the main job: a sandbox, three practices, patients, and the daemon between them
    Demo(demo::Arguments),
    /// Serve the practices until a signal asks to stop
    Run,
    /// Check the settings, and with --online the keys and the diaries too; changes nothing
    Check(check::Arguments),
    /// Show how the practices are, the one that needs a person most first
    Status(status::Arguments),
    /// Send a practice's configuration and availability anew
    Resync(steer::Resync),
    /// Stop serving a practice until it is resumed; also survives a restart
    Pause(steer::Named),
    /// Serve a paused practice again
    Resume(steer::Named),
    /// List what waits for a person, oldest first
    Items(items::Arguments),
    /// Say that a person has done what an item asks for
    Done(steer::Done),
    /// Try a booking again that waits for a person: it is looked for in the diary first
    Retry(steer::Retry),
    /// Run a Healthengine to develop against: it keeps the published rules and counts violations
    Sandbox(sandbox::Arguments),
    /// Look into the built-in diary, and book and cancel in it as reception would
    Diary(diary::Arguments),
    /// Look for the people of one file among the patients of another; one decision a line, as CSV
    Match(match_files::Arguments),
    /// Live through days of many practices from a seed, with faults and crashes, and judge them
    Simulate(simulate::Arguments),
}

/// Where a command writes.
pub struct Streams<'a> {
    /// Results.
    pub out: &'a mut dyn Write,
    /// What went wrong.
    pub err: &'a mut dyn Write,
}

/// How a command ended. A wrong command line ends in 2, before any command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// As asked: 0.
    Done,
    /// Not as asked; standard error says why: 1.
    Failed,
    /// The settings are wrong, and nothing was started: 78 (`EX_CONFIG`).
    BadSettings,
}

/// The version, the commit it was built from, and the time zone rules it knows.
pub static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} (commit {}, tzdb {})",
        env!("CARGO_PKG_VERSION"),
        option_env!("CONNECTOR_COMMIT").unwrap_or("unknown"),
        chrono_tz::IANA_TZDB_VERSION,
    )
});

/// Runs the command that was asked for.
pub fn run(arguments: Arguments, streams: &mut Streams<'_>) -> Exit {
    let Arguments { general, command } = arguments;
    match command {
        Command::Demo(arguments) => demo::run(&general, &arguments, streams),
        Command::Run => serve::run(&general, streams),
        Command::Check(arguments) => check::run(&general, &arguments, streams),
        Command::Status(arguments) => status::run(&general, &arguments, streams),
        Command::Resync(arguments) => steer::resync(&general, &arguments, streams),
        Command::Pause(named) => steer::pause(&general, &named, streams),
        Command::Resume(named) => steer::resume(&general, &named, streams),
        Command::Items(arguments) => items::run(&general, &arguments, streams),
        Command::Done(item) => steer::done(&general, &item, streams),
        Command::Retry(arguments) => steer::retry(&general, &arguments, streams),
        Command::Sandbox(arguments) => sandbox::run(&general, &arguments, streams),
        Command::Diary(arguments) => diary::run(&general, &arguments, streams),
        Command::Match(arguments) => match_files::run(&general, &arguments, streams),
        Command::Simulate(arguments) => simulate::run(&general, &arguments, streams),
    }
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    LogFormat::parse(text).ok_or_else(|| one_of(&LogFormat::ALL.map(LogFormat::name)))
}

fn log_level(text: &str) -> Result<LogLevel, String> {
    LogLevel::parse(text).ok_or_else(|| one_of(&LogLevel::ALL.map(LogLevel::name)))
}

fn one_of(names: &[&str]) -> String {
    format!("one of: {}", names.join(", "))
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::FAILURE,
            Exit::BadSettings => Self::from(78),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_version_names_the_commit_and_the_time_zone_rules() {
        assert!(VERSION.contains("commit "), "{}", *VERSION);
        assert!(VERSION.contains("tzdb 20"), "{}", *VERSION);
    }

    #[test]
    fn general_flags_are_taken_before_and_after_the_command() {
        for line in [
            ["x", "--config", "elsewhere", "run"],
            ["x", "run", "--config", "elsewhere"],
        ] {
            let general = Arguments::try_parse_from(line).unwrap().general;
            assert_eq!(general.config, PathBuf::from("elsewhere"));
        }
    }

    #[test]
    fn a_misspelt_log_format_is_refused_with_the_choice() {
        let error = Arguments::try_parse_from(["x", "run", "--log-format", "xml"]).unwrap_err();
        assert!(error.to_string().contains("one of: text, json"), "{error}");
    }
}
