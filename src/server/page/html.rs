//! Text that enters a page, escaped; and the page's frame.

use std::fmt::{self, Write as _};

/// A text of unknown origin, written so that it is only ever text, inside an element and inside a
/// quoted attribute.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// A page under way.
pub(super) struct Frame {
    page: String,
    version: String,
}

impl Frame {
    /// The head of a page with this title.
    pub(super) fn new(title: &str, version: &str) -> Self {
        let title = Escaped(title);
        Self {
            page: format!(
                "<!doctype html><html lang=\"en-AU\"><head><meta charset=\"utf-8\">\
                 <meta name=\"viewport\" content=\"width=device-width\">\
                 <meta http-equiv=\"refresh\" content=\"30\">\
                 <title>{title} · Healthengine connector</title>\
                 <link rel=\"stylesheet\" href=\"/style.css\"></head>\
                 <body><main><h1>{title}</h1>"
            ),
            version: version.to_owned(),
        }
    }

    /// Adds our own markup as it is: never a text from outside.
    pub(super) fn raw(&mut self, markup: &'static str) {
        self.page.push_str(markup);
    }

    /// Adds markup with values: texts go in as [`Escaped`], all else is a number or our own word.
    pub(super) fn write(&mut self, markup: fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        self.page.write_fmt(markup).ok();
    }

    /// The page with its foot.
    pub(super) fn closed(mut self) -> String {
        let version = std::mem::take(&mut self.version);
        self.write(format_args!(
            "</main><footer>Version {}</footer></body></html>",
            Escaped(&version)
        ));
        self.page
    }
}
