//! The built-in diary: a real diary in one SQLite file.

use std::sync::Arc;

use super::SettingProblem;
use super::registry::{AdapterSettings, Surroundings};

/// The adapter's name in a practice's file.
pub const NAME: &str = "diary";

/// Checks the `[pms]` table of a practice on the built-in diary.
pub fn parse(
    _table: toml::Table,
    _around: Surroundings<'_>,
) -> Result<Arc<dyn AdapterSettings>, Vec<SettingProblem>> {
    Err(Vec::new())
}
