//! The adapters by name: where a practice's `[pms]` table becomes an adapter.

use std::path::Path;
use std::sync::Arc;

use super::{Description, PmsAdapter, SettingProblem, diary};
use crate::domain::civil::Zone;

/// A checked `[pms]` table: knows what the system can do, and opens its adapter.
pub trait AdapterSettings: Send + Sync + std::fmt::Debug {
    /// The adapter's name, as `pms.adapter` writes it.
    fn name(&self) -> &'static str;

    /// What the system can do.
    fn describe(&self) -> &Description;

    /// Makes the adapter; makes no call.
    fn open(&self) -> Arc<dyn PmsAdapter>;
}

/// What an adapter may know of the practice beside its own table.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The practice's time zone.
    pub zone: Zone,
    /// The folder that relative paths start from.
    pub base: &'a Path,
}

/// Every adapter's name.
pub const ADAPTERS: [&str; 1] = [diary::NAME];

/// Checks a practice's `[pms]` table, without `adapter` itself, and lists every problem.
pub fn parse(
    adapter: &str,
    table: toml::Table,
    around: Surroundings<'_>,
) -> Result<Arc<dyn AdapterSettings>, Vec<SettingProblem>> {
    match adapter {
        diary::NAME => diary::parse(table, around),
        other => Err(vec![SettingProblem {
            key: "adapter".to_owned(),
            problem: format!("there is no adapter named {other:?}"),
            remedy: format!("one of: {}", ADAPTERS.join(", ")),
        }]),
    }
}
