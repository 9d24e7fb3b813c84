//! Writing lines: a reader that has gone away is no error of ours.

use std::fmt::Arguments;
use std::io::Write;

/// Writes a line. When the other end is closed, as by `| head`, what is left is dropped: the exit
/// code still tells how the command ended.
pub(super) fn line(to: &mut dyn Write, text: Arguments<'_>) {
    writeln!(to, "{text}").ok();
}

/// A number of things, in words.
pub(super) fn counted(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}
