use std::path::{Path, PathBuf};

use super::{Disk, Fate, Image, Snapshot};
use crate::power_loss::record::{Event, Record};

const ROOT: u64 = 1;
const FILE: u64 = 2;

fn created(path: &str, inode: u64) -> Event {
    Event::Created {
        path: PathBuf::from(path),
        inode,
    }
}

fn written(inode: u64, offset: usize, bytes: std::ops::Range<usize>) -> Event {
    Event::Written {
        inode,
        offset,
        bytes,
    }
}

fn flushed(inode: u64, number: u64) -> [Event; 2] {
    [Event::Flushing { number }, Event::Flushed { inode, number }]
}

/// What is left of `a` after these events, by the fates of what was not flushed.
fn left(events: Vec<Event>, fates: &[Fate]) -> Image {
    let bytes = (0..2_000).map(|n| u8::try_from(n / 512 + 1).unwrap());
    let record = Record {
        bytes: bytes.collect(),
        events,
    };
    let snapshot = Snapshot([(PathBuf::new(), (ROOT, Vec::new()))].into());
    let mut disk = Disk::at_rest(&snapshot, &record);
    for event in &record.events {
        disk.take(event);
    }
    let database = Path::new("a");
    let unflushed = disk.unflushed(database);
    assert_eq!(unflushed.len(), fates.len());
    disk.left(database, &unflushed, fates).image()
}

fn whole(bytes: &[u8]) -> Image {
    [(PathBuf::from("a"), bytes.to_vec())].into()
}

#[test]
fn what_was_written_while_a_flush_was_under_way_is_not_flushed_by_it() {
    let mut events = vec![created("a", FILE), written(FILE, 0, 0..2)];
    events.extend(flushed(ROOT, 1));
    events.push(Event::Flushing { number: 2 });
    events.push(written(FILE, 2, 512..514));
    events.push(Event::Flushed {
        inode: FILE,
        number: 2,
    });
    assert_eq!(left(events.clone(), &[Fate::Lost]), whole(&[1, 1]));
    assert_eq!(left(events, &[Fate::Kept]), whole(&[1, 1, 2, 2]));
}

#[test]
fn a_file_may_be_missing_until_its_directory_is_flushed_and_be_back_after_it_was_removed() {
    let mut events = vec![created("a", FILE), written(FILE, 0, 0..1)];
    events.extend(flushed(FILE, 1));
    assert_eq!(left(events.clone(), &[Fate::Lost]), Image::new());
    assert_eq!(left(events.clone(), &[Fate::Kept]), whole(&[1]));
    events.extend(flushed(ROOT, 2));
    assert_eq!(left(events.clone(), &[]), whole(&[1]));
    events.push(Event::Removed {
        path: PathBuf::from("a"),
    });
    assert_eq!(left(events.clone(), &[Fate::Lost]), whole(&[1]));
    assert_eq!(left(events, &[Fate::Kept]), Image::new());
}

#[test]
fn a_torn_write_has_the_length_of_the_whole_one_and_some_of_its_sectors() {
    let mut events = vec![created("a", FILE)];
    events.extend(flushed(ROOT, 1));
    events.push(written(FILE, 0, 0..1_200));
    let mut second = vec![0; 1_200];
    second[512..1_024].fill(2);
    assert_eq!(left(events.clone(), &[Fate::Torn(0b010)]), whole(&second));
    assert_eq!(left(events, &[Fate::Torn(0)]), whole(&[0; 1_200]));
}

#[test]
fn a_later_write_may_be_there_without_the_one_before_it() {
    let mut events = vec![created("a", FILE)];
    events.extend(flushed(ROOT, 1));
    events.push(written(FILE, 0, 0..2));
    events.push(written(FILE, 4, 512..514));
    events.push(Event::Cut {
        inode: FILE,
        length: 5,
    });
    let some = [Fate::Lost, Fate::Kept, Fate::Kept];
    assert_eq!(left(events, &some), whole(&[0, 0, 0, 0, 2]));
}
