//! `check`: whether the settings are good, and with `--online` whether the keys and diaries are.

use super::line::{counted, line};
use super::{Exit, General, Streams, VERSION, settings};
use crate::config::Settings;
use crate::daemon::probe::{Finding, probe};
use crate::daemon::{self, StartError};
use crate::telemetry::chain;

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Also make one read-only call per practice to Healthengine and to its diary
    #[arg(long)]
    pub online: bool,
}

/// Checks the settings; changes nothing, here or elsewhere.
pub(super) fn run(general: &General, arguments: &Arguments, streams: &mut Streams<'_>) -> Exit {
    let settings = match settings::load(general, streams) {
        Ok(settings) => settings,
        Err(exit) => return exit,
    };
    for warning in &settings.warnings {
        line(streams.err, format_args!("warning: {warning}"));
    }
    let practices = settings.practices.len();
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
    match runtime.block_on(found(settings, arguments)) {
        Ok(findings) => report(&findings, practices, streams),
        Err(error) => {
            line(streams.err, format_args!("error: {}", chain(&error)));
            super::serve::exit_of(&error)
        }
    }
}

async fn found(settings: Settings, arguments: &Arguments) -> Result<Vec<Finding>, StartError> {
    let findings = if arguments.online {
        probe(&settings).await?
    } else {
        Vec::new()
    };
    // Built as for a run, and dropped: building starts nothing.
    drop(daemon::build(settings, VERSION.as_str())?);
    Ok(findings)
}

fn report(findings: &[Finding], practices: usize, streams: &mut Streams<'_>) -> Exit {
    for finding in findings {
        line(streams.out, format_args!("{}", sentence(finding)));
    }
    let wrong = findings
        .iter()
        .filter(|finding| !finding.remedies.is_empty())
        .count();
    if wrong > 0 {
        line(
            streams.err,
            format_args!(
                "of {}, {wrong} need attention",
                counted(practices, "practice")
            ),
        );
        return Exit::Failed;
    }
    line(
        streams.out,
        format_args!("the settings are good: {}", counted(practices, "practice")),
    );
    Exit::Done
}

fn sentence(finding: &Finding) -> String {
    if finding.remedies.is_empty() {
        format!("{}: Healthengine and the diary answer", finding.practice)
    } else {
        format!("{}: {}", finding.practice, finding.remedies.join("; "))
    }
}
