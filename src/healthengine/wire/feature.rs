//! Extra features.

use serde_json::Value;

use super::field::{BadElement, Fields};
use crate::domain::id::FeatureId;

/// An extra feature: its requests come only while it is enabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// Its id.
    pub id: FeatureId,
    /// Its name.
    pub name: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Whether this practice has it on; off unless Healthengine says so.
    pub enabled: bool,
}

/// Parses a feature.
pub(in crate::healthengine) fn parse_feature(value: &Value) -> Result<Feature, BadElement> {
    let fields = Fields::of(value).ok_or_else(|| BadElement::field("the feature", "an object"))?;
    Ok(Feature {
        id: fields
            .id("id", FeatureId::parse)
            .ok_or_else(|| BadElement::field("id", "a word"))?,
        name: fields.text("name"),
        description: fields.text("description"),
        enabled: fields.boolean("enabled").unwrap_or(false),
    })
}
