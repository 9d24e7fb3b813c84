//! Callbacks to subscribers: tried at once, then after 10, 100 and 1000 seconds, then dropped.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::Sandbox;
use super::practice::Practice;
use super::practice::subscriptions::{Failure, Subscription};

/// Rule: a callback is answered within 5 seconds.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// Rule: it is tried again after 10, 100 and 1000 seconds.
const AGAIN_AFTER: [TimeDelta; 3] = [
    TimeDelta::seconds(10),
    TimeDelta::seconds(100),
    TimeDelta::seconds(1000),
];
/// How often the queue is looked at when nothing new has come.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A callback to be made.
pub(super) struct Callback {
    practice: Arc<Practice>,
    subscription: Subscription,
    payload: Value,
    attempt: u32,
}

/// Callbacks by when they are due, then by when they came.
#[derive(Default)]
struct Queue {
    last: u64,
    by_due: BTreeMap<(DateTime<Utc>, u64), Callback>,
}

/// Callbacks to be made.
#[derive(Default)]
pub(super) struct Callbacks {
    queue: Mutex<Queue>,
    arrived: Notify,
    client: OnceLock<Option<reqwest::Client>>,
}

impl Callbacks {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, due: DateTime<Utc>, callback: Callback) {
        let mut queue = self.queue();
        queue.last = queue.last.wrapping_add(1);
        let key = (due, queue.last);
        queue.by_due.insert(key, callback);
    }

    /// Queues callbacks about a request that has just come into being.
    pub(super) fn queue_all(
        &self,
        practice: &Arc<Practice>,
        callbacks: Vec<(Subscription, Value)>,
        now: DateTime<Utc>,
    ) {
        for (subscription, payload) in callbacks {
            let callback = Callback {
                practice: Arc::clone(practice),
                subscription,
                payload,
                attempt: 1,
            };
            self.push(now, callback);
        }
        self.arrived.notify_one();
    }

    fn take_due(&self, now: DateTime<Utc>) -> Vec<Callback> {
        let mut queue = self.queue();
        let mut due = Vec::new();
        while let Some(first) = queue.by_due.first_entry() {
            if first.key().0 > now {
                break;
            }
            due.push(first.remove());
        }
        due
    }

    /// Forgets all.
    pub(super) fn clear(&self) {
        self.queue().by_due.clear();
    }

    fn client(&self) -> Option<&reqwest::Client> {
        let build = || {
            reqwest::Client::builder()
                .timeout(TIME_LIMIT)
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .build()
                .ok()
        };
        self.client.get_or_init(build).as_ref()
    }
}

impl Sandbox {
    /// Makes the callbacks that are due, and waits until each was answered or timed out.
    pub async fn deliver_due(&self) {
        let mut under_way = JoinSet::new();
        self.begin_due(&mut under_way);
        while under_way.join_next().await.is_some() {}
    }

    fn begin_due(&self, under_way: &mut JoinSet<()>) {
        for callback in self.inner.callbacks.take_due(self.now()) {
            let sandbox = self.clone();
            under_way.spawn(async move { sandbox.deliver(callback).await });
        }
    }

    /// Makes callbacks as they fall due, until dropped.
    pub(super) async fn keep_delivering(&self) {
        let mut under_way = JoinSet::new();
        loop {
            self.begin_due(&mut under_way);
            tokio::select! {
                () = self.inner.callbacks.arrived.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                Some(_) = under_way.join_next() => {}
            }
        }
    }

    async fn deliver(&self, callback: Callback) {
        let Err((error_type, error_message)) = self.call_back(&callback).await else {
            return;
        };
        let now = self.now();
        let Callback {
            practice,
            subscription,
            payload,
            attempt,
        } = callback;
        let still_wanted = {
            let mut state = practice.at(now);
            let still_wanted = state.subscriptions.find(&subscription.id).is_some();
            state.subscriptions.log(Failure {
                timestamp: now,
                id: self.fresh_uuid(),
                subscription_id: subscription.id.clone(),
                subscription_topic: subscription.topic.clone(),
                client_id: subscription.client_id.clone(),
                callback_url: subscription.callback_url.clone(),
                payload: payload.clone(),
                attempt,
                error_type: error_type.to_owned(),
                error_message,
            });
            still_wanted
        };
        let failed_before = usize::try_from(attempt).unwrap_or(usize::MAX) - 1;
        if let Some(wait) = AGAIN_AFTER.get(failed_before).filter(|_| still_wanted) {
            let again = Callback {
                practice,
                subscription,
                payload,
                attempt: attempt + 1,
            };
            self.inner.callbacks.push(now + *wait, again);
        }
    }

    async fn call_back(&self, callback: &Callback) -> Result<(), (&'static str, String)> {
        let client = self
            .inner
            .callbacks
            .client()
            .ok_or_else(|| ("ClientError", "no HTTP client could be built".to_owned()))?;
        let answer = client
            .post(&callback.subscription.callback_url)
            .header("content-type", "application/json")
            .body(callback.payload.to_string())
            .send()
            .await
            .map_err(|error| (name(&error), describe(&error)))?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(("BadResponse", format!("answered with {}", answer.status())))
        }
    }
}

fn name(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "Timeout"
    } else if error.is_connect() {
        "ConnectError"
    } else {
        "RequestError"
    }
}

fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "no answer within 5 seconds".to_owned()
    } else {
        error.to_string()
    }
}
