//! Faults on demand: what a network and a busy Healthengine do to a caller.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// A fault, and how many calls it is to befall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// Which paths, below `/pms-api/v1`; `*` stands for anything.
    pub path: String,
    /// Which method; all when missing.
    pub method: Option<String>,
    /// Which practice; all when missing.
    pub practice: Option<String>,
    /// How many calls.
    pub count: u64,
    /// Answers with this status, and does nothing.
    pub status: Option<u16>,
    /// Adds `Retry-After`, in seconds; with 429 unless a status is given.
    pub retry_after: Option<u64>,
    /// Waits so long before anything is done, in milliseconds.
    pub delay_ms: Option<u64>,
    /// Does as asked, then holds the answer back so long, in milliseconds.
    pub hold_ms: Option<u64>,
    /// Closes the connection without an answer.
    pub drop: Option<DropWhen>,
    /// Does as asked, then answers with half a JSON text.
    pub garble: bool,
}

impl Default for Fault {
    fn default() -> Self {
        Self {
            path: "*".to_owned(),
            method: None,
            practice: None,
            count: 1,
            status: None,
            retry_after: None,
            delay_ms: None,
            hold_ms: None,
            drop: None,
            garble: false,
        }
    }
}

/// When a connection is closed without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropWhen {
    /// Before anything is done.
    Before,
    /// After it was done.
    After,
}

impl Fault {
    /// Whether it does anything, and only what can be done.
    pub(super) const fn has_effect(&self) -> bool {
        let status_exists = match self.status {
            Some(status) => 200 <= status && status <= 599,
            None => true,
        };
        let does_something = self.status.is_some()
            || self.retry_after.is_some()
            || self.delay_ms.is_some()
            || self.hold_ms.is_some()
            || self.drop.is_some()
            || self.garble;
        status_exists && does_something && self.count > 0
    }

    fn befalls(&self, method: &str, path: &str, practice: Option<&str>) -> bool {
        let names = |wanted: &Option<String>, is: Option<&str>| match wanted {
            Some(wanted) => is.is_some_and(|is| is.eq_ignore_ascii_case(wanted)),
            None => true,
        };
        names(&self.method, Some(method))
            && names(&self.practice, practice)
            && matches(self.path.as_bytes(), path.as_bytes())
    }
}

/// Whether the text fits the pattern, in which `*` stands for anything.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len())
            .any(|skipped| text.get(skipped..).is_some_and(|text| matches(rest, text))),
        Some((letter, rest)) => text
            .split_first()
            .is_some_and(|(first, text)| first == letter && matches(rest, text)),
    }
}

/// The faults that wait for calls.
#[derive(Debug, Default)]
pub(super) struct Faults {
    // Read before the lock, so that calls without faults never share one.
    waiting: AtomicUsize,
    list: Mutex<Vec<Fault>>,
}

impl Faults {
    fn list(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds one.
    pub(super) fn add(&self, fault: Fault) {
        let mut list = self.list();
        list.push(fault);
        self.waiting.store(list.len(), Ordering::Release);
    }

    /// Removes all.
    pub(super) fn clear(&self) {
        let mut list = self.list();
        list.clear();
        self.waiting.store(0, Ordering::Release);
    }

    /// Those that wait.
    pub(super) fn all(&self) -> Vec<Fault> {
        self.list().clone()
    }

    /// The fault that befalls this call, used up by one.
    pub(super) fn take(&self, method: &str, path: &str, practice: Option<&str>) -> Option<Fault> {
        if self.waiting.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut list = self.list();
        let at = list
            .iter()
            .position(|fault| fault.befalls(method, path, practice))?;
        let fault = list.get_mut(at)?;
        fault.count = fault.count.saturating_sub(1);
        let taken = fault.clone();
        if taken.count == 0 {
            list.remove(at);
        }
        self.waiting.store(list.len(), Ordering::Release);
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let fits = |pattern: &str, text: &str| matches(pattern.as_bytes(), text.as_bytes());
        assert!(fits(
            "/bookings/*/confirmInsert",
            "/bookings/12/confirmInsert"
        ));
        assert!(fits("*", "/requests"));
        assert!(fits("/requests*", "/requests/bookings"));
        assert!(!fits("/requests", "/requests/bookings"));
        assert!(!fits(
            "/bookings/*/rejectInsert",
            "/bookings/12/confirmInsert"
        ));
    }

    #[test]
    fn a_fault_befalls_as_many_calls_as_it_says() {
        let faults = Faults::default();
        faults.add(Fault {
            path: "/requests".to_owned(),
            practice: Some("1".to_owned()),
            count: 2,
            status: Some(500),
            ..Fault::default()
        });
        assert_eq!(faults.take("GET", "/requests", Some("2")), None);
        assert!(faults.take("GET", "/requests", Some("1")).is_some());
        assert!(faults.take("GET", "/requests", Some("1")).is_some());
        assert_eq!(faults.take("GET", "/requests", Some("1")), None);
    }
}
