//! What the daemon says while it runs: one line per event, on stderr.

use std::error::Error;
use std::io::IsTerminal;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

/// In which form events are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Readable text, with colours on a terminal.
    Text,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Text, Self::Json];

    /// Its name, as `telemetry.format` and `--log-format` write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }

    /// Reads its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// From which level on events are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Somebody must act.
    Error,
    /// Something is degraded.
    Warn,
    /// One line per outcome.
    Info,
    /// Every step.
    Debug,
    /// Every detail.
    Trace,
}

impl LogLevel {
    /// Every level.
    pub const ALL: [Self; 5] = [
        Self::Error,
        Self::Warn,
        Self::Info,
        Self::Debug,
        Self::Trace,
    ];

    /// Its name, as `telemetry.level` and `--log-level` write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }

    /// Reads its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    const fn filter(self) -> LevelFilter {
        match self {
            Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
            Self::Trace => LevelFilter::TRACE,
        }
    }
}

/// Starts logging to stderr; a second call changes nothing.
///
/// The level is ours alone: other crates speak from `warn` on, because at `debug` some print what
/// they send. A panic is logged by its place only: its message may quote what was being read.
pub fn init(format: LogFormat, level: LogLevel) {
    let colours = std::io::stderr().is_terminal();
    let layer = layer(format, level, colours, std::io::stderr);
    if tracing_subscriber::registry()
        .with(layer)
        .try_init()
        .is_ok()
    {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic
                .location()
                .map(ToString::to_string)
                .unwrap_or_default();
            tracing::error!(place, "a bug stopped a task at {place}: please report it");
        }));
    }
}

fn layer<W>(
    format: LogFormat,
    level: LogLevel,
    colours: bool,
    writer: W,
) -> impl Layer<Registry> + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let spoken = Targets::new()
        .with_default(LevelFilter::WARN.min(level.filter()))
        .with_target(env!("CARGO_CRATE_NAME"), level.filter());
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(colours).with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    lines.with_filter(spoken)
}

/// Prints an error and its sources, outermost first; a source that its parent already quotes is
/// not repeated.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let next = error.to_string();
        if !text.contains(&next) {
            text.extend([": ", &next]);
        }
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: LogFormat, level: LogLevel, events: impl FnOnce()) -> Vec<String> {
        let lines = Lines::default();
        let sink = lines.clone();
        let layer = layer(format, level, false, move || sink.clone());
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, events);
        let bytes = lines.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn an_event_is_one_json_object_on_one_line_with_its_fields() {
        let lines = logged(LogFormat::Json, LogLevel::Info, || {
            tracing::info!(practice.id = "1", attempt = 2, "two\nlines");
            tracing::debug!("too low");
        });
        assert_eq!(lines.len(), 1, "{lines:?}");
        let event: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(event["message"], "two\nlines");
        assert_eq!(event["practice.id"], "1");
        assert_eq!(event["attempt"], 2);
        assert_eq!(event["level"], "INFO");
    }

    #[test]
    fn other_crates_are_heard_from_warnings_on_whatever_the_level() {
        let events = || {
            tracing::info!(target: "hyper", "what is sent");
            tracing::warn!(target: "hyper", "what is wrong");
            tracing::trace!("a detail of ours");
        };
        let lines = logged(LogFormat::Text, LogLevel::Trace, events);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].ends_with("what is wrong"), "{lines:?}");
        let lines = logged(LogFormat::Text, LogLevel::Error, events);
        assert!(lines.is_empty(), "{lines:?}");
    }

    #[derive(Debug)]
    struct Failure(&'static str, Option<Box<Failure>>);

    impl fmt::Display for Failure {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Failure {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1
                .as_deref()
                .map(|source| -> &(dyn Error + 'static) { source })
        }
    }

    fn failure(texts: &[&'static str]) -> Failure {
        let source = texts.get(1..).filter(|rest| !rest.is_empty()).map(failure);
        Failure(texts[0], source.map(Box::new))
    }

    #[test]
    fn a_chain_prints_every_error_once() {
        for (texts, printed) in [
            (&["confirm booking 7"][..], "confirm booking 7"),
            (
                &["confirm booking 7", "timed out"],
                "confirm booking 7: timed out",
            ),
            (
                &["open the ledger: disk full", "disk full"],
                "open the ledger: disk full",
            ),
            (
                &["open: disk full", "disk full", "code 28", "disk full"],
                "open: disk full: code 28",
            ),
            (&["a", "", "b"], "a: b"),
        ] {
            assert_eq!(chain(&failure(texts)), printed);
        }
    }

    #[test]
    fn every_format_and_level_is_read_by_its_name() {
        for format in LogFormat::ALL {
            assert_eq!(LogFormat::parse(format.name()), Some(format));
        }
        for level in LogLevel::ALL {
            assert_eq!(LogLevel::parse(level.name()), Some(level));
        }
        assert_eq!(LogLevel::parse("loud"), None);
    }
}
