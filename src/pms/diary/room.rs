//! A diary's file, and how many calls may be at work on it at once.
//!
//! A call that waits for a locked or hanging file keeps a thread until its deadline. Hundreds of
//! practices may share one file, so each file has few places of its own: one that hangs cannot
//! take all the places of the process, and the diaries beside it go on.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::pms::PmsError;

/// The most calls at work at once in the process, on all diaries together.
const MOST: usize = 16;

/// The most calls at work at once on one diary.
const MOST_ON_ONE: usize = 3;

static ALL: Semaphore = Semaphore::const_new(MOST);

/// Every file of the settings, which are read once: none is ever taken out.
static FILES: OnceLock<Mutex<HashMap<Arc<Path>, Arc<DiaryFile>>>> = OnceLock::new();

/// A diary's file; the practices on it share its places.
#[derive(Debug)]
pub(super) struct DiaryFile {
    pub(super) path: Arc<Path>,
    places: Arc<Semaphore>,
}

/// A place at a diary, given back when dropped.
pub(super) struct Place {
    _on_this: OwnedSemaphorePermit,
    _in_all: SemaphorePermit<'static>,
}

impl DiaryFile {
    /// The file at this path.
    pub(super) fn at(path: &Arc<Path>) -> Arc<Self> {
        let files = FILES.get_or_init(Mutex::default);
        let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
        let file = files.entry(Arc::clone(path)).or_insert_with(|| {
            Arc::new(Self {
                path: Arc::clone(path),
                places: Arc::new(Semaphore::new(MOST_ON_ONE)),
            })
        });
        Arc::clone(file)
    }

    /// Waits for a place, at most this long.
    pub(super) async fn enter(&self, limit: Duration) -> Result<Place, PmsError> {
        let places = Arc::clone(&self.places);
        let entering = async {
            // First the file's own: who waits for it holds no place of others.
            let on_this = places.acquire_owned().await.ok()?;
            let in_all = ALL.acquire().await.ok()?;
            Some(Place {
                _on_this: on_this,
                _in_all: in_all,
            })
        };
        match timeout(limit, entering).await {
            Ok(Some(place)) => Ok(place),
            Ok(None) => Err(PmsError::NotDone("the process is stopping".to_owned())),
            Err(_elapsed) => Err(PmsError::NotDone(
                "too many calls on the diary at once".to_owned(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_diary_that_hangs_leaves_room_for_the_others() {
        let file = |name: &str| DiaryFile::at(&Arc::from(Path::new(name)));
        let mut hanging = Vec::new();
        for _ in 0..MOST_ON_ONE {
            let place = file("/hangs.db").enter(Duration::from_secs(5)).await;
            hanging.push(place.ok().unwrap());
        }
        let refused = file("/hangs.db").enter(Duration::from_millis(1)).await;
        assert!(matches!(refused, Err(PmsError::NotDone(_))));
        let other = file("/answers.db").enter(Duration::from_secs(5)).await;
        assert!(other.is_ok());
        hanging.pop();
        let again = file("/hangs.db").enter(Duration::from_secs(5)).await;
        assert!(again.is_ok());
    }
}
