//! The real binary: how it starts, what it tells the service manager, and how it stops.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_healthengine-connector");

/// Longer than anything here takes on a busy machine.
const SOON: Duration = Duration::from_secs(30);

/// A Healthengine that takes every call and answers none.
struct Silent {
    address: SocketAddr,
    called: mpsc::Receiver<()>,
}

impl Silent {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (call, called) = mpsc::channel();
        std::thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming().flatten() {
                held.push(stream);
                if call.send(()).is_err() {
                    return;
                }
            }
        });
        Self { address, called }
    }
}

/// A folder with settings and one practice, and the socket of a service manager.
struct Setup {
    folder: TempDir,
    healthengine: Silent,
    manager: UnixDatagram,
}

impl Setup {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let manager = UnixDatagram::bind(folder.path().join("notify")).unwrap();
        manager.set_read_timeout(Some(SOON)).unwrap();
        let setup = Self {
            folder,
            healthengine: Silent::start(),
            manager,
        };
        setup.connector("127.0.0.1:0", "30s");
        setup.write(
            "config/practices/harbour.toml",
            "practice_id = \"1234567\"\npractice_key = \"planted-key\"\n\
             timezone = \"Australia/Sydney\"\n\
             [live_hours]\nmonday = [{ start = \"08:00\", end = \"17:00\" }]\n\
             [pms]\nadapter = \"diary\"\ndatabase = \"diary.db\"\n",
        );
        setup
    }

    fn connector(&self, listen: &str, grace: &str) {
        let base = self.healthengine.address;
        self.write(
            "config/connector.toml",
            &format!(
                "[identity]\nvendor_name = \"Acme\"\nvendor_email = \"a@acme.example\"\n\
                 environment = \"DEV\"\n\
                 [healthengine]\nbase_url = \"http://{base}/pms-api/v1\"\napi_key = \"planted\"\n\
                 [residency]\nregion = \"ap-southeast-2\"\n\
                 [schedule]\npoll_interval = \"1s\"\n\
                 [server]\nlisten = \"{listen}\"\n\
                 [shutdown]\ngrace = \"{grace}\"\n\
                 [ledger]\nurl = \"sqlite:ledger.db\"\n"
            ),
        );
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command
            .args(arguments)
            .current_dir(self.path())
            .env("NOTIFY_SOCKET", self.path().join("notify"))
            .env("WATCHDOG_USEC", "200000")
            .env_remove("WATCHDOG_PID")
            .stdin(Stdio::null());
        command
    }

    fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn start(&self) -> Daemon {
        let child = self
            .command(&["run"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Daemon { child }
    }

    /// Starts the daemon and waits until it is ready and has a call in hand.
    fn start_and_call(&self) -> Daemon {
        let daemon = self.start();
        self.told("READY=1");
        self.healthengine.called.recv_timeout(SOON).unwrap();
        daemon
    }

    /// Waits until the service manager was told this.
    fn told(&self, wanted: &str) {
        let mut message = [0; 4096];
        let until = Instant::now() + SOON;
        while Instant::now() < until {
            let length = self.manager.recv(&mut message).unwrap();
            let text = String::from_utf8_lossy(&message[..length]).into_owned();
            if text.lines().any(|line| line == wanted) {
                return;
            }
        }
        panic!("the service manager was never told {wanted}");
    }
}

struct Daemon {
    child: Child,
}

impl Daemon {
    /// Sends a signal, by the shell's own `kill`: no other tool is needed.
    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
    }

    fn ended(&mut self) -> ExitStatus {
        let until = Instant::now() + SOON;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the daemon did not end");
    }

    fn log(&mut self) -> String {
        let mut text = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut text).unwrap();
        text
    }

    /// Reads the log up to the address of the page.
    fn address(&mut self) -> String {
        let log = BufReader::new(self.child.stderr.as_mut().unwrap());
        log.lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, after) = line.split_once("http://")?;
                Some(after.split(' ').next()?.to_owned())
            })
            .unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Already ended in most tests: then there is nothing left to kill.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn bad_settings_are_all_listed_and_nothing_is_started() {
    let setup = Setup::new();
    setup.connector("nowhere", "forever");
    setup.write("config/practices/other.toml", "timezone = \"Mars/Base\"\n");
    let output = setup.output(&["run"]);
    assert_eq!(output.status.code(), Some(78));
    let said = String::from_utf8(output.stderr).unwrap();
    for wrong in [
        "server.listen",
        "shutdown.grace",
        "timezone",
        "practice_id",
        "other.toml",
    ] {
        assert!(said.contains(wrong), "{wrong} in {said}");
    }
    assert!(!said.contains("planted"), "{said}");
    assert!(!setup.path().join("ledger.db").exists());
    assert_eq!(setup.output(&["check"]).status.code(), Some(78));
}

#[test]
fn an_unknown_flag_is_a_usage_error() {
    let setup = Setup::new();
    assert_eq!(setup.output(&["run", "--what"]).status.code(), Some(2));
}

#[test]
fn a_page_that_others_could_reach_is_refused() {
    let setup = Setup::new();
    setup.connector("0.0.0.0:0", "30s");
    let output = setup.output(&["run"]);
    assert_eq!(output.status.code(), Some(78));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("server.listen: 0.0.0.0:0"), "{said}");
    assert!(!setup.path().join("ledger.db").exists());
}

#[test]
fn a_busy_port_is_named() {
    let setup = Setup::new();
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    setup.connector(&address, "30s");
    let output = setup.output(&["run"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&address) && said.contains("in use"), "{said}");
}

#[test]
fn the_service_manager_hears_ready_watchdog_and_stopping_and_a_hangup_changes_nothing() {
    let setup = Setup::new();
    let mut daemon = setup.start();
    setup.told("READY=1");
    setup.told("WATCHDOG=1");
    daemon.signal("HUP");
    setup.told("WATCHDOG=1");
    setup.told("WATCHDOG=1");
    daemon.signal("TERM");
    setup.told("STOPPING=1");
    drop(setup.healthengine);
    daemon.ended();
}

#[test]
fn a_first_signal_lets_what_is_in_hand_finish() {
    let setup = Setup::new();
    // Refuses every call at once, so that nothing is in hand for long.
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let connector = setup.path().join("config/connector.toml");
    let text = fs::read_to_string(&connector).unwrap();
    let silent = setup.healthengine.address.to_string();
    fs::write(&connector, text.replace(&silent, &closed.to_string())).unwrap();
    for signal in ["TERM", "INT"] {
        let mut daemon = setup.start();
        setup.told("READY=1");
        daemon.signal(signal);
        setup.told("STOPPING=1");
        assert_eq!(daemon.ended().code(), Some(0), "{}", daemon.log());
    }
}

#[test]
fn a_second_signal_drops_what_is_in_hand() {
    let setup = Setup::new();
    let mut daemon = setup.start_and_call();
    daemon.signal("TERM");
    setup.told("STOPPING=1");
    assert_eq!(daemon.child.try_wait().unwrap(), None, "a call is in hand");
    daemon.signal("TERM");
    assert_eq!(daemon.ended().code(), Some(1));
    assert!(daemon.log().contains("dropping what is in hand"));
}

#[test]
fn status_tells_whether_the_daemon_runs() {
    let setup = Setup::new();
    let mut daemon = setup.start();
    setup.told("READY=1");
    let address = daemon.address();
    setup.connector(&address, "30s");
    let shown = setup.output(&["status"]);
    let table = String::from_utf8(shown.stdout).unwrap();
    assert_eq!(shown.status.code(), Some(0), "{table}");
    assert!(table.contains("harbour"), "{table}");
    assert_eq!(setup.output(&["pause", "harbour"]).status.code(), Some(0));
    assert_eq!(setup.output(&["pause", "nobody"]).status.code(), Some(1));
    daemon.child.kill().unwrap();
    daemon.ended();
    let alone = setup.output(&["status"]);
    assert_eq!(alone.status.code(), Some(1));
    let said = String::from_utf8(alone.stderr).unwrap();
    assert!(said.contains("is it running"), "{said}");
}
