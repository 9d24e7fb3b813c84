//! What is shipped beside the program agrees with the program.

use std::path::Path;
use std::time::Duration;

use clap::Parser as _;
use healthengine_connector::cli::Arguments;

fn shipped(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("read {file}: {error}"))
}

/// The rest of the one line that begins so, once its indentation is off.
fn the_line(text: &str, beginning: &str) -> String {
    let rests: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix(beginning))
        .collect();
    assert_eq!(rests.len(), 1, "lines that begin with {beginning:?}");
    rests[0].trim().to_owned()
}

fn seconds(text: &str) -> Duration {
    let number = text.strip_suffix('s').expect("a number of seconds");
    Duration::from_secs(number.parse().expect("a number of seconds"))
}

/// The arguments of a Dockerfile's JSON form.
fn json_form(text: &str) -> Vec<String> {
    serde_json::from_str(text).expect("a JSON array of strings")
}

fn is_a_command_line(words: &[String]) {
    if let Err(refused) = Arguments::try_parse_from(words) {
        panic!("{words:?}: {refused}");
    }
}

#[test]
fn the_unit_runs_a_command_line_of_the_program() {
    let unit = shipped("deploy/healthengine-connector.service");
    let line = the_line(&unit, "ExecStart=");
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    is_a_command_line(&words);
}

#[test]
fn the_image_runs_and_asks_for_its_health_by_command_lines_of_the_program() {
    let dockerfile = shipped("Dockerfile");
    let (health, rest): (Vec<&str>, Vec<&str>) = dockerfile
        .lines()
        .partition(|line| line.starts_with("    CMD "));
    assert_eq!(health.len(), 1, "the health check's command");
    is_a_command_line(&json_form(&the_line(health[0], "CMD ")));

    let rest = rest.join("\n");
    let mut run = json_form(&the_line(&rest, "ENTRYPOINT "));
    run.extend(json_form(&the_line(&rest, "CMD ")));
    is_a_command_line(&run);
}

#[test]
fn nobody_kills_the_daemon_before_its_grace_period_is_over() {
    let defaults: toml::Table = shipped("config/default.toml").parse().expect("TOML");
    let grace = seconds(defaults["shutdown"]["grace"].as_str().expect("a string"));
    let unit = shipped("deploy/healthengine-connector.service");
    let compose = shipped("deploy/compose.yaml");
    assert!(seconds(&the_line(&unit, "TimeoutStopSec=")) > grace);
    assert!(seconds(&the_line(&compose, "stop_grace_period:")) > grace);
}

#[test]
fn a_wrong_setting_is_not_started_again_by_the_unit() {
    let unit = shipped("deploy/healthengine-connector.service");
    assert_eq!(the_line(&unit, "RestartPreventExitStatus="), "78");
}
