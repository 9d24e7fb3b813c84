//! The demo's stage: a folder with settings, three practices and their diaries, removed at the end.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::domain::civil::Zone;
use crate::domain::id::PracticeId;
use crate::pms::diary::{Desk, Plan};

/// The key by which the sandbox knows the demo's deployment.
pub(super) const API_KEY: &str = "demo-deployment";

/// The practice that has the extra features on: Healthengine asks for its days with their patients,
/// and documents go both ways.
pub(super) const WITH_FEATURES: &str = "harbour-dental";

/// A practice of the demo.
#[derive(Debug, Clone)]
pub(super) struct DemoPractice {
    /// Its name on the command line.
    pub(super) name: &'static str,
    /// Its id at the sandbox.
    pub(super) id: PracticeId,
    /// Its key at the sandbox.
    pub(super) key: String,
    /// Its zone.
    pub(super) zone: Zone,
    /// Where its diary is.
    pub(super) diary: PathBuf,
}

/// Each practice: its name, its id, its zone, and what stands in its diary.
const PRACTICES: [(&str, &str, &str, &str); 3] = [
    (
        "harbour-dental",
        "7001",
        "Australia/Sydney",
        include_str!("stage/harbour-dental.toml"),
    ),
    (
        "swan-river-physio",
        "7002",
        "Australia/Perth",
        include_str!("stage/swan-river-physio.toml"),
    ),
    (
        "lofty-family-clinic",
        "7003",
        "Australia/Adelaide",
        include_str!("stage/lofty-family-clinic.toml"),
    ),
];

/// The folder, and what is in it. Dropping it removes the folder.
#[derive(Debug)]
pub(super) struct Stage {
    folder: PathBuf,
    pub(super) practices: Vec<DemoPractice>,
}

impl Stage {
    /// Makes the folder, with three diaries in it.
    pub(super) fn set(seed: u64) -> Result<Self, String> {
        let name = format!(
            "healthengine-connector-demo-{}-{seed:08x}",
            std::process::id()
        );
        let folder = std::env::temp_dir().join(name);
        let practices = folder.join("practices");
        fs::create_dir_all(&practices).map_err(|error| told(&practices, &error))?;
        let mut stage = Self {
            folder,
            practices: Vec::new(),
        };
        for (name, id, zone, diary) in PRACTICES {
            let practice = stage.practice(name, id, zone)?;
            import(&practice.diary, diary)?;
            stage.write(&format!("practices/{name}.toml"), &practice_file(&practice))?;
            stage.practices.push(practice);
        }
        Ok(stage)
    }

    /// Where the settings are.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes `connector.toml`, which points at the sandbox.
    pub(super) fn point_at(&self, sandbox: SocketAddr, page: SocketAddr) -> Result<(), String> {
        let ledger = self.folder.join("ledger.db");
        self.write(
            "connector.toml",
            &format!(
                "[identity]\n\
                 vendor_name = \"Connector demo\"\n\
                 vendor_email = \"demo@connector.example\"\n\
                 environment = \"DEV\"\n\n\
                 [healthengine]\n\
                 base_url = \"http://{sandbox}/pms-api/v1\"\n\
                 api_key = \"{API_KEY}\"\n\n\
                 [residency]\n\
                 region = \"on-premises-au\"\n\n\
                 [schedule]\n\
                 change_scan_interval = \"2s\"\n\n\
                 [ledger]\n\
                 url = \"sqlite:{}\"\n\n\
                 [server]\n\
                 listen = \"{page}\"\n",
                ledger.display()
            ),
        )
    }

    fn practice(&self, name: &'static str, id: &str, zone: &str) -> Result<DemoPractice, String> {
        Ok(DemoPractice {
            name,
            id: PracticeId::parse(id).map_err(|error| error.to_string())?,
            key: format!("demo-key-of-{name}"),
            zone: Zone::parse(zone).ok_or_else(|| format!("{zone} is not a time zone"))?,
            diary: self.folder.join(format!("{name}.db")),
        })
    }

    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(|error| told(&path, &error))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!("{}", told(&self.folder, &error));
        }
    }
}

fn practice_file(practice: &DemoPractice) -> String {
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
    let features = practice.name == WITH_FEATURES;
    format!(
        "practice_id = \"{}\"\n\
         practice_key = \"{}\"\n\
         timezone = \"{}\"\n\n\
         [live_hours]\n{}\n\
         [pms]\n\
         adapter = \"diary\"\n\
         database = \"{}\"\n\n\
         [features]\n\
         client_snapshots = {features}\n\
         documents = {features}\n\
         attach_documents = {features}\n",
        practice.id,
        practice.key,
        practice.zone.name(),
        hours.concat(),
        practice.diary.display(),
    )
}

fn import(diary: &Path, text: &str) -> Result<(), String> {
    let plan = Plan::parse(text).map_err(|problems| {
        let problems: Vec<String> = problems
            .iter()
            .map(|it| format!("{}: {}: {}", it.place, it.key, it.problem))
            .collect();
        problems.join("; ")
    })?;
    let mut desk = Desk::open_or_create(diary).map_err(|error| error.to_string())?;
    desk.import(&plan).map_err(|error| error.to_string())?;
    Ok(())
}

fn told(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}
