//! Settings as an operator meets them: a folder of files, and an environment.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Problem, Settings, Sources, load};

mod connector;
mod keys;
mod practice;
mod secret;

/// A folder in which everything is right, to be spoilt by a test.
struct Setup {
    folder: TempDir,
    environment: BTreeMap<String, String>,
}

const CONNECTOR: &str = r#"
[identity]
vendor_name = "Acme Dental Cloud"
vendor_email = "integrations@acme.example"
environment = "UAT"
[healthengine]
api_key = { file = "secrets/api-key" }
[residency]
region = "ap-southeast-2"
"#;

const PRACTICE: &str = r#"
practice_id = "1234567"
practice_key = { file = "secrets/practice.key" }
timezone = "Australia/Sydney"
[live_hours]
monday = [{ start = "08:00", end = "17:00" }]
[pms]
adapter = "diary"
database = "data/diary.db"
"#;

const API_KEY: &str = "planted-api-key";
const PRACTICE_KEY: &str = "planted-practice-key";

impl Setup {
    fn sound() -> Self {
        let setup = Self {
            folder: TempDir::new().unwrap(),
            environment: BTreeMap::new(),
        };
        setup.write("config/connector.toml", CONNECTOR);
        setup.write("config/practices/harbour.toml", PRACTICE);
        setup.write_secret("secrets/api-key", &format!("{API_KEY}\n"));
        setup.write_secret("secrets/practice.key", &format!("{PRACTICE_KEY}\r\n"));
        setup
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn write_secret(&self, path: &str, text: &str) {
        self.write(path, text);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let path = self.folder.path().join(path);
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }

    fn practice(&self, text: &str) {
        self.write("config/practices/harbour.toml", text);
    }

    fn connector(&self, more: &str) {
        self.write("config/connector.toml", &format!("{CONNECTOR}{more}"));
    }

    fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    fn sources(&self) -> Sources {
        Sources {
            config_dir: self.folder.path().join("config"),
            working_dir: self.folder.path().to_owned(),
            environment: self.environment.clone(),
        }
    }

    fn load(&self) -> Settings {
        load(&self.sources()).unwrap_or_else(|problems| panic!("{}", super::report(&problems)))
    }

    fn problems(&self) -> Vec<Problem> {
        load(&self.sources()).expect_err("nothing is wrong")
    }

    /// What is printed, with paths from the working directory.
    fn report(&self) -> String {
        let prefix = format!("{}/", self.folder.path().display());
        super::report(&self.problems()).replace(&prefix, "")
    }

    /// The key and the problem of each problem.
    fn wrong(&self) -> Vec<(String, String)> {
        let short = |problem: Problem| (problem.key, problem.problem);
        self.problems().into_iter().map(short).collect()
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

#[test]
fn everything_wrong_anywhere_is_listed_at_once_with_place_and_remedy() {
    let mut setup = Setup::sound();
    setup.write(
        "config/connector.toml",
        r#"[identity]
vendor_name = "Acme (Dental)"
environment = "TEST"
[healthengine]
base_url = "http://healthengine.com.au/pms-api/v1"
api_key = { file = "secrets/absent" }
gzip_form = 3
calls_at_once = 0
[residency]
region = "us-east-1"
[schedule]
poll_interval = 5
full_availability_at = "24:00"
[webhooks]
listen = "0.0.0.0:443"
"#,
    );
    setup.set("CONNECTOR__PMS__WRITE_TIMEOUT", "15s");
    setup.set("CONNECTOR__LEDGER__RETENTION", "forever");
    setup.set("CONNECTOR__SERVER__LISTENS", "127.0.0.1:1");
    setup.practice(
        r#"practice_id = 1234567
practice_key = { fiel = "secrets/practice.key" }
timezone = "Australia/Sidney"
publish_days = 0
[live_hours]
monday = [{ start = "17:00", end = "08:00" }, { start = "8:00" }]
tuseday = []
[pms]
adapter = "dairy"
"#,
    );
    setup.write(
        "config/practices/manly.toml",
        "practice_id = \"1\nenabled = maybe\n",
    );
    let expected = r#"config/connector.toml
  line 1: identity.vendor_email: this is missing; write an address that Healthengine can write to
  line 2: identity.vendor_name: "Acme (Dental)" cannot stand in a User-Agent; write your company's name in plain ASCII, without ( and )
  line 3: identity.environment: "TEST" is not known here; write one of: DEV, UAT, PROD
  line 5: healthengine.base_url: http is only allowed to this machine itself; write https://healthengine.com.au/pms-api/v1, or the sandbox's address
  line 6: healthengine.api_key: there is no file secrets/absent; create it, or correct the path: it starts from the working directory
  line 7: healthengine.gzip_form: there is no such key; did you mean gzip_from? known here: base_url, api_key, connect_timeout, total_timeout, largest_answer, gzip_from, calls_at_once, extra_ca_file
  line 8: healthengine.calls_at_once: 0 is out of bounds; write a whole number from 1 to 10000
  line 10: residency.region: "us-east-1" is not known here; write one of: ap-southeast-2, ap-southeast-4, australiaeast, australiasoutheast, australiacentral, australiacentral2, australia-southeast1, australia-southeast2, on-premises-au
  line 12: schedule.poll_interval: text in quotes is expected here, not a number without quotes; see config/default.toml and config/practices/ for its form
  line 13: schedule.full_availability_at: "24:00" is not a time of day; write HH:MM, from 00:00 to 23:59
  line 14: webhooks: there is no such key; known here: identity, healthengine, pms, residency, schedule, ledger, server, shutdown, telemetry
config/practices/harbour.toml
  line 1: practice_id: text in quotes is expected here, not a number without quotes; see config/default.toml and config/practices/ for its form
  line 2: practice_key.fiel: there is no such key; did you mean file? known here: file, env, credential
  line 3: timezone: there is no time zone "Australia/Sidney"; did you mean Australia/Sydney?
  line 4: publish_days: 0 days are out of bounds; write a whole number, 1 or more, and no more than the system allows
  line 6: live_hours.monday[0]: 17:00 is not before 08:00; write a start before its end; hours over midnight are two ranges, on two days
  line 6: live_hours.monday[1].end: this is missing; write HH:MM, from 00:00 to 24:00
  line 6: live_hours.monday[1].start: "8:00" is not a time of day; write HH:MM, from 00:00 to 24:00
  line 7: live_hours.tuseday: there is no such key; did you mean tuesday? known here: monday, tuesday, wednesday, thursday, friday, saturday, sunday, public_holidays
  line 9: pms.adapter: there is no adapter named "dairy"; one of: diary
config/practices/manly.toml
  line 1: this is not TOML (column 17): invalid basic string, expected `"`; correct the line; nothing else in this file was checked
  line 2: this is not TOML (column 11): string values must be quoted, expected literal string; correct the line; nothing else in this file was checked
environment CONNECTOR__LEDGER__RETENTION
  ledger.retention: "forever" is not a length of time; write a length from 1d to 3650d, such as "3650d": a whole number and one of the units ms, s, m, h, d
environment CONNECTOR__PMS__WRITE_TIMEOUT
  pms.write_timeout: 15s is too long; write a length from 100ms to 14s, such as "14s"
environment CONNECTOR__SERVER__LISTENS
  server.listens: there is no such key; did you mean listen? known here: listen
"#;
    let report = setup.report();
    assert_eq!(report, expected, "\n{report}");
}

#[test]
fn the_same_settings_give_the_same_list_each_time() {
    let setup = Setup::sound();
    setup.practice("timezone = 1\nzone = 2\nid = 3\n");
    assert_eq!(setup.report(), setup.report());
}

#[test]
fn debug_of_the_settings_holds_no_secret() {
    let setup = Setup::sound();
    let settings = setup.load();
    let debug = format!("{settings:?} {settings:#?} {:?}", setup.sources());
    assert!(debug.contains("1234567"), "{debug}");
    assert!(!debug.contains("planted"), "{debug}");
}

#[test]
fn the_examples_are_sound() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let mut setup = Setup::sound();
    fs::remove_file(setup.folder.path().join("config/practices/harbour.toml")).unwrap();
    let connector = fs::read_to_string(example.join("example.toml")).unwrap();
    setup.write("config/connector.toml", &connector);
    let mut names = Vec::new();
    for entry in fs::read_dir(example.join("practices")).unwrap() {
        let path = entry.unwrap().path();
        let name = stem(&path);
        let text = fs::read_to_string(&path).unwrap();
        setup.write(&format!("config/practices/{name}.toml"), &text);
        names.push(name);
    }
    names.sort();
    setup.write_secret("secrets/harbour-dental.key", PRACTICE_KEY);
    setup.write_secret("credentials/harbour-dental-manly.key", PRACTICE_KEY);
    setup.set("SWAN_RIVER_PHYSIO_KEY", PRACTICE_KEY);
    let credentials = setup.folder.path().join("credentials");
    setup.set("CREDENTIALS_DIRECTORY", credentials.to_str().unwrap());
    let settings = setup.load();
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
    let loaded: Vec<&str> = settings.practices.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(loaded, names);
    assert!(names.len() >= 3);
}
