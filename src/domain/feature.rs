//! Healthengine's extra features: off until a practice's file asks for them and its system can do
//! what they need.

/// An extra feature of Healthengine that the connector can serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExtraFeature {
    /// The practice lists and uploads documents that belong to bookings.
    Documents,
    /// Documents that patients hand in are put into the PMS.
    AttachDocuments,
    /// Whole days with their patients are sent when Healthengine asks.
    ClientSnapshots,
}

impl ExtraFeature {
    /// Every one.
    pub const ALL: [Self; 3] = [
        Self::Documents,
        Self::AttachDocuments,
        Self::ClientSnapshots,
    ];

    /// Healthengine's id of it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::AttachDocuments => "attachDocuments",
            Self::ClientSnapshots => "clientSnapshots",
        }
    }

    /// Its key in a practice's file, in the table `[features]`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::AttachDocuments => "attach_documents",
            Self::ClientSnapshots => "client_snapshots",
        }
    }
}

/// Which extra features a practice wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Features {
    documents: bool,
    attach_documents: bool,
    client_snapshots: bool,
}

impl Features {
    /// Just these.
    pub fn of(wanted: impl IntoIterator<Item = ExtraFeature>) -> Self {
        let mut features = Self::default();
        for feature in wanted {
            match feature {
                ExtraFeature::Documents => features.documents = true,
                ExtraFeature::AttachDocuments => features.attach_documents = true,
                ExtraFeature::ClientSnapshots => features.client_snapshots = true,
            }
        }
        features
    }

    /// Whether this one is among them.
    pub const fn has(self, feature: ExtraFeature) -> bool {
        match feature {
            ExtraFeature::Documents => self.documents,
            ExtraFeature::AttachDocuments => self.attach_documents,
            ExtraFeature::ClientSnapshots => self.client_snapshots,
        }
    }
}
