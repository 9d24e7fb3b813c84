//! What was recorded, in the order in which it happened.

use std::ops::Range;
use std::path::{Path, PathBuf};

/// One thing that a process did.
#[derive(Debug, Clone)]
pub(super) enum Event {
    /// A name that was not there leads to a new file or directory.
    Created { path: PathBuf, inode: u64 },
    /// These bytes of the record were written to a file.
    Written {
        inode: u64,
        offset: usize,
        bytes: Range<usize>,
    },
    /// A file was cut, or stretched, to this length.
    Cut { inode: u64, length: usize },
    /// The flush with this number was begun.
    Flushing { number: u64 },
    /// That flush, of this file or directory, has returned.
    Flushed { inode: u64, number: u64 },
    /// A name is gone.
    Removed { path: PathBuf },
    /// The head of a request is about to be sent.
    Said(String),
}

/// The whole record.
pub(super) struct Record {
    pub(super) bytes: Vec<u8>,
    pub(super) events: Vec<Event>,
}

const HEAD: usize = 32;

impl Record {
    /// Reads the log of everything that happened below a directory; paths become relative to it.
    pub(super) fn read(log: &Path, root: &Path) -> Self {
        let bytes = std::fs::read(log).unwrap();
        let mut events = Vec::new();
        let mut at = 0;
        while at + HEAD <= bytes.len() {
            let word = |from: usize| u32::from_ne_bytes(bytes[from..from + 4].try_into().unwrap());
            let double =
                |from: usize| u64::from_ne_bytes(bytes[from..from + 8].try_into().unwrap());
            let kind = word(at);
            let path_length = usize::try_from(word(at + 4)).unwrap();
            let inode = double(at + 8);
            let number = double(at + 16);
            let length = usize::try_from(double(at + 24)).unwrap();
            let path = at + HEAD..at + HEAD + path_length;
            let data = path.end..path.end + length;
            at = data.end;
            let offset = usize::try_from(number).unwrap();
            let name = String::from_utf8(bytes[path].to_vec()).unwrap();
            let below = || Path::new(&name).strip_prefix(root).unwrap().to_owned();
            // The numbers are those of the recorder's `kind`.
            events.push(match kind {
                1 => Event::Created {
                    path: below(),
                    inode,
                },
                2 => Event::Written {
                    inode,
                    offset,
                    bytes: data,
                },
                3 => Event::Cut {
                    inode,
                    length: offset,
                },
                4 => Event::Flushing { number },
                5 => Event::Flushed { inode, number },
                6 => Event::Removed { path: below() },
                7 => Event::Said(String::from_utf8_lossy(&bytes[data]).into_owned()),
                8 => panic!("{name} was called on a file, and no image knows what that does"),
                _ => panic!("a record of kind {kind}"),
            });
        }
        assert_eq!(at, bytes.len(), "the log ends within a record");
        Self { bytes, events }
    }

    pub(super) fn bytes(&self, range: &Range<usize>) -> &[u8] {
        &self.bytes[range.clone()]
    }
}
