//! Extra features: off until the connector enables them.

use serde::Serialize;

/// An extra feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Feature {
    Documents,
    ClientSnapshots,
    AttachDocuments,
}

impl Feature {
    const ALL: [Self; 3] = [
        Self::Documents,
        Self::ClientSnapshots,
        Self::AttachDocuments,
    ];

    /// The feature with this id.
    pub(in crate::sandbox) fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.id() == id)
    }

    const fn id(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::ClientSnapshots => "clientSnapshots",
            Self::AttachDocuments => "attachDocuments",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Documents => "Documents",
            Self::ClientSnapshots => "Client snapshots",
            Self::AttachDocuments => "Attach documents",
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::Documents => "Scripts and referrals, from the PMS to the patient",
            Self::ClientSnapshots => "A day's appointments and patients, from the PMS",
            Self::AttachDocuments => "Forms, from the patient into the PMS",
        }
    }
}

/// Which features are on.
#[derive(Debug, Clone, Default)]
pub(in crate::sandbox) struct Features {
    enabled: Vec<Feature>,
}

/// A feature in the definition's words.
#[derive(Debug, Clone, Serialize)]
pub(in crate::sandbox) struct WireFeature {
    id: &'static str,
    name: &'static str,
    description: &'static str,
    enabled: bool,
}

impl Features {
    /// Whether it is on.
    pub(in crate::sandbox) fn is_enabled(&self, feature: Feature) -> bool {
        self.enabled.contains(&feature)
    }

    /// Switches it on.
    pub(in crate::sandbox) fn enable(&mut self, feature: Feature) {
        if !self.is_enabled(feature) {
            self.enabled.push(feature);
        }
    }

    /// Switches it off.
    pub(in crate::sandbox) fn disable(&mut self, feature: Feature) {
        self.enabled.retain(|other| *other != feature);
    }

    /// One feature in the definition's words.
    pub(in crate::sandbox) fn wire(&self, feature: Feature) -> WireFeature {
        WireFeature {
            id: feature.id(),
            name: feature.name(),
            description: feature.description(),
            enabled: self.is_enabled(feature),
        }
    }

    /// All features in the definition's words.
    pub(in crate::sandbox) fn wire_all(&self) -> Vec<WireFeature> {
        Feature::ALL.map(|feature| self.wire(feature)).into()
    }
}
