//! The power may fail at any moment, and nothing that Healthengine was told is forgotten.
//!
//! The real daemon works a day's bookings against the sandbox. [`recorder`] stands between it and
//! libc, and writes down in one order what it does to its databases, what it flushes, and each
//! answer just before it is sent. Afterwards the power is cut at every point of that record: each
//! image that may then be on the disk is laid out, opened as the next start would open it, checked
//! for its wholeness, and asked for every answer that had been sent by then.
//!
//! # What a disk may do
//! - A flush (`fsync`) that has returned holds: what was written to that file before it was begun is
//!   there, and so is the file's length. A flush that has not returned promises nothing.
//! - What was not flushed is there or not, each write on its own, in any order; a sector of 512 bytes
//!   is written as a whole or not at all, so a write may be torn between any two of them. A file
//!   may have become longer without its content: then it holds zeros.
//! - Bytes beside a write stay as they are. SQLite calls that power-safe overwrite, and is built to
//!   rely on it.
//! - A name that was made or removed counts only once its directory was flushed: a new file or
//!   directory may be missing with all that is in it, and a removed one may be back.
//! - A process that is killed leaves its unflushed writes where they are: the next process sees
//!   them, and a power cut after that may still take them.
//!
//! Left out: disks that lie about a flush, and bytes that rot. SQLite's shared memory (`-shm`) is in
//! no image, since every start makes it anew.
//!
//! # Why these points
//! The more was told, the more must be there, and between two flushes the images only become more.
//! So the moment before a flush returns is the worst of all since the last: the cases tried there
//! hold those of every earlier moment. Where a file is small, they are none, all, each beginning whole
//! and torn, each write alone, each left out, and some at random; where it is large, a sample.

mod day;
mod disk;
mod fate;
mod record;
mod recorder;
mod reopen;
mod search;
mod told;

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use healthengine_connector::config::{self, Sources};
use healthengine_connector::daemon::{self, Ending};
use healthengine_connector::ledger::sqlite::Synchronous;
use healthengine_connector::telemetry;

use day::{Day, LEDGER, died, stop};
use recorder::Death;
use reopen::Database;
use search::{Point, search};

/// A file smaller than this is searched in full.
const SMALL: usize = 256 * 1024;

/// Where the first processes die, each on what the one before has made of a ledger: about to flush the
/// directory that is new with it, its journal, itself, its log.
const BIRTHS: [(&str, u32); 5] = [
    ("lib", 1),
    ("ledger.db-journal", 1),
    ("ledger.db", 1),
    ("ledger.db-wal", 1),
    ("ledger.db-wal", 2),
];

/// Where later ones die: about to flush a file for the n-th time since it began.
/// The next finds what was committed and not flushed, and may tell Healthengine of it.
const DEATHS: [(&str, u32); 7] = [
    ("harbour.db-wal", 1),
    ("harbour.db-wal", 2),
    ("swan.db-wal", 1),
    ("ledger.db-wal", 3),
    ("ledger.db-wal", 4),
    ("ledger.db-wal", 5),
    ("ledger.db-wal", 6),
];

/// Turns this test's own process into a daemon: how much its ledger waits for the disk.
const SERVE_WITH: &str = "POWER_LOSS_SYNCHRONOUS";

const LOWERED: &str = "power_loss::a_ledger_that_waits_less_for_the_disk_is_found_out";

/// A new day, where one can be recorded.
fn day() -> Option<Day> {
    let day = Day::begin();
    if let Err(why) = &day {
        // Not through the macros, whose output is shown only when a test fails.
        let mut shown = std::io::stderr();
        writeln!(shown, "SKIPPED: nothing is shown about power cuts: {why}").unwrap();
    }
    day.ok()
}

#[test]
fn nothing_that_healthengine_was_told_is_forgotten_by_a_power_cut() {
    let Some(mut day) = day() else { return };
    for (file, flush) in BIRTHS {
        died(day.begin_to_start(day.binary(), Some(Death { file, flush })));
    }
    let daemon = day.start(day.binary(), None);
    day.patients_come(5);
    day.all_are_answered();
    day.patients_cancel(2);
    day.all_are_answered();
    stop(daemon);
    for (file, flush) in DEATHS {
        let daemon = day.start(day.binary(), Some(Death { file, flush }));
        day.patients_come(3);
        died(daemon);
    }
    let daemon = day.start(day.binary(), None);
    day.patients_fill_the_log();
    stop(daemon);
    let (before, record) = day.record();

    let of_ledger = |point: Point| match (point.size < SMALL, point.overwrites) {
        (true, _) => 48,
        (false, true) => 4,
        (false, false) => 1,
    };
    let of_diary = |point: Point| if point.overwrites { 12 } else { 3 };
    let ledger = search(
        &before,
        &record,
        Path::new(LEDGER),
        Database::Ledger,
        of_ledger,
    );
    let diary = |file: &str, practice| {
        let diary = Database::Diary(practice);
        search(&before, &record, Path::new(file), diary, of_diary)
    };
    let found = [
        (ledger, 1_000),
        (diary("harbour.db", "9001"), 200),
        (diary("swan.db", "9002"), 200),
    ];
    for (found, _) in &found {
        println!("{}", found.summary());
    }
    for (found, enough) in &found {
        assert_eq!(found.wrong(), [""; 0], "{}", found.summary());
        assert!(found.images.len() > *enough, "{}", found.summary());
        assert!(found.told.len() > 60, "{}", found.summary());
    }
}

#[test]
fn a_ledger_that_waits_less_for_the_disk_is_found_out() {
    if let Some(synchronous) = std::env::var_os(SERVE_WITH) {
        serve(match synchronous.to_str() {
            Some("full") => Synchronous::Full,
            Some("normal") => Synchronous::Normal,
            Some("off") => Synchronous::Off,
            other => panic!("{other:?}"),
        });
        return;
    }
    let forgotten = |synchronous: &str| {
        let mut day = day()?;
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", LOWERED, "--nocapture"]);
        command.env(SERVE_WITH, synchronous);
        let daemon = day.start(command, None);
        day.patients_come(6);
        day.all_are_answered();
        daemon.kill();
        let (before, record) = day.record();
        let found = search(&before, &record, Path::new(LEDGER), Database::Ledger, |_| 4);
        println!("{synchronous}: {}", found.summary());
        Some((found.most_forgotten(), found))
    };
    // The same daemon, the same day: what differs is how much the ledger waits.
    let Some((none, full)) = forgotten("full") else {
        return;
    };
    assert_eq!(none, 0, "{:#?}", full.wrong());
    assert_eq!(full.wrong(), [""; 0]);
    for lowered in ["normal", "off"] {
        let (most, found) = forgotten(lowered).unwrap();
        assert_eq!(most, found.told.len(), "{lowered}: {}", found.summary());
    }
}

/// Serves the practices of the working directory until a signal asks to stop.
fn serve(synchronous: Synchronous) {
    let settings = config::load(&Sources::of_process(Path::new("config"))).unwrap();
    telemetry::init(settings.telemetry.format, settings.telemetry.level);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let daemon = daemon::build(settings, "test").unwrap();
    let ending = runtime.block_on(daemon.with_ledger(synchronous).run());
    assert_eq!(ending.unwrap(), Ending::Soft);
}
