//! Arguments, settings, telemetry, daemon; nothing else.

fn main() {}
