//! Healthengine as one practice sees it.

use std::fmt;
use std::sync::{Arc, Mutex};

use reqwest::header::HeaderValue;
use serde_json::value::RawValue;
use url::Url;

use super::connection::{Access, Connection, secret_header};
use super::error::{CallError, Verdict};
use super::wire::BadElement;
use super::wire::list::NotAsDefined;
use crate::domain::id::PracticeId;

/// One practice's client: every operation of the API, none tried twice.
pub struct PracticeClient {
    connection: Connection,
    practice: PracticeId,
    keys: Option<Keys>,
    /// The operations whose last list had an element that cannot be used: said once, not at
    /// every poll.
    skipping: Mutex<Vec<&'static str>>,
}

/// The practice's headers, ready made.
pub(super) struct Keys {
    pub(super) id: HeaderValue,
    pub(super) key: HeaderValue,
}

impl PracticeClient {
    pub(super) fn new(connection: Connection, access: &Arc<Access>) -> Self {
        let id = HeaderValue::from_str(access.practice_id.as_str()).ok();
        let key = secret_header(&access.practice_key);
        Self {
            connection,
            practice: access.practice_id.clone(),
            keys: id.zip(key).map(|(id, key)| Keys { id, key }),
            skipping: Mutex::new(Vec::new()),
        }
    }

    /// Whose client this is.
    pub fn practice(&self) -> &PracticeId {
        &self.practice
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The headers; none where the key cannot be one.
    pub(super) fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    /// The address of a path, which holds nothing that needs escaping.
    pub(super) fn url(&self, path: &str) -> Url {
        let mut url = self.connection.shared().base.clone();
        // The path of a base without one is "/".
        let path = format!("{}{path}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url
    }

    /// Parses each element; those that cannot be used are left out, and said once.
    pub(super) fn usable<T>(
        &self,
        operation: &'static str,
        elements: Vec<&RawValue>,
        parse: impl Fn(&RawValue) -> Result<T, BadElement>,
    ) -> Vec<T> {
        let mut usable = Vec::with_capacity(elements.len());
        let mut problem = None;
        for element in elements {
            match parse(element) {
                Ok(element) => usable.push(element),
                Err(BadElement(reason)) => problem = Some(reason),
            }
        }
        if self.is_news(operation, problem.is_some())
            && let Some(problem) = problem
        {
            tracing::warn!(
                practice.id = %self.practice,
                operation,
                problem,
                "Healthengine's list holds an element that cannot be read; it is left out"
            );
        }
        usable
    }

    /// Notes whether the operation's list skips now; whether that is new.
    fn is_news(&self, operation: &'static str, skips: bool) -> bool {
        let Ok(mut skipping) = self.skipping.lock() else {
            return skips;
        };
        let before = skipping.iter().position(|&known| known == operation);
        match (before, skips) {
            (None, true) => skipping.push(operation),
            (Some(index), false) => {
                skipping.swap_remove(index);
            }
            (None, false) | (Some(_), true) => return false,
        }
        skips
    }
}

/// The error of an answer that is not as defined.
pub(super) fn garbled(operation: &'static str) -> impl Fn(NotAsDefined) -> CallError {
    move |NotAsDefined| {
        CallError::new(
            operation,
            Verdict::Garbled,
            "the answer is not what the API's definition says",
        )
    }
}

/// The error of an object that cannot be used.
pub(super) fn unusable(operation: &'static str) -> impl Fn(BadElement) -> CallError {
    move |BadElement(problem)| {
        let detail = format!("the answer cannot be used: {problem}");
        CallError::new(operation, Verdict::Garbled, detail)
    }
}

impl fmt::Debug for PracticeClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PracticeClient")
            .field("practice", &self.practice)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::healthengine::tests::server::{client, settings};

    #[test]
    fn a_base_without_a_path_makes_no_double_slash() {
        for (base, address) in [
            ("http://127.0.0.1:1", "http://127.0.0.1:1/requests/bookings"),
            (
                "http://127.0.0.1:1/",
                "http://127.0.0.1:1/requests/bookings",
            ),
            (
                "http://127.0.0.1:1/a/b/",
                "http://127.0.0.1:1/a/b/requests/bookings",
            ),
        ] {
            let client = client(&settings(base));
            assert_eq!(client.url("/requests/bookings").as_str(), address);
        }
    }

    #[test]
    fn an_element_that_is_left_out_is_said_once_until_the_list_is_clean_again() {
        let client = client(&settings("http://127.0.0.1:1"));
        assert!(client.is_news("bookingRequests", true));
        assert!(!client.is_news("bookingRequests", true));
        assert!(client.is_news("bookingUpdateRequests", true));
        assert!(!client.is_news("bookingRequests", false));
        assert!(client.is_news("bookingRequests", true));
    }
}
