//! A Healthengine to develop against: stateful, strict, and controllable.
//!
//! Whoever calls it is held to the published rules. A call that breaks one is answered with 400 and
//! the rule, and is counted. Patients see only what the connector sent, and can book only that. Its
//! reading of Healthengine's definition is its own: nothing here is shared with the client, so that
//! the two cannot be wrong together.
//!
//! # Invariants
//! - Only `domain`'s identifiers, times and clock are used from the rest of the crate.
//! - A patient books only a time that is offered at that moment, unless the control says `force`.
//! - Every booking keeps its whole history, answers that came twice included.
//! - Ids of bookings and requests rise with the clock: a sandbox started anew never gives an id that
//!   an earlier one gave, so that a connector's ledger survives its restart.
//! - A violation names the place and the rule, never the value.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::net::TcpListener;

use crate::domain::civil::Zone;
use crate::domain::clock::Clock;

mod base64;
mod book;
mod connection;
mod control;
mod delivery;
mod fault;
mod fields;
mod http;
pub mod patients;
mod practice;
mod request;
mod wire;

pub use book::{Entry, Happening, Line, Standing};
pub use control::{ControlError, Wish};
pub use fault::{DropWhen, Fault};
pub use practice::SentCounts;
pub use practice::offer::Offered;
pub use practice::view::{
    HealthChange, HealthView, PollView, PracticeSummary, PracticeView, ViolationView,
};
pub use request::{Ask, Attachment, DateType};
pub use wire::config::{SentAppointmentType, SentResource};
pub use wire::subscription::Callbacks;

use practice::Practice;

/// Where Healthengine's paths begin.
pub const BASE_PATH: &str = "/pms-api/v1";

/// How often every practice is looked at, so that its health is known to a few seconds.
const LOOK_AROUND_EVERY: Duration = Duration::from_secs(5);

/// How a sandbox behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxSettings {
    /// The consumer's key.
    pub api_key: String,
    /// How many requests a page holds.
    pub per_page: usize,
    /// Whether a practice that nobody added is added by its first call, with the key of that call.
    pub strangers: Strangers,
    /// Where callbacks may go.
    pub callbacks: Callbacks,
}

/// What becomes of a practice id that nobody added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strangers {
    /// It is refused with 401.
    #[default]
    Refused,
    /// It is added, with the key of that call.
    Welcome,
}

impl Default for SandboxSettings {
    fn default() -> Self {
        Self {
            api_key: "sandbox".to_owned(),
            per_page: 100,
            strangers: Strangers::Refused,
            callbacks: Callbacks::Loopback,
        }
    }
}

/// A Healthengine. Clones are handles of one and the same.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    api_key: String,
    callback_targets: Callbacks,
    clock: Arc<dyn Clock>,
    practices: RwLock<HashMap<String, Arc<Practice>>>,
    per_page: AtomicUsize,
    strangers_welcome: AtomicBool,
    strangers_refused: AtomicU64,
    next_booking: AtomicI64,
    next_request: AtomicI64,
    faults: fault::Faults,
    callbacks: delivery::Callbacks,
}

impl Sandbox {
    /// A sandbox without practices.
    pub fn new(settings: SandboxSettings, clock: Arc<dyn Clock>) -> Self {
        let first = clock.now().timestamp().saturating_mul(1000);
        Self {
            inner: Arc::new(Inner {
                api_key: settings.api_key,
                callback_targets: settings.callbacks,
                clock,
                practices: RwLock::default(),
                per_page: AtomicUsize::new(settings.per_page.max(1)),
                strangers_welcome: AtomicBool::new(settings.strangers == Strangers::Welcome),
                strangers_refused: AtomicU64::new(0),
                next_booking: AtomicI64::new(first),
                next_request: AtomicI64::new(first),
                faults: fault::Faults::default(),
                callbacks: delivery::Callbacks::default(),
            }),
        }
    }

    /// Healthengine's paths and the controls. Served by anything but [`Sandbox::serve`], a fault
    /// that drops the connection is answered with 502 instead.
    pub fn router(&self) -> axum::Router {
        http::router(self)
    }

    /// Serves until `shutdown` is done, and makes callbacks meanwhile.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let service = self
            .router()
            .into_make_service_with_connect_info::<connection::HangUp>();
        let serving = axum::serve(connection::Lines(listener), service)
            .with_graceful_shutdown(shutdown)
            .into_future();
        tokio::select! {
            served = serving => served,
            () = self.keep_delivering() => Ok(()),
            () = self.keep_looking_around() => Ok(()),
        }
    }

    async fn keep_looking_around(&self) {
        loop {
            tokio::time::sleep(LOOK_AROUND_EVERY).await;
            for practice in self.all_practices() {
                drop(practice.at(self.now()));
            }
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.inner.clock.now()
    }

    fn per_page(&self) -> usize {
        self.inner.per_page.load(Ordering::Relaxed)
    }

    fn fresh_booking(&self) -> i64 {
        self.inner.next_booking.fetch_add(1, Ordering::Relaxed)
    }

    fn fresh_request(&self) -> i64 {
        self.inner.next_request.fetch_add(1, Ordering::Relaxed)
    }

    fn fresh_uuid(&self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.fresh_request())
    }

    fn find_practice(&self, id: &str) -> Option<Arc<Practice>> {
        self.inner
            .practices
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    /// All practices, by id.
    fn all_practices(&self) -> Vec<Arc<Practice>> {
        let mut practices: Vec<_> = self
            .inner
            .practices
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect();
        practices.sort_by(|one, other| one.id().cmp(other.id()));
        practices
    }

    /// Adds the practice, or gives it this key and zone; what was sent for it stays.
    fn put_practice(&self, id: &str, key: &str, zone: Zone) -> Arc<Practice> {
        let mut practices = self
            .inner
            .practices
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let practice = practices
            .entry(id.to_owned())
            .or_insert_with(|| Arc::new(Practice::new(id, key, zone)));
        {
            let mut state = practice.at(self.now());
            key.clone_into(&mut state.key);
            state.zone = zone;
        }
        Arc::clone(practice)
    }
}
