//! Where settings and secrets are read from: a value, so that nothing else reads the process.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where settings and secrets are read from.
#[derive(Clone)]
pub struct Sources {
    /// The folder of `connector.toml` and `practices/` (`--config`).
    pub config_dir: PathBuf,
    /// The folder that relative paths inside the settings start from.
    pub working_dir: PathBuf,
    /// The environment: overrides (`CONNECTOR__SECTION__KEY`), secrets given as `{ env = "NAME" }`,
    /// and systemd's `CREDENTIALS_DIRECTORY`.
    pub environment: BTreeMap<String, String>,
}

impl Sources {
    /// The process's own: its environment, and paths relative to its working directory.
    ///
    /// This is the only place that reads the environment. A variable that is not text is not ours.
    pub fn of_process(config_dir: &Path) -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            config_dir: config_dir.to_owned(),
            working_dir: PathBuf::new(),
            environment,
        }
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("config_dir", &self.config_dir)
            .field("working_dir", &self.working_dir)
            .field("environment", &"[redacted]")
            .finish()
    }
}
