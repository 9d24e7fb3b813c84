//! Extra features: off until enabled, and once on, their requests must be answered.

use crate::domain::id::FeatureId;
use crate::healthengine::error::CallError;
use crate::healthengine::practice_client::{PracticeClient, unusable};
use crate::healthengine::send::Call;
use crate::healthengine::wire::feature::{Feature, parse_feature};
use crate::healthengine::wire::field;

impl PracticeClient {
    /// Fetches every extra feature.
    pub async fn fetch_features(&self) -> Result<Vec<Feature>, CallError> {
        let url = self.url("/features");
        self.fetch_list("getFeatures", url, |raw| parse_feature(&field::value(raw)?))
            .await
    }

    /// Fetches one extra feature.
    pub async fn fetch_feature(&self, id: &FeatureId) -> Result<Feature, CallError> {
        let operation = "getFeature";
        let url = self.url(&format!("/features/{id}"));
        let value = self.fetch_object(operation, url).await?;
        parse_feature(&value).map_err(unusable(operation))
    }

    /// Enables an extra feature: its requests will come.
    pub async fn enable_feature(&self, id: &FeatureId) -> Result<(), CallError> {
        let url = self.url(&format!("/features/{id}/enable"));
        let call = Call::write("enableFeature", url);
        self.send(call).await.map(drop)
    }

    /// Disables an extra feature: its requests will no longer come.
    pub async fn disable_feature(&self, id: &FeatureId) -> Result<(), CallError> {
        let url = self.url(&format!("/features/{id}/disable"));
        let call = Call::write("disableFeature", url);
        self.send(call).await.map(drop)
    }
}
