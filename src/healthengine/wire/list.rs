//! Lists: plain ones, and pages of them.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::field::Fields;

/// The body is not the list or the object that the definition says it is.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::healthengine) struct NotAsDefined;

/// A page of a list.
pub(in crate::healthengine) struct Page<'a> {
    /// Its elements, each unread, so that one out of shape never loses the others.
    pub(in crate::healthengine) elements: Vec<&'a RawValue>,
    /// How many pages there are.
    pub(in crate::healthengine) pages: usize,
}

/// The body as text; a byte that is not UTF-8 costs its own character only.
pub(in crate::healthengine) fn body_text(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body))
}

/// Parses a body that is a list.
pub(in crate::healthengine) fn parse_list(text: &str) -> Result<Vec<&RawValue>, NotAsDefined> {
    serde_json::from_str(text).map_err(|_| NotAsDefined)
}

/// Parses a body that is an object.
pub(in crate::healthengine) fn parse_object(text: &str) -> Result<Value, NotAsDefined> {
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) | Err(_) => Err(NotAsDefined),
    }
}

#[derive(Deserialize)]
struct RawPage<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    page: Option<&'a RawValue>,
}

/// Parses a body that is a page; a missing `page` object means that there is one page.
pub(in crate::healthengine) fn parse_page(text: &str) -> Result<Page<'_>, NotAsDefined> {
    // A list would be taken for the struct's fields in order.
    if !text.trim_start().starts_with('{') {
        return Err(NotAsDefined);
    }
    let raw: RawPage<'_> = serde_json::from_str(text).map_err(|_| NotAsDefined)?;
    let page: Option<Value> = raw
        .page
        .and_then(|page| serde_json::from_str(page.get()).ok());
    let pages = page
        .as_ref()
        .and_then(Fields::of)
        .and_then(|page| page.integer("totalPages"))
        .and_then(|pages| usize::try_from(pages).ok())
        .unwrap_or(1);
    Ok(Page {
        elements: raw.data,
        pages,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_page_object_means_one_page() {
        for text in [
            r#"{"data": [1, 2]}"#,
            r#"{"data": [1, 2], "page": null}"#,
            r#"{"data": [1, 2], "page": {}, "more": 1}"#,
            r#"{"data": [1, 2], "page": {"totalPages": "1"}}"#,
        ] {
            let page = parse_page(text).unwrap();
            assert_eq!((page.elements.len(), page.pages), (2, 1), "{text}");
        }
    }

    #[test]
    fn a_body_that_is_not_as_defined_is_never_an_empty_list() {
        for text in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"data": null}"#,
            r#"{"data": {}}"#,
            "[[], null]",
        ] {
            assert!(parse_page(text).is_err(), "{text}");
        }
        for text in ["", "null", "{}", "\"bookings\"", "[1"] {
            assert!(parse_list(text).is_err(), "{text}");
        }
    }

    #[test]
    fn one_element_out_of_shape_never_loses_the_others() {
        let page = parse_page(r#"{"data": [{"a": 1e999}, {"a": "\ud800"}, {"a": 1}]}"#).unwrap();
        assert_eq!(page.elements.len(), 3);
        assert!(parse_page(&body_text(b"{\"data\": [\"\xff\"]}")).is_ok());
    }
}
