//! `check --online`: one line per practice, and what to do where a key is refused.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_healthengine-connector");

/// A sandbox in a process of its own.
struct Sandbox {
    child: Child,
    base: String,
}

impl Sandbox {
    fn start() -> Self {
        let mut child = Command::new(BINARY)
            .args([
                "sandbox",
                "--listen",
                "127.0.0.1:0",
                "--accept-any-practice",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.as_mut().unwrap());
        let base = out
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let place = line.find("http://")?;
                line.get(place..).map(str::to_owned)
            })
            .unwrap();
        Self { child, base }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(BINARY)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn practice(folder: &Path, name: &str, key: &str) {
    let text = format!(
        "practice_id = \"{name}\"\npractice_key = \"{key}\"\ntimezone = \"Australia/Sydney\"\n\
         [live_hours]\nmonday = [{{ start = \"08:00\", end = \"17:00\" }}]\n\
         [pms]\nadapter = \"diary\"\ndatabase = \"diary.db\"\n"
    );
    fs::write(folder.join(format!("config/practices/{name}.toml")), text).unwrap();
}

#[test]
fn a_refused_key_is_told_with_who_can_grant_consent_and_hurts_no_other_practice() {
    let sandbox = Sandbox::start();
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::create_dir_all(path.join("config/practices")).unwrap();
    fs::write(
        path.join("config/connector.toml"),
        format!(
            "[identity]\nvendor_name = \"Acme\"\nvendor_email = \"a@acme.example\"\n\
             environment = \"DEV\"\n[residency]\nregion = \"ap-southeast-2\"\n\
             [healthengine]\nbase_url = \"{}\"\napi_key = \"sandbox\"\n",
            sandbox.base
        ),
    )
    .unwrap();
    let diary = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/cli/demo/stage/harbour-dental.toml")
        .display()
        .to_string();
    let imported = run(path, &["diary", "import", &diary, "--database", "diary.db"]);
    assert!(imported.status.success(), "{imported:?}");
    practice(path, "bay", "right-key");
    practice(path, "cove", "right-key");

    let good = run(path, &["check", "--online"]);
    let said = String::from_utf8(good.stdout).unwrap();
    assert_eq!(good.status.code(), Some(0), "{said}");
    assert!(said.contains("bay: ") && said.contains("cove: "), "{said}");

    practice(path, "cove", "another-key");
    let refused = run(path, &["check", "--online"]);
    let said = String::from_utf8(refused.stdout).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    let of = |name: &str| said.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(of("bay").ends_with("the diary answer"), "{said}");
    assert!(of("cove").contains("menu Integration Consent"), "{said}");
    assert!(!said.contains("another-key"), "{said}");
    assert!(!path.join("data").exists(), "checking changes nothing");
}
