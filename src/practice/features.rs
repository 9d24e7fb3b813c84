//! The extra features at Healthengine are on where the practice's file wants them, and off
//! elsewhere.
//!
//! # Invariants
//! - On is what the file wants and the system can serve; a feature that this version does not know
//!   is left as it is.
//! - What is on or off is asked when the configuration is sent anew, and at no other poll: after a
//!   start, when the consent is back, when an operator asks, and with the daily sending.
//! - A refusal here is never a refused key. The definition answers 401 or 403 also where only the
//!   permission for a feature is missing, and the poll, which comes first in each activation, has
//!   just been answered: it alone judges the consent.
//! - A practice that is paused or switched off is left alone altogether: its features stay as they
//!   are, because its key may serve another integration by now.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Practice;
use super::policy::{later, pause_after_call};
use super::status::{FeatureAt, FeatureStatus};
use crate::domain::feature::ExtraFeature;
use crate::domain::id::FeatureId;
use crate::healthengine::{CallError, Verdict};
use crate::pms::Support;

/// How long a switch that Healthengine refuses rests before it is tried again.
const REST_WHEN_REFUSED: Duration = Duration::from_secs(5 * 60);

/// What is known of the features at Healthengine.
#[derive(Debug)]
pub(super) struct Switches {
    /// Whether they are to be looked at.
    due: bool,
    retry_at: Option<DateTime<Utc>>,
    failures: u32,
    /// What Healthengine said last.
    seen: BTreeMap<ExtraFeature, FeatureAt>,
    /// Why a feature could not be switched, in Healthengine's words.
    refused: BTreeMap<ExtraFeature, String>,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            due: true,
            retry_at: None,
            failures: 0,
            seen: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }
}

impl Switches {
    /// The features are to be looked at again.
    pub(super) fn look_anew(&mut self) {
        self.due = true;
        self.retry_at = None;
    }

    fn rest(&mut self, now: DateTime<Utc>, rest: Duration) {
        self.due = true;
        self.retry_at = Some(later(now, rest));
    }
}

impl Practice {
    /// Whether the practice's file asks for a feature, and its system can serve it.
    pub(super) fn wants(&self, feature: ExtraFeature) -> bool {
        self.profile.features.has(feature) && self.can_serve(feature)
    }

    /// Whether a feature is wanted, and Healthengine said last that it is on.
    pub(super) fn is_on(&self, feature: ExtraFeature) -> bool {
        self.wants(feature) && self.features.seen.get(&feature) == Some(&FeatureAt::On)
    }

    fn can_serve(&self, feature: ExtraFeature) -> bool {
        self.ports.pms.describe().serves(feature) == Support::Yes
    }

    /// Switches on what is wanted and off, and off what is on and not wanted, when it is time.
    pub(super) async fn work_features(&mut self) {
        let now = self.now();
        let resting = self.features.retry_at.is_some_and(|at| now < at);
        // Rule: features are enabled when they are supported; the configuration goes first.
        let is_linked = !self.desk.marks.resources.is_empty();
        if !self.features.due || resting || !is_linked {
            return;
        }
        match self.switch_features().await {
            Ok(()) => {
                self.features.failures = 0;
                self.features.due = false;
                self.features.retry_at = None;
                if !self.features.refused.is_empty() {
                    self.features.rest(now, REST_WHEN_REFUSED);
                }
            }
            Err(error) => {
                self.features.failures = self.features.failures.saturating_add(1);
                let rest = match error.verdict {
                    Verdict::Unauthorised | Verdict::Refused(_) => {
                        if self.features.failures == 1 {
                            tracing::warn!(%error, "Healthengine does not say which features are on");
                        }
                        REST_WHEN_REFUSED
                    }
                    Verdict::NotSent | Verdict::Slow(_) | Verdict::Unknown | Verdict::Garbled => {
                        self.health.call_failed(&error, now);
                        pause_after_call(&error, self.features.failures)
                    }
                };
                self.features.rest(now, rest);
            }
        }
    }

    async fn switch_features(&mut self) -> Result<(), CallError> {
        let listed = self.ports.healthengine.fetch_features().await?;
        for feature in ExtraFeature::ALL {
            let found = listed.iter().find(|one| one.id.as_str() == feature.id());
            let before = self.features.seen.get(&feature).copied();
            let Some(found) = found else {
                self.note_missing(feature, before);
                continue;
            };
            let wanted = self.wants(feature);
            self.note_switch(feature, found.enabled);
            if found.enabled == wanted {
                self.features.refused.remove(&feature);
                continue;
            }
            match self.switch(&found.id, wanted).await {
                Ok(()) => {
                    self.features.refused.remove(&feature);
                    self.note_switch(feature, wanted);
                    tracing::info!(
                        feature = feature.id(),
                        enabled = wanted,
                        "an extra feature was switched, as the practice's file says"
                    );
                }
                Err(error) if is_no(&error) => self.note_refused(feature, error),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn switch(&self, id: &FeatureId, on: bool) -> Result<(), CallError> {
        if on {
            self.ports.healthengine.enable_feature(id).await
        } else {
            self.ports.healthengine.disable_feature(id).await
        }
    }

    fn note_switch(&mut self, feature: ExtraFeature, on: bool) {
        let at = if on { FeatureAt::On } else { FeatureAt::Off };
        self.features.seen.insert(feature, at);
    }

    fn note_missing(&mut self, feature: ExtraFeature, before: Option<FeatureAt>) {
        self.features.refused.remove(&feature);
        self.features.seen.insert(feature, FeatureAt::NotOffered);
        if self.wants(feature) && before != Some(FeatureAt::NotOffered) {
            tracing::warn!(
                feature = feature.id(),
                "Healthengine does not offer this practice a feature that its file asks for"
            );
        }
    }

    fn note_refused(&mut self, feature: ExtraFeature, error: CallError) {
        if self.features.refused.get(&feature) != Some(&error.detail) {
            tracing::warn!(
                %error, feature = feature.id(),
                "Healthengine does not let an extra feature be switched; trying again later"
            );
        }
        self.features.refused.insert(feature, error.detail);
    }

    /// The features in words, for the status.
    pub(super) fn feature_statuses(&self) -> Vec<FeatureStatus> {
        let status = |feature: ExtraFeature| {
            let at = self.features.seen.get(&feature).copied();
            let at = at.unwrap_or(FeatureAt::NotAskedYet);
            FeatureStatus {
                feature: feature.id().to_owned(),
                wanted: self.profile.features.has(feature),
                at_healthengine: at,
                sentence: self.feature_sentence(feature, at),
            }
        };
        ExtraFeature::ALL.into_iter().map(status).collect()
    }

    fn feature_sentence(&self, feature: ExtraFeature, at: FeatureAt) -> String {
        let (id, key) = (feature.id(), feature.key());
        let in_file = self.profile.features.has(feature);
        let system = self.ports.pms.describe().system;
        if in_file && !self.can_serve(feature) {
            return format!(
                "{id}: the practice's file asks for it, and its system ({system}) cannot serve it; \
                 remove {key} from [features]"
            );
        }
        if let Some(words) = self.features.refused.get(&feature) {
            let to = if in_file { "on" } else { "off" };
            return format!("{id}: to be switched {to}, and Healthengine refuses: {words}");
        }
        match (in_file, at) {
            (true, FeatureAt::On) => format!("{id}: on, as the practice's file asks"),
            (true, FeatureAt::Off) => format!("{id}: asked for, and not switched on yet"),
            (true, FeatureAt::NotOffered) => format!(
                "{id}: the practice's file asks for it, and Healthengine does not offer it to this \
                 practice; ask Healthengine's support"
            ),
            (true, FeatureAt::NotAskedYet) => format!("{id}: asked for, and not looked at yet"),
            (false, FeatureAt::On) => format!("{id}: not asked for, and not switched off yet"),
            (false, FeatureAt::Off | FeatureAt::NotOffered | FeatureAt::NotAskedYet) => {
                format!("{id}: off; the practice's file does not ask for it")
            }
        }
    }
}

/// Whether Healthengine says no to the call itself, so that trying again soon changes nothing.
pub(super) const fn is_no(error: &CallError) -> bool {
    match error.verdict {
        Verdict::Unauthorised | Verdict::Refused(_) => true,
        Verdict::NotSent | Verdict::Slow(_) | Verdict::Unknown | Verdict::Garbled => false,
    }
}
