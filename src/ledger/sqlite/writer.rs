//! The thread that owns the writing connection: takes what waits, and flushes it together.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, oneshot, watch};

use super::store::{Entry, Store};
use crate::ledger::LedgerError;

/// The most orders taken into one group.
pub(super) const GROUP: usize = 256;

/// The longest time that an accepted change stays off the disk.
const UNFLUSHED_LIMIT: Duration = Duration::from_secs(1);

/// What the thread is asked for.
pub(super) enum Order {
    /// Write a change with the group.
    Record {
        entry: Box<Entry>,
        answer: oneshot::Sender<Result<(), LedgerError>>,
        /// The order's place in the bounded queue.
        place: OwnedSemaphorePermit,
    },
    /// Use the store after the group is flushed.
    Use {
        run: Box<dyn FnOnce(&mut Store) + Send>,
        place: OwnedSemaphorePermit,
    },
    /// Flush, answer, end.
    Close {
        answer: oneshot::Sender<Result<(), LedgerError>>,
    },
}

/// How the thread stands, as the other side sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Running {
    /// It takes orders. If this is the last that was said, it died.
    Yes,
    /// It was closed.
    Closed,
}

pub(super) struct Writer {
    pub(super) store: Store,
    pub(super) orders: Receiver<Order>,
    pub(super) writable: Arc<AtomicBool>,
    pub(super) running: watch::Sender<Running>,
}

impl Writer {
    /// Works until it is closed, or until nobody can give orders any more.
    pub(super) fn run(self) {
        let Self {
            mut store,
            orders,
            writable,
            running,
        } = self;
        // When what was accepted early must be flushed; `None` while nothing waits.
        let mut due: Option<Instant> = None;
        let closing = loop {
            let ended = match next(&orders, due) {
                Next::Order(first) => work(&mut store, first, &orders),
                Next::Due => ControlFlow::Continue(()),
                Next::Gone => ControlFlow::Break(None),
            };
            if let ControlFlow::Break(answer) = ended {
                break answer;
            }
            if due.is_some_and(|due| due <= Instant::now()) {
                due = None;
                // `publish` tells of a failure, and what could not be flushed is kept.
                drop(store.flush());
            }
            if !store.has_unflushed() {
                due = None;
            } else if due.is_none() {
                due = Instant::now().checked_add(UNFLUSHED_LIMIT);
            }
            publish(&store, &writable);
        };
        let flushed = store.flush();
        if let Err(error) = &flushed {
            tracing::error!(%error, "the ledger was closed without its last changes");
        }
        // The file is closed and unlocked before anybody hears that it is.
        drop(store);
        if let Some(answer) = closing {
            answered(answer.send(flushed));
        }
        running.send_replace(Running::Closed);
    }
}

enum Next {
    Order(Order),
    /// What was accepted early must be flushed now.
    Due,
    /// Nobody can give orders any more.
    Gone,
}

fn next(orders: &Receiver<Order>, due: Option<Instant>) -> Next {
    let Some(due) = due else {
        return orders.recv().map_or(Next::Gone, Next::Order);
    };
    match orders.recv_timeout(due.saturating_duration_since(Instant::now())) {
        Ok(order) => Next::Order(order),
        Err(RecvTimeoutError::Timeout) => Next::Due,
        Err(RecvTimeoutError::Disconnected) => Next::Gone,
    }
}

/// Where to answer that the ledger is closed.
type Closing = Option<oneshot::Sender<Result<(), LedgerError>>>;

/// Works one group: the first order and what waits behind it. Whoever reads is served after the
/// flush, and so reads nothing that a crash could take back but what was accepted early.
fn work(store: &mut Store, first: Order, orders: &Receiver<Order>) -> ControlFlow<Closing> {
    let mut entries = Vec::new();
    let mut answers = Vec::new();
    let mut uses = Vec::new();
    let mut closing = None;
    let waiting = std::iter::once(first).chain(orders.try_iter());
    for order in waiting.take(GROUP) {
        match order {
            Order::Record {
                entry,
                answer,
                place,
            } => {
                entries.push(*entry);
                answers.push((answer, place));
            }
            Order::Use { run, place } => uses.push((run, place)),
            Order::Close { answer } => {
                closing = Some(answer);
                break;
            }
        }
    }
    if !entries.is_empty() {
        let outcomes = store.record(entries);
        for ((answer, place), outcome) in answers.into_iter().zip(outcomes) {
            drop(place);
            answered(answer.send(outcome));
        }
    }
    for (run, place) in uses {
        run(store);
        drop(place);
    }
    match closing {
        Some(answer) => ControlFlow::Break(Some(answer)),
        None => ControlFlow::Continue(()),
    }
}

/// Says once that the disk takes nothing, and once that it does again.
fn publish(store: &Store, writable: &AtomicBool) {
    let trouble = store.trouble();
    let before = writable.swap(trouble.is_none(), Ordering::Relaxed);
    match trouble {
        Some(error) if before => tracing::error!(
            error,
            "the ledger cannot be written: bookings wait until it can; check the disk's free \
             space and the ledger's directory"
        ),
        None if !before => tracing::info!("the ledger can be written again"),
        Some(_) | None => {}
    }
}

/// Whoever asked may have stopped waiting; the order stands all the same.
fn answered<T>(sent: Result<(), T>) {
    drop(sent);
}
