//! The shim that records, and the processes it is loaded into.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const SOURCE: &str = include_str!("recorder.c");

/// The shim, built for this machine, and the log that it appends to.
pub(super) struct Recorder {
    folder: TempDir,
    root: PathBuf,
}

/// Where a process is to die: about to flush the file of this name for the n-th time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Death {
    pub(super) file: &'static str,
    pub(super) flush: u32,
}

impl Recorder {
    /// Builds the shim for what happens below this directory, or says why that cannot be done.
    pub(super) fn of(root: &Path) -> Result<Self, String> {
        if !cfg!(target_os = "linux") {
            return Err("LD_PRELOAD and fsync are recorded on Linux only".to_owned());
        }
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        let source = folder.path().join("recorder.c");
        std::fs::write(&source, SOURCE).map_err(|error| error.to_string())?;
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o", "recorder.so", "recorder.c"])
            .args(["-ldl", "-lpthread"])
            .current_dir(folder.path())
            .output()
            .map_err(|error| format!("there is no C compiler `cc`: {error}"))?;
        let said = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "the recorder was not built: {said}");
        Ok(Self {
            folder,
            root: root.canonicalize().map_err(|error| error.to_string())?,
        })
    }

    /// Records a process that is yet to be started, and may kill it.
    pub(super) fn watch(&self, command: &mut Command, death: Option<Death>) {
        command
            .env("LD_PRELOAD", self.folder.path().join("recorder.so"))
            .env("RECORDER_ROOT", &self.root)
            .env("RECORDER_LOG", self.log());
        if let Some(death) = death {
            command
                .env("RECORDER_KILL_FILE", death.file)
                .env("RECORDER_KILL_AT", death.flush.to_string());
        }
    }

    /// The directory that is recorded, canonical.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// What was recorded so far.
    pub(super) fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}
