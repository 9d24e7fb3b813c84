//! The `[pms]` table of a practice on the built-in diary.

use std::path::Path;
use std::sync::Arc;

use toml::Value;

use super::adapter::DiaryAdapter;
use super::location::Served;
use super::{DESCRIPTION, NAME};
use crate::domain::civil::Zone;
use crate::pms::registry::{AdapterSettings, Surroundings};
use crate::pms::{Description, PmsAdapter, SettingProblem};

/// Which diary, and what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DiarySettings {
    pub(super) database: Arc<Path>,
    pub(super) served: Served,
    pub(super) zone: Zone,
}

impl AdapterSettings for DiarySettings {
    fn name(&self) -> &'static str {
        NAME
    }

    fn describe(&self) -> &Description {
        &DESCRIPTION
    }

    fn open(&self) -> Arc<dyn PmsAdapter> {
        Arc::new(DiaryAdapter::new(self.clone()))
    }
}

/// Checks the `[pms]` table of a practice on the built-in diary: `database` is the file, relative
/// to the working directory; `locations` names the ones served, by default every one.
pub fn parse(
    table: toml::Table,
    around: Surroundings<'_>,
) -> Result<Arc<dyn AdapterSettings>, Vec<SettingProblem>> {
    let mut problems = Vec::new();
    let mut database = None;
    let mut served = Some(Served::All);
    for (key, value) in table {
        match key.as_str() {
            // The registry reads it; a caller may leave it in.
            "adapter" => {}
            "database" => database = Some(parse_database(&value)),
            "locations" => served = parse_locations(&value),
            other => problems.push(problem(
                other,
                "the built-in diary has no such key".to_owned(),
                "remove it; the keys are `database` and `locations`",
            )),
        }
    }
    let database = match database {
        None => {
            problems.push(problem(
                "database",
                "it is missing".to_owned(),
                DATABASE_REMEDY,
            ));
            None
        }
        Some(None) => {
            problems.push(problem(
                "database",
                "it is not a path".to_owned(),
                DATABASE_REMEDY,
            ));
            None
        }
        Some(Some(path)) => Some(around.base.join(path)),
    };
    if served.is_none() {
        problems.push(problem(
            "locations",
            "it is not a list of location ids".to_owned(),
            "write e.g. locations = [\"main\"], or leave it out to serve every location",
        ));
    }
    match (database, served) {
        (Some(database), Some(served)) if problems.is_empty() => Ok(Arc::new(DiarySettings {
            database: Arc::from(database),
            served,
            zone: around.zone,
        })),
        _ => Err(problems),
    }
}

const DATABASE_REMEDY: &str = "write the diary's file, e.g. database = \"data/harbour-dental.db\"";

fn problem(key: &str, problem: String, remedy: &str) -> SettingProblem {
    SettingProblem {
        key: key.to_owned(),
        problem,
        remedy: remedy.to_owned(),
    }
}

fn parse_database(value: &Value) -> Option<String> {
    value
        .as_str()
        .map(str::trim)
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
}

fn parse_locations(value: &Value) -> Option<Served> {
    let ids: Vec<String> = value
        .as_array()?
        .iter()
        .map(parse_database)
        .collect::<Option<_>>()?;
    (!ids.is_empty()).then(|| Served::named(&ids))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Arc<dyn AdapterSettings>, Vec<SettingProblem>> {
        let around = Surroundings {
            zone: Zone::parse("Australia/Sydney").unwrap(),
            base: Path::new("/etc/connector"),
        };
        parse(text.parse().unwrap(), around)
    }

    #[test]
    fn a_path_is_relative_to_the_settings_folder() {
        let settings = parsed("database = \"data/a.db\"\nlocations = [\"main\"]").unwrap();
        let shown = format!("{settings:?}");
        assert!(shown.contains("/etc/connector/data/a.db"), "{shown}");
        assert_eq!(settings.name(), "diary");
    }

    #[test]
    fn every_problem_is_listed_at_once() {
        let problems = parsed("locations = [1]\ndatabse = \"a.db\"").unwrap_err();
        let keys: Vec<&str> = problems.iter().map(|found| found.key.as_str()).collect();
        assert_eq!(keys, ["databse", "database", "locations"]);
        assert!(problems.iter().all(|found| !found.remedy.is_empty()));
        assert!(parsed("database = \"a.db\"\nlocations = []").is_err());
        assert!(parsed("database = \" \"").is_err());
    }
}
