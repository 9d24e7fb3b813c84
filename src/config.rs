//! Settings: read in layers, checked once, every problem listed at once.
//!
//! The connector's own settings come in three layers, each over the one before: `default.toml`,
//! which is embedded in the binary; `connector.toml` in the folder that `--config` names; and
//! variables `CONNECTOR__SECTION__KEY`. A practice is one file, `practices/NAME.toml`.
//!
//! # Needs in tension
//! A wrong setting must stop the start with words that say what to write, all of them at once, and
//! yet no message may quote a secret, wherever somebody wrote it. So every key is read by name into
//! a form in which any may be missing, what does not fit is reported and cut out, and only the rest
//! is checked; texts of parsers, which quote what they read, are never passed on whole.
//!
//! # Invariants
//! - [`Settings`] are valid: who holds them checks nothing again.
//! - A key that is not known is an error: a misspelt one never silently means its default.
//! - Neither a [`Problem`] nor any `Debug` here holds a secret's value.
//! - Relative paths inside the settings start from the working directory, not from the file.
//! - Nothing is written, opened for writing or sent: reading settings changes nothing.
//! - There is no `[webhooks]` table: a key that does nothing would be a lie.

mod connector;
mod document;
mod duration;
mod findings;
mod hours;
mod layers;
mod nearest;
mod practice;
mod practices;
mod problem;
mod raw;
mod secret;
mod settings;
mod sources;
mod zone;

#[cfg(test)]
mod tests;

pub use problem::{Problem, report};
pub use settings::{
    Environment, HealthengineSettings, Identity, LedgerSettings, PmsLimits, PracticeSettings,
    Residency, Schedule, ServerSettings, Settings, ShutdownSettings, TelemetrySettings,
    WhenPmsUnavailable,
};
pub use sources::Sources;

use connector::Connector;
use findings::Findings;
use layers::Layers;
use practices::Practices;

/// Reads and checks all settings; lists every problem if there is any.
pub fn load(sources: &Sources) -> Result<Settings, Vec<Problem>> {
    let mut layers = Layers::read(&sources.config_dir, &sources.environment);
    let known = std::mem::take(&mut layers.problems);
    let place = |key: &str| layers.place(key);
    let mut findings = Findings::new(&place, known);
    let raw = layers.raw.as_ref();
    let connector = raw.and_then(|raw| connector::check(raw, sources, &mut findings));
    if connector.is_none() {
        findings.problems.extend(layers.absent.clone());
    }
    let environment = raw.and_then(|raw| connector::environment_of(&raw.identity));
    let practices = practices::check(environment, sources);
    let mut problems = findings.problems;
    problems.extend(practices.problems.iter().cloned());
    let mut warnings = findings.warnings;
    warnings.extend(practices.warnings.iter().cloned());
    match connector {
        Some(connector) if problems.is_empty() => Ok(settings(connector, practices, warnings)),
        Some(_) | None => {
            problems.sort();
            problems.dedup();
            Err(problems)
        }
    }
}

/// Reads where the daemon's server is, from the connector's own settings alone: no practice is read
/// and no secret, and what is wrong elsewhere does not keep an operator from the running daemon.
pub fn load_server(sources: &Sources) -> Result<ServerSettings, Vec<Problem>> {
    let mut layers = Layers::read(&sources.config_dir, &sources.environment);
    let mut known = std::mem::take(&mut layers.problems);
    if layers.raw.is_some() {
        known.retain(|problem| problem.key.is_empty() || problem.key.starts_with("server"));
    }
    let place = |key: &str| layers.place(key);
    let mut findings = Findings::new(&place, known);
    let raw = layers.raw.as_ref();
    match raw.and_then(|raw| connector::server(&raw.server, &mut findings)) {
        Some(server) if findings.problems.is_empty() => Ok(server),
        Some(_) | None => Err(findings.problems),
    }
}

fn settings(connector: Connector, practices: Practices, warnings: Vec<Problem>) -> Settings {
    let Connector {
        identity,
        healthengine,
        pms,
        residency,
        schedule,
        ledger,
        server,
        shutdown,
        telemetry,
    } = connector;
    Settings {
        identity,
        healthengine,
        pms,
        residency,
        schedule,
        ledger,
        server,
        shutdown,
        telemetry,
        practices: practices.settings,
        warnings,
    }
}
