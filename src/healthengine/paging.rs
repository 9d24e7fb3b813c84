//! Lists that come in pages, fetched whole.
//!
//! A list shrinks while it is paged through: what is answered drops out, and what stood behind it
//! moves up. An element can thus be met twice, or be missed until the next time.

use std::collections::HashSet;
use std::hash::Hash;

use serde_json::value::RawValue;
use url::Url;

use super::error::{CallError, Refusal, Verdict};
use super::practice_client::{PracticeClient, garbled};
use super::send::Call;
use super::wire::BadElement;
use super::wire::list::{body_text, parse_page};

/// The most pages that are fetched in one go; what lies behind them comes the next time.
const MOST_PAGES: usize = 200;

impl PracticeClient {
    /// Fetches every page, and keeps each element once.
    pub(super) async fn fetch_pages<T, K: Eq + Hash>(
        &self,
        operation: &'static str,
        url: Url,
        parse: impl Fn(&RawValue) -> Result<T, BadElement>,
        key: impl Fn(&T) -> K,
    ) -> Result<Vec<T>, CallError> {
        let mut all = Vec::new();
        let mut seen = HashSet::new();
        for number in 1..=MOST_PAGES {
            let mut url = url.clone();
            url.query_pairs_mut()
                .append_pair("page", &number.to_string());
            let body = match self.send(Call::read(operation, url)).await {
                Ok(body) => body,
                // The list has shrunk to fewer pages than the one before promised.
                Err(error)
                    if number > 1 && error.verdict == Verdict::Refused(Refusal::NotFound) =>
                {
                    return Ok(all);
                }
                Err(error) => return Err(error),
            };
            let text = body_text(&body);
            let page = parse_page(&text).map_err(garbled(operation))?;
            let is_last = number >= page.pages || page.elements.is_empty();
            let elements = self.usable(operation, page.elements, &parse);
            all.extend(
                elements
                    .into_iter()
                    .filter(|element| seen.insert(key(element))),
            );
            if is_last {
                return Ok(all);
            }
        }
        tracing::warn!(
            practice.id = %self.practice(),
            operation,
            pages = MOST_PAGES,
            "Healthengine's list has more pages than are fetched in one go"
        );
        Ok(all)
    }
}
