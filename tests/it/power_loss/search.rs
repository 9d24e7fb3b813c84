//! Every point of a record at which the power may fail, and every image tried there.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};

use tempfile::TempDir;

use super::disk::{Disk, Image, Snapshot};
use super::fate::cases;
use super::record::{Event, Record};
use super::reopen::Database;
use super::told::{Told, told};

/// How many images are reopened at once.
const WORKERS: usize = 2;

/// What was found of one database.
pub(super) struct Found {
    /// At how many points of the record the power was cut.
    pub(super) points: usize,
    /// Every image that was reopened; no two are the same.
    pub(super) images: Vec<Reopened>,
    /// What Healthengine had been told at the end.
    pub(super) told: Vec<Told>,
}

/// An image that was reopened.
pub(super) struct Reopened {
    /// The last event before it, and its files with their lengths.
    pub(super) what: String,
    /// How much had been told by the last time that the disk may have looked like this.
    pub(super) told: usize,
    /// What is not in it of all that was ever told; or why it is not whole.
    pub(super) absent: Result<Vec<usize>, String>,
}

impl Reopened {
    /// How many answers it has forgotten.
    pub(super) fn forgotten(&self) -> usize {
        let absent = self.absent.as_ref().map_or(&[][..], Vec::as_slice);
        absent.iter().filter(|place| **place < self.told).count()
    }
}

impl Found {
    /// What was done and found, in a line.
    pub(super) fn summary(&self) -> String {
        let forgetful = self.images.iter().filter(|image| image.forgotten() > 0);
        format!(
            "{} answers, {} points, {} images; {} had forgotten something, one of them {} answers; \
             {} were not whole",
            self.told.len(),
            self.points,
            self.images.len(),
            forgetful.count(),
            self.most_forgotten(),
            self.images
                .iter()
                .filter(|image| image.absent.is_err())
                .count(),
        )
    }

    /// The most answers that an image has forgotten.
    pub(super) fn most_forgotten(&self) -> usize {
        let forgotten = self.images.iter().map(Reopened::forgotten);
        forgotten.max().unwrap_or_default()
    }

    /// Some images that have forgotten something, or are not whole, in words.
    pub(super) fn wrong(&self) -> Vec<String> {
        let wrong = self.images.iter().filter_map(|image| match &image.absent {
            Err(why) => Some(format!("{}: {why}", image.what)),
            Ok(absent) => {
                let first = absent.first().filter(|place| **place < image.told)?;
                let (lost, of) = (image.forgotten(), image.told);
                let example = &self.told[*first];
                Some(format!(
                    "{}: {lost} of {of} forgotten, as {example:?}",
                    image.what
                ))
            }
        });
        wrong.take(5).collect()
    }
}

struct Job {
    number: usize,
    image: Image,
}

/// Cuts the power at every point of a record, and reopens what may be left of a database.
///
/// The points are those just before a flush of it returns, and the end. Whatever could have reached
/// the disk since the flush before is tried there, and must hold all that was told until then.
pub(super) fn search(
    snapshot: &Snapshot,
    record: &Record,
    file: &Path,
    database: Database,
    of_a_kind: impl Fn(Point) -> usize,
) -> Found {
    let all_told: Vec<Told> = record.events.iter().filter_map(told).collect();
    let outcomes = Mutex::new(Vec::new());
    let (jobs, queue) = sync_channel::<Job>(2 * WORKERS);
    let queue = Mutex::new(queue);
    let mut images: Vec<Reopened> = Vec::new();
    let mut points = 0;
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| work(&queue, file, database, &all_told, &outcomes));
        }
        let mut random = fastrand::Rng::with_seed(20);
        let mut disk = Disk::at_rest(snapshot, record);
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut told_so_far = 0;
        for event in 0..=record.events.len() {
            let happens = record.events.get(event);
            told_so_far += usize::from(happens.and_then(told).is_some());
            let is_point = match happens {
                None => true,
                Some(Event::Flushed { inode, .. }) => disk.concerns(*inode, file),
                Some(_) => false,
            };
            if is_point {
                points += 1;
                let unflushed = disk.unflushed(file);
                let at_most = of_a_kind(Point {
                    size: disk.size(file),
                    overwrites: disk.overwrites(&unflushed),
                });
                for fates in cases(unflushed.len(), at_most, &mut random) {
                    let left = disk.left(file, &unflushed, &fates);
                    match seen.entry(left.fingerprint()) {
                        Entry::Occupied(known) => images[*known.get()].told = told_so_far,
                        Entry::Vacant(new) => {
                            let image = left.image();
                            let number = *new.insert(images.len());
                            images.push(Reopened {
                                what: describe(event, &image),
                                told: told_so_far,
                                absent: Ok(Vec::new()),
                            });
                            jobs.send(Job { number, image }).unwrap();
                        }
                    }
                }
            }
            if let Some(happens) = happens {
                disk.take(happens);
            }
        }
        drop(jobs);
    });
    for (number, absent) in outcomes.into_inner().unwrap() {
        images[number].absent = absent;
    }
    Found {
        points,
        images,
        told: all_told,
    }
}

/// A point at which the power is cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    /// How many bytes the database's files surely have.
    pub(super) size: usize,
    /// Whether something is written over what was surely there: into the database, or from the log's
    /// beginning again.
    pub(super) overwrites: bool,
}

fn describe(event: usize, image: &Image) -> String {
    let files = image.iter().map(|(path, bytes)| (path, bytes.len()));
    let files: Vec<(&PathBuf, usize)> = files.collect();
    format!("before event {event}, {files:?}")
}

type Outcomes = Mutex<Vec<(usize, Result<Vec<usize>, String>)>>;

fn work(
    queue: &Mutex<Receiver<Job>>,
    file: &Path,
    database: Database,
    all_told: &[Told],
    outcomes: &Outcomes,
) {
    // In memory where that is possible: an image lives for some milliseconds.
    let folder = TempDir::new_in("/dev/shm").unwrap_or_else(|_| TempDir::new().unwrap());
    loop {
        let job = queue.lock().unwrap().recv();
        let Ok(Job { number, image }) = job else {
            return;
        };
        lay_out(folder.path(), &image);
        let absent = database.absent(&folder.path().join(file), all_told);
        outcomes.lock().unwrap().push((number, absent));
    }
}

fn lay_out(folder: &Path, image: &Image) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap();
        } else {
            std::fs::remove_file(path).unwrap();
        }
    }
    for (path, bytes) in image {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}
