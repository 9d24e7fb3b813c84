//! A folder with settings and diaries, and a sandbox beside it: the two terminals of a first try.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::child::{Running, SOON, until};

const BINARY: &str = env!("CARGO_BIN_EXE_healthengine-connector");

/// Polls and scans as often as the settings allow what a test needs.
pub(crate) const FAST: &str = "poll_interval = \"200ms\"\nchange_scan_interval = \"1s\"\nunauthorised_probe_interval = \"1s\"\n\
     poll_interval_outside_live_hours = \"200ms\"\n";

/// The schedule that nobody has touched.
pub(crate) const DEFAULT: &str = "";

/// Two practitioners in Sydney, each with hours on every day; one type for all, one for one.
pub(crate) const HARBOUR: Place = Place {
    name: "harbour",
    id: "9001",
    zone: "Australia/Sydney",
    diary: "harbour",
    locations: None,
};

/// One practitioner in Perth.
pub(crate) const SWAN: Place = Place {
    name: "swan",
    id: "9002",
    zone: "Australia/Perth",
    diary: "swan",
    locations: None,
};

pub(super) const HARBOUR_DIARY: &str = include_str!("harbour.toml");

pub(super) const SWAN_DIARY: &str = include_str!("swan.toml");

/// A practice: its file, its id and its diary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) id: &'static str,
    pub(crate) zone: &'static str,
    pub(crate) diary: &'static str,
    pub(crate) locations: Option<&'static str>,
}

impl Place {
    pub(crate) fn key(&self) -> String {
        format!("planted-key-of-{}", self.id)
    }
}

/// The folder, the sandbox, and a way to talk to it.
pub(crate) struct Town {
    folder: TempDir,
    sandbox: Running,
    base: String,
    caller: Caller,
}

impl Town {
    /// Starts a sandbox and writes the settings; nothing is served yet.
    pub(crate) fn new(schedule: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let sandbox = Running::start(
            Command::new(BINARY)
                .args(["sandbox", "--listen", "127.0.0.1:0"])
                .args(["--api-key", "planted-api-key"])
                .current_dir(folder.path()),
        );
        let base = until("the sandbox prints its address", SOON, || {
            let printed = sandbox.printed();
            let (_, after) = printed.split_once("http://")?;
            let (address, _) = after.split_once("/pms-api/v1\n")?;
            Some(format!("http://{address}"))
        });
        let town = Self {
            folder,
            sandbox,
            base,
            caller: Caller::new(),
        };
        town.write(
            "config/connector.toml",
            &format!(
                "[identity]\nvendor_name = \"Acme\"\nvendor_email = \"it@acme.example\"\n\
                 environment = \"DEV\"\n\
                 [healthengine]\nbase_url = \"{}/pms-api/v1\"\napi_key = \"planted-api-key\"\n\
                 [residency]\nregion = \"on-premises-au\"\n\
                 [schedule]\n{schedule}\
                 [server]\nlisten = \"127.0.0.1:0\"\n\
                 [ledger]\nurl = \"sqlite:ledger.db\"\n",
                town.base
            ),
        );
        town
    }

    /// The two practices that most tests have.
    pub(crate) fn with_two_practices(schedule: &str) -> Self {
        let town = Self::new(schedule);
        town.import("harbour", HARBOUR_DIARY);
        town.import("swan", SWAN_DIARY);
        town.add(&HARBOUR);
        town.add(&SWAN);
        town
    }

    /// Links a practice: its keys are supplied, and its consent is granted.
    pub(crate) fn add(&self, place: &Place) {
        self.grant(place);
        self.write_practice(place);
    }

    /// The practice's administrator grants consent for the first time.
    pub(crate) fn grant(&self, place: &Place) {
        self.post(
            "practices",
            &json!({
                "practice_id": place.id, "practice_key": place.key(), "timezone": place.zone,
            }),
        );
    }

    pub(crate) fn write_practice(&self, place: &Place) {
        let days = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        let hours = days.map(|day| format!("{day} = [{{ start = \"00:00\", end = \"24:00\" }}]\n"));
        let locations = place
            .locations
            .map(|one| format!("locations = [\"{one}\"]\n"))
            .unwrap_or_default();
        self.write(
            &format!("config/practices/{}.toml", place.name),
            &format!(
                "practice_id = \"{}\"\npractice_key = \"{}\"\ntimezone = \"{}\"\n\
                 [live_hours]\n{}\
                 [pms]\nadapter = \"diary\"\ndatabase = \"{}.db\"\n{locations}",
                place.id,
                place.key(),
                place.zone,
                hours.concat(),
                place.diary,
            ),
        );
    }

    pub(crate) fn import(&self, diary: &str, text: &str) {
        let file = format!("{diary}.toml");
        self.write(&file, text);
        let database = format!("{diary}.db");
        self.diary(&["import", &file, "--database", &database]);
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The binary, in this folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(arguments).current_dir(self.path());
        command
    }

    /// Starts the daemon, and waits until its page is there.
    pub(crate) fn run(&self) -> Daemon {
        self.run_with(&[])
    }

    pub(crate) fn run_with(&self, flags: &[&str]) -> Daemon {
        let running = Running::start(self.command(&["run"]).args(flags));
        let address = until("the daemon says where its page is", SOON, || {
            let said = running.said();
            let (_, after) = said.split_once("metrics are on http://")?;
            let (address, _) = after.split_once([' ', '"'])?;
            Some(address.to_owned())
        });
        Daemon { running, address }
    }

    /// What a command of reception prints.
    pub(crate) fn diary(&self, arguments: &[&str]) -> String {
        let output = self.command(&["diary"]).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "diary {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What an operator's command prints, and whether it succeeded.
    pub(crate) fn operate(&self, daemon: &Daemon, arguments: &[&str]) -> (bool, String) {
        let output = self
            .command(arguments)
            .env("CONNECTOR__SERVER__LISTEN", &daemon.address)
            .output()
            .unwrap();
        let mut text = String::from_utf8(output.stdout).unwrap();
        text.push_str(&String::from_utf8(output.stderr).unwrap());
        (output.status.success(), text)
    }

    /// A practice's status, as `status --json` prints it.
    pub(crate) fn status(&self, daemon: &Daemon, place: &Place) -> Value {
        let (done, text) = self.operate(daemon, &["status", place.name, "--json"]);
        assert!(done, "{text}");
        serde_json::from_str::<Value>(&text).unwrap()["status"].take()
    }

    /// Waits until a practice's condition is this.
    pub(crate) fn condition(&self, daemon: &Daemon, place: &Place, wanted: &str) -> Value {
        until(&format!("{} is {wanted}", place.name), SOON, || {
            let status = self.status(daemon, place);
            (status["condition"] == wanted).then_some(status)
        })
    }

    /// An answer of the daemon's page or API.
    pub(crate) fn page(&self, daemon: &Daemon, path: &str) -> String {
        self.caller
            .text(&format!("http://{}{path}", daemon.address))
    }

    /// An answer of the sandbox's controls.
    pub(crate) fn ask(&self, path: &str) -> Value {
        let text = self.caller.text(&format!("{}/_sandbox/{path}", self.base));
        serde_json::from_str(&text).unwrap()
    }

    /// Does something through the sandbox's controls, which must succeed.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/_sandbox/{path}", self.base);
        let (done, answer) = self.caller.post(&url, body);
        assert!(done, "{path} {body}: {answer}");
        answer
    }

    /// From now on no further call meets a fault.
    pub(crate) fn clear_faults(&self) {
        self.caller
            .delete(&format!("{}/_sandbox/faults", self.base));
    }
}

impl Drop for Town {
    /// Whatever a test is about, no rule was broken on the way.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- printed by the sandbox:\n{}", self.sandbox.printed());
            return;
        }
        let found = self.ask("violations");
        assert_eq!(found["violations"], json!([]));
        assert_eq!(found["unknown_practice_calls"], 0);
    }
}

/// The daemon.
pub(crate) struct Daemon {
    pub(crate) running: Running,
    address: String,
}

/// HTTP for a test that is not async.
struct Caller {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
}

impl Caller {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let client = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .timeout(Duration::from_secs(15))
            .build()
            .unwrap();
        Self { runtime, client }
    }

    fn text(&self, url: &str) -> String {
        self.runtime.block_on(async {
            let answer = self.client.get(url).send().await.unwrap();
            assert!(answer.status().is_success(), "{url}: {}", answer.status());
            answer.text().await.unwrap()
        })
    }

    fn delete(&self, url: &str) {
        self.runtime.block_on(async {
            let answer = self.client.delete(url).send().await.unwrap();
            assert!(answer.status().is_success(), "{url}");
        });
    }

    fn post(&self, url: &str, body: &Value) -> (bool, Value) {
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .body(body.to_string());
        self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            let done = answer.status().is_success();
            let text = answer.text().await.unwrap();
            (done, serde_json::from_str(&text).unwrap_or(Value::Null))
        })
    }
}
