//! A disk with a cache: what it surely holds, and what it may hold.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::record::{Event, Record};

mod tests;

/// What a disk writes in one piece.
const SECTOR: usize = 512;

/// What becomes of something that was not flushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It reached the disk.
    Kept,
    /// It did not.
    Lost,
    /// Of a write, the n-th sector reached the disk if the n-th bit is set; the file is as long as
    /// if all of them had.
    Torn(u64),
}

/// The files of one database, by name.
pub(super) type Image = BTreeMap<PathBuf, Vec<u8>>;

/// The disk below one directory.
pub(super) struct Disk<'a> {
    record: &'a Record,
    things: Vec<Thing>,
    by_inode: HashMap<u64, usize>,
    /// Where each name leads while the power is on.
    now: HashMap<PathBuf, usize>,
    /// Where each name surely leads.
    names: BTreeMap<PathBuf, Option<usize>>,
    /// What was not flushed, oldest first.
    pending: Vec<Pending>,
    /// How many events there were when each flush under way was begun.
    flushing: HashMap<u64, usize>,
    events: usize,
}

/// A file or a directory, under whatever name.
struct Thing {
    /// What is surely in it.
    bytes: Vec<u8>,
    /// How often that has changed.
    version: u32,
}

struct Pending {
    event: usize,
    what: What,
}

enum What {
    Write {
        file: usize,
        offset: usize,
        bytes: std::ops::Range<usize>,
    },
    Cut {
        file: usize,
        length: usize,
    },
    Name {
        directory: usize,
        path: PathBuf,
        leads_to: Option<usize>,
    },
}

impl<'a> Disk<'a> {
    /// The disk as this snapshot of it is, all of it flushed.
    pub(super) fn at_rest(snapshot: &Snapshot, record: &'a Record) -> Self {
        let mut disk = Self {
            record,
            things: Vec::new(),
            by_inode: HashMap::new(),
            now: HashMap::new(),
            names: BTreeMap::new(),
            pending: Vec::new(),
            flushing: HashMap::new(),
            events: 0,
        };
        for (path, (inode, bytes)) in &snapshot.0 {
            let thing = disk.thing(*inode, bytes.clone());
            disk.now.insert(path.clone(), thing);
            disk.names.insert(path.clone(), Some(thing));
        }
        disk
    }

    fn thing(&mut self, inode: u64, bytes: Vec<u8>) -> usize {
        self.things.push(Thing { bytes, version: 0 });
        let thing = self.things.len() - 1;
        self.by_inode.insert(inode, thing);
        thing
    }

    /// The next event happens.
    pub(super) fn take(&mut self, event: &Event) {
        self.events += 1;
        let what = match event {
            Event::Created { path, inode } => {
                let thing = self.thing(*inode, Vec::new());
                self.now.insert(path.clone(), thing);
                self.name(path, Some(thing))
            }
            Event::Removed { path } => {
                self.now.remove(path);
                self.name(path, None)
            }
            Event::Written {
                inode,
                offset,
                bytes,
            } => What::Write {
                file: self.by_inode[inode],
                offset: *offset,
                bytes: bytes.clone(),
            },
            Event::Cut { inode, length } => What::Cut {
                file: self.by_inode[inode],
                length: *length,
            },
            Event::Flushing { number } => {
                self.flushing.insert(*number, self.events);
                return;
            }
            Event::Flushed { inode, number } => {
                let begun = self.flushing.remove(number).unwrap();
                self.flush(self.by_inode[inode], begun);
                return;
            }
            Event::Said(_) => return,
        };
        self.pending.push(Pending {
            event: self.events,
            what,
        });
    }

    fn name(&self, path: &Path, leads_to: Option<usize>) -> What {
        What::Name {
            directory: self.now[path.parent().unwrap()],
            path: path.to_owned(),
            leads_to,
        }
    }

    /// What was done to a file, or to the names in a directory, before this is now on the disk.
    fn flush(&mut self, thing: usize, before: usize) {
        let mut left = Vec::new();
        for pending in std::mem::take(&mut self.pending) {
            let concerned = match &pending.what {
                What::Write { file, .. } | What::Cut { file, .. } => *file == thing,
                What::Name { directory, .. } => *directory == thing,
            };
            if !concerned || pending.event >= before {
                left.push(pending);
                continue;
            }
            match pending.what {
                What::Name { path, leads_to, .. } => drop(self.names.insert(path, leads_to)),
                What::Write { .. } | What::Cut { .. } => {
                    let file = &mut self.things[thing];
                    apply(self.record, &pending.what, Fate::Kept, &mut file.bytes);
                    file.version += 1;
                }
            }
        }
        self.pending = left;
    }

    /// Which of what was not flushed concerns the files of a database.
    pub(super) fn unflushed(&self, database: &Path) -> Vec<usize> {
        let concerned = |pending: &Pending| match &pending.what {
            What::Write { file, .. } | What::Cut { file, .. } => {
                self.is_named(*file, |path| belongs(path, database))
            }
            What::Name { path, .. } => leads(path, database),
        };
        let all = self.pending.iter().enumerate();
        all.filter_map(|(index, pending)| concerned(pending).then_some(index))
            .collect()
    }

    /// Whether a flush of this file or directory is one of the database.
    pub(super) fn concerns(&self, inode: u64, database: &Path) -> bool {
        self.is_named(self.by_inode[&inode], |path| leads(path, database))
    }

    /// Whether a file or directory surely has such a name, or may have it.
    fn is_named(&self, thing: usize, such: impl Fn(&Path) -> bool) -> bool {
        let mut surely = self.names.iter();
        let mut maybe = self.pending.iter();
        surely.any(|(path, leads_to)| *leads_to == Some(thing) && such(path))
            || maybe.any(|pending| match &pending.what {
                What::Name { path, leads_to, .. } => *leads_to == Some(thing) && such(path),
                What::Write { .. } | What::Cut { .. } => false,
            })
    }

    /// Whether any of this goes over bytes that are surely there.
    pub(super) fn overwrites(&self, unflushed: &[usize]) -> bool {
        unflushed
            .iter()
            .any(|index| match &self.pending[*index].what {
                What::Write { file, offset, .. } => *offset < self.things[*file].bytes.len(),
                What::Cut { .. } | What::Name { .. } => false,
            })
    }

    /// How many bytes of a database's files are surely there.
    pub(super) fn size(&self, database: &Path) -> usize {
        let files = self
            .names
            .iter()
            .filter(|(path, _)| belongs(path, database));
        let found = files.filter_map(|(_, leads_to)| *leads_to);
        found.map(|file| self.things[file].bytes.len()).sum()
    }

    /// What a power cut now leaves of a database, when these are the fates of what was not flushed.
    pub(super) fn left<'d>(
        &'d self,
        database: &Path,
        unflushed: &[usize],
        fates: &[Fate],
    ) -> Left<'d> {
        let mut names = self.names.clone();
        let mut written: BTreeMap<usize, Vec<(&Pending, Fate)>> = BTreeMap::new();
        for (index, fate) in unflushed.iter().zip(fates) {
            let pending = &self.pending[*index];
            match &pending.what {
                _ if *fate == Fate::Lost => {}
                What::Write { file, .. } | What::Cut { file, .. } => {
                    written.entry(*file).or_default().push((pending, *fate));
                }
                What::Name { path, leads_to, .. } => {
                    if *fate == Fate::Kept {
                        names.insert(path.clone(), *leads_to);
                    }
                }
            }
        }
        let is_there = |path: &Path| names.get(path).copied().flatten().is_some();
        let files = names.iter().filter_map(|(path, leads_to)| {
            let there = belongs(path, database) && path.ancestors().skip(1).all(is_there);
            let file = leads_to.filter(|_| there)?;
            let written = written.get(&file).cloned().unwrap_or_default();
            Some((path.clone(), file, written))
        });
        Left {
            files: files.collect(),
            disk: self,
        }
    }
}

/// The files that a power cut leaves, not yet put together.
pub(super) struct Left<'d> {
    disk: &'d Disk<'d>,
    files: Vec<LeftFile<'d>>,
}

/// A name, what it leads to, and what of the unflushed reached it.
type LeftFile<'d> = (PathBuf, usize, Vec<(&'d Pending, Fate)>);

impl Left<'_> {
    /// The same for no two that differ.
    pub(super) fn fingerprint(&self) -> String {
        let files = self.files.iter().map(|(path, file, written)| {
            let version = self.disk.things[*file].version;
            let written = written.iter().map(|(pending, fate)| (pending.event, *fate));
            (path, *file, version, written.collect::<Vec<_>>())
        });
        format!("{:?}", files.collect::<Vec<_>>())
    }

    /// The files as they are.
    pub(super) fn image(&self) -> Image {
        let whole = |(path, file, written): &LeftFile<'_>| {
            let mut bytes = self.disk.things[*file].bytes.clone();
            for (pending, fate) in written {
                apply(self.disk.record, &pending.what, *fate, &mut bytes);
            }
            (path.clone(), bytes)
        };
        self.files.iter().map(whole).collect()
    }
}

/// Whether a name is the database's, or that of a file beside it which SQLite keeps for it.
fn belongs(path: &Path, database: &Path) -> bool {
    let (Some(name), Some(whole)) = (path.to_str(), database.to_str()) else {
        return false;
    };
    name.strip_prefix(whole)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Whether a name is one of the database's, or that of a directory on the way to it.
fn leads(path: &Path, database: &Path) -> bool {
    belongs(path, database) || database.starts_with(path)
}

fn apply(record: &Record, what: &What, fate: Fate, file: &mut Vec<u8>) {
    match (what, fate) {
        (What::Name { .. }, _) | (_, Fate::Lost) => {}
        (What::Cut { length, .. }, Fate::Kept | Fate::Torn(_)) => file.resize(*length, 0),
        (What::Write { offset, bytes, .. }, Fate::Kept) => {
            let end = offset + bytes.len();
            file.resize(file.len().max(end), 0);
            file[*offset..end].copy_from_slice(record.bytes(bytes));
        }
        (What::Write { offset, bytes, .. }, Fate::Torn(sectors)) => {
            let end = offset + bytes.len();
            file.resize(file.len().max(end), 0);
            let mut from = *offset;
            while from < end {
                let sector = from / SECTOR;
                let to = end.min((sector + 1) * SECTOR);
                if sectors >> ((sector - offset / SECTOR) % 64) & 1 == 1 {
                    let source = record.bytes(bytes);
                    file[from..to].copy_from_slice(&source[from - offset..to - offset]);
                }
                from = to;
            }
        }
    }
}

/// Every file and directory below a directory, before anything is recorded.
pub(super) struct Snapshot(BTreeMap<PathBuf, (u64, Vec<u8>)>);

impl Snapshot {
    pub(super) fn of(root: &Path) -> Self {
        let mut found = BTreeMap::new();
        collect(root, root, &mut found);
        Self(found)
    }
}

fn collect(root: &Path, path: &Path, found: &mut BTreeMap<PathBuf, (u64, Vec<u8>)>) {
    let metadata = fs::metadata(path).unwrap();
    let mut bytes = Vec::new();
    if metadata.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            collect(root, &entry.unwrap().path(), found);
        }
    } else {
        bytes = fs::read(path).unwrap();
    }
    let below = path.strip_prefix(root).unwrap().to_owned();
    found.insert(below, (metadata.ino(), bytes));
}
