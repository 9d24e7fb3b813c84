//! Processes of the real binary, and waiting for what they do.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Longer than anything without a time of its own takes on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// Looks again and again until there is something to see.
pub(crate) fn until<T>(what: &str, within: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + within;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < end, "not within {within:?}: {what}");
        std::thread::sleep(Duration::from_millis(25));
    }
}

/// A process, killed when the test lets go of it.
pub(crate) struct Running {
    child: Child,
    printed: Heard,
    said: Heard,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            printed: Heard::listen(child.stdout.take().unwrap()),
            said: Heard::listen(child.stderr.take().unwrap()),
            child,
        }
    }

    /// Its number among the machine's processes.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to standard output so far.
    pub(crate) fn printed(&self) -> String {
        self.printed.so_far()
    }

    /// What it wrote to standard error so far.
    pub(crate) fn said(&self) -> String {
        self.said.so_far()
    }

    /// Waits until standard error says this.
    pub(crate) fn says(&self, wanted: &str) {
        until(wanted, SOON, || self.said().contains(wanted).then_some(()));
    }

    /// How many lines of standard error hold all of these words.
    pub(crate) fn lines_with(&self, words: &[&str]) -> usize {
        self.said()
            .lines()
            .filter(|line| words.iter().all(|word| line.contains(word)))
            .count()
    }

    /// Ends it as a power cut does, and returns all that it said.
    pub(crate) fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.said.rest()
    }

    /// Waits until it ends by itself.
    pub(crate) fn ended(&mut self, within: Duration) -> ExitStatus {
        until("the process ends", within, || {
            self.child.try_wait().unwrap()
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already ended in some tests: then there is nothing left to kill.
        self.child.kill().ok();
        self.child.wait().ok();
        if std::thread::panicking() {
            eprintln!("--- said by {}:\n{}", self.child.id(), self.said());
        }
    }
}

/// What came out of a pipe.
struct Heard {
    text: Arc<Mutex<String>>,
    listener: Option<JoinHandle<()>>,
}

impl Heard {
    fn listen(mut pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let written = Arc::clone(&text);
        let listener = std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(length @ 1..) = pipe.read(&mut bytes) {
                let heard = String::from_utf8_lossy(&bytes[..length]);
                written.lock().unwrap().push_str(&heard);
            }
        });
        Self {
            text,
            listener: Some(listener),
        }
    }

    fn so_far(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    /// What it says until the pipe is closed.
    fn rest(&mut self) -> String {
        if let Some(listener) = self.listener.take() {
            listener.join().unwrap();
        }
        self.so_far()
    }
}
