//! Extra features: off until enabled, and once on, their requests must be answered.

use crate::domain::id::FeatureId;
use crate::healthengine::error::CallError;
use crate::healthengine::practice_client::{PracticeClient, unusable};
use crate::healthengine::wire::feature::{Feature, parse_feature};

impl PracticeClient {
    /// Fetches one extra feature.
    pub async fn fetch_feature(&self, id: &FeatureId) -> Result<Feature, CallError> {
        let operation = "getFeature";
        let url = self.url(&format!("/features/{id}"));
        let value = self.fetch_object(operation, url).await?;
        parse_feature(&value).map_err(unusable(operation))
    }
}
