//! What is carried beside a practice's activations: documents, whose transfer may take long.
//!
//! A booking must not wait for a document on a slow line. So an activation only says what is to be
//! carried; whoever runs the practice carries it meanwhile, and brings back what came of it. One
//! errand at a time; to drop it is as a crash in the middle of the call, after which the request is
//! still listed and begun anew.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use super::Practice;
use super::turns::Turn;
use super::upload::{Ended, Wanted};
use crate::domain::id::RequestId;
use crate::healthengine::{AttachDocument, CallError};

/// Something to be carried; ends with what is to be brought back ([`Practice::bring`]).
///
/// The mutex is never waited for: it lets a practice that holds an errand be looked at from
/// several threads.
pub struct Errand(Mutex<Pin<Box<dyn Future<Output = What> + Send>>>);

/// What an errand brought, for the next activation.
pub struct Brought(What);

/// What came of an errand.
pub(super) enum What {
    /// A document that a patient handed in was fetched; its turn is held as long as the document.
    Fetched {
        request: RequestId,
        answer: Box<Result<AttachDocument, CallError>>,
        turn: Turn,
    },
    /// A document was read and sent, or not.
    Uploaded { wanted: Wanted, ended: Ended },
}

/// The errand of a practice.
#[derive(Default)]
pub(super) struct Errands {
    begun: Option<Errand>,
    away: bool,
    brought: Option<What>,
}

impl Errands {
    /// Whether something is carried already.
    pub(super) const fn is_away(&self) -> bool {
        self.away
    }

    /// Begins an errand.
    pub(super) fn begin(&mut self, errand: impl Future<Output = What> + Send + 'static) {
        self.begun = Some(Errand(Mutex::new(Box::pin(errand))));
        self.away = true;
    }

    /// What came of fetching this document, once.
    pub(super) fn fetched(
        &mut self,
        id: RequestId,
    ) -> Option<(Result<AttachDocument, CallError>, Turn)> {
        match self.brought.take() {
            Some(What::Fetched {
                request,
                answer,
                turn,
            }) if request == id => Some((*answer, turn)),
            other => {
                self.brought = other;
                None
            }
        }
    }

    /// What came of sending this document, once.
    pub(super) fn uploaded(&mut self, of: &Wanted) -> Option<Ended> {
        match self.brought.take() {
            Some(What::Uploaded { wanted, ended }) if wanted == *of => Some(ended),
            other => {
                self.brought = other;
                None
            }
        }
    }

    /// Lets go of what nobody asked for any more: it may be tens of megabytes.
    pub(super) fn let_go(&mut self) {
        self.brought = None;
    }
}

impl Practice {
    /// What is to be carried beside the next activations, if the last one began something.
    pub fn errand(&mut self) -> Option<Errand> {
        self.errands.begun.take()
    }

    /// Takes what an errand brought; the practice is to be activated again at once.
    pub fn bring(&mut self, brought: Brought) {
        self.errands.away = false;
        self.errands.brought = Some(brought.0);
    }
}

impl Future for Errand {
    type Output = Brought;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Brought> {
        let carried = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        carried.as_mut().poll(context).map(Brought)
    }
}

impl fmt::Debug for Errand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Errand")
    }
}

impl fmt::Debug for Brought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Brought")
    }
}
