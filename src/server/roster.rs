//! The practices by name: each one's published status, and the string that wakes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;

use crate::domain::id::PracticeName;
use crate::practice::Profile;
use crate::practice::control::Control;
use crate::practice::status::PracticeStatus;

/// The practices of this process; fixed at start.
#[derive(Debug, Default)]
pub struct Roster {
    practices: BTreeMap<PracticeName, Listed>,
}

/// A practice as the server knows it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its settings.
    pub profile: Arc<Profile>,
    /// Wakes it.
    pub control: Arc<Control>,
    /// Its latest status.
    pub status: watch::Receiver<Arc<PracticeStatus>>,
}

impl Roster {
    /// The roster of these practices.
    pub fn new(practices: impl IntoIterator<Item = Listed>) -> Self {
        Self {
            practices: practices
                .into_iter()
                .map(|listed| (listed.profile.name.clone(), listed))
                .collect(),
        }
    }

    /// The practice with this name.
    pub fn find(&self, name: &str) -> Option<&Listed> {
        let name = PracticeName::parse(name).ok()?;
        self.practices.get(&name)
    }

    /// Every practice, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Listed> {
        self.practices.values()
    }

    /// How many practices there are.
    pub fn len(&self) -> usize {
        self.practices.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.practices.is_empty()
    }
}

impl Listed {
    /// The latest status.
    pub fn latest(&self) -> Arc<PracticeStatus> {
        Arc::clone(&self.status.borrow())
    }
}
