//! Every practice's file, and the rules that hold between them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::practice::{self, Checked};
use super::problem::Problem;
use super::settings::{Environment, PracticeSettings};
use super::sources::Sources;
use crate::domain::id::PracticeId;
use crate::domain::live_hours::LiveHours;

/// What became of all practices' files.
#[derive(Default)]
pub(super) struct Practices {
    /// The practices in which nothing is wrong, by name.
    pub settings: Vec<Arc<PracticeSettings>>,
    /// What stops the start.
    pub problems: Vec<Problem>,
    /// What does not.
    pub warnings: Vec<Problem>,
}

/// Reads and checks every practice's file.
pub(super) fn check(environment: Option<Environment>, sources: &Sources) -> Practices {
    let folder = sources.config_dir.join("practices");
    let files = match files(&folder) {
        Ok(files) => files,
        Err(problem) => {
            return Practices {
                problems: vec![problem],
                ..Practices::default()
            };
        }
    };
    let mut practices = Practices::default();
    let mut shared: HashMap<Arc<LiveHours>, Arc<LiveHours>> = HashMap::new();
    let mut owners: BTreeMap<PracticeId, PathBuf> = BTreeMap::new();
    for file in files {
        let Checked {
            settings,
            id,
            problems,
            warnings,
        } = practice::check(&file, environment, sources);
        practices.problems.extend(problems);
        practices.warnings.extend(warnings);
        if let Some((id, line)) = id {
            match owners.get(&id) {
                Some(owner) => practices.problems.push(twice(&file, line, &id, owner)),
                None => drop(owners.insert(id, file)),
            }
        }
        if let Some(mut settings) = settings {
            let hours = Arc::clone(&settings.live_hours);
            settings.live_hours = Arc::clone(shared.entry(Arc::clone(&hours)).or_insert(hours));
            practices.settings.push(Arc::new(settings));
        }
    }
    practices.settings.shrink_to_fit();
    practices
}

fn twice(file: &Path, line: Option<usize>, id: &PracticeId, owner: &Path) -> Problem {
    Problem {
        origin: file.display().to_string(),
        line,
        key: "practice_id".to_owned(),
        problem: format!("{} has the practice id {id} too", owner.display()),
        remedy: "give each practice its own id, or remove one of the two files".to_owned(),
    }
}

/// The practices' files, by name. A name that begins with a dot is an editor's.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    const REMEDY: &str = "write one file per practice there, such as harbour-dental.toml";
    let unreadable = |error: &std::io::Error| {
        if error.kind() == std::io::ErrorKind::NotFound {
            Problem::of_file(folder, "there is no such folder", REMEDY)
        } else {
            Problem::of_unreadable(folder, error)
        }
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(&error))? {
        let path = entry.map_err(|error| unreadable(&error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let hidden = name.starts_with('.');
        if !hidden
            && path
                .extension()
                .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(Problem::of_file(folder, "there are no practices", REMEDY));
    }
    files.sort_by(|one, other| one.file_stem().cmp(&other.file_stem()));
    Ok(files)
}
