//! Names as they are compared: folded, cut into parts, and measured against each other.

use unicode_normalization::UnicodeNormalization;

use super::level::Level;
use super::nickname::{self, Known};

/// A given name or a surname, ready to be compared.
pub(super) struct Name {
    /// The words of the name, folded.
    parts: Vec<String>,
    /// The words in one, with `mac` written `mc`: what is measured.
    whole: String,
    /// How it sounds: the Soundex code.
    sound: String,
}

const TITLES: [&str; 9] = [
    "mr", "mrs", "ms", "miss", "mx", "dr", "master", "prof", "rev",
];
const SUFFIXES: [&str; 7] = ["jr", "jnr", "junior", "sr", "snr", "senior", "esq"];
/// Words before a surname that are as often left out as written.
const PARTICLES: [&str; 29] = [
    "van", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "du", "la", "le", "lo",
    "von", "zu", "zum", "zur", "ter", "ten", "bin", "binti", "al", "el", "ibn", "abu", "af", "av",
    "st",
];

impl Name {
    /// Reads a given name; titles before it are dropped.
    pub(super) fn given(text: &str) -> Option<Self> {
        let mut parts = words(text);
        if parts.len() > 1 && parts.first().is_some_and(|word| is_in(word, &TITLES)) {
            parts.remove(0);
        }
        Self::of(parts)
    }

    /// Reads a surname; `Jr` and the like after it are dropped.
    pub(super) fn surname(text: &str) -> Option<Self> {
        let mut parts = words(text);
        if parts.len() > 1 && parts.last().is_some_and(|word| is_in(word, &SUFFIXES)) {
            parts.pop();
        }
        Self::of(parts)
    }

    fn of(parts: Vec<String>) -> Option<Self> {
        let whole = macs_as_mc(&parts.concat());
        if whole.is_empty() {
            return None;
        }
        let sound = sound(&whole);
        Some(Self {
            parts,
            whole,
            sound,
        })
    }

    /// The name in one word, as it is measured.
    pub(super) fn whole(&self) -> &str {
        &self.whole
    }

    /// How the name sounds.
    pub(super) fn sound(&self) -> &str {
        &self.sound
    }

    /// The words that may stand for a surname alone: each part of a compound one, and the whole.
    pub(super) fn alone(&self) -> impl Iterator<Item = &str> {
        let parts = self.main_parts().filter(|part| part.chars().count() > 2);
        std::iter::once(self.whole.as_str()).chain(parts)
    }

    /// The first letter.
    pub(super) fn initial(&self) -> Option<char> {
        self.whole.chars().next()
    }

    /// The first word.
    pub(super) fn first(&self) -> &str {
        self.parts.first().map_or("", String::as_str)
    }

    fn is_initial(&self) -> bool {
        self.whole.chars().count() == 1
    }

    fn main_parts(&self) -> impl Iterator<Item = &str> {
        self.parts
            .iter()
            .map(String::as_str)
            .filter(|part| !is_in(part, &PARTICLES))
    }
}

/// Compares two given names: alike as written, as a nickname, as a slip of the keyboard, or hardly.
pub(super) fn compare_given(one: &Name, other: &Name) -> Level {
    if one.whole == other.whole {
        return Level::Exact;
    }
    if one.is_initial() || other.is_initial() {
        let same = one.initial() == other.initial();
        return if same { Level::Loose } else { Level::Different };
    }
    let same_first = one.first() == other.first() && one.first().chars().count() > 1;
    let nickname = nickname::same(one.first(), other.first())
        || nickname::same(&one.whole, &other.whole)
        || nickname::same(&one.whole, other.first())
        || nickname::same(one.first(), &other.whole);
    if same_first || nickname {
        return match (one.parts.get(1), other.parts.get(1)) {
            (Some(a), Some(b)) if !same_second(a, b) => Level::Different,
            (Some(_) | None, _) => Level::Variant,
        };
    }
    let later = |name: &Name, whole: &str| name.parts.iter().skip(1).any(|part| part == whole);
    if later(one, &other.whole) || later(other, &one.whole) {
        return Level::Loose;
    }
    // "Hayden" is a slip of "Jayden" far less often than it is the brother.
    let both_known = Known::is(&one.whole) && Known::is(&other.whole);
    let level = spelling(&one.whole, &other.whole);
    if level == Level::Close && (both_known || is_another_name(&one.whole, &other.whole)) {
        Level::Loose
    } else {
        level
    }
}

fn same_second(one: &str, other: &str) -> bool {
    let initial = |a: &str, b: &str| a.chars().count() == 1 && b.starts_with(a);
    one == other
        || initial(one, other)
        || initial(other, one)
        || spelling(one, other) == Level::Close
}

/// Whether one changed letter makes another name of it: the first letter, a last vowel, or any
/// letter of a short name.
fn is_another_name(one: &str, other: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if a.len() != b.len() {
        return a.len().min(b.len()) < 3;
    }
    let differing: Vec<usize> = (0..a.len()).filter(|&n| a.get(n) != b.get(n)).collect();
    let vowel = |name: &[char]| name.last().is_some_and(|last| "aeiouy".contains(*last));
    match differing.as_slice() {
        [at] => {
            *at == 0 || a.len() < 5 || (at.saturating_add(1) == a.len() && vowel(&a) && vowel(&b))
        }
        _ => false,
    }
}

/// Compares two surnames: alike as written, in one part, as a slip of the keyboard, or hardly.
pub(super) fn compare_surname(one: &Name, other: &Name) -> Level {
    if one.whole == other.whole {
        return Level::Exact;
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (one.main_parts().collect(), other.main_parts().collect());
    let shared = a.iter().any(|part| {
        part.chars().count() > 2 && b.iter().any(|other| macs_as_mc(part) == macs_as_mc(other))
    });
    if shared {
        return Level::Variant;
    }
    let level = spelling(&one.whole, &other.whole);
    let near = |parts: &[&str], whole: &str| {
        let long = parts.iter().filter(|part| part.chars().count() > 3);
        parts.len() > 1
            && long
                .into_iter()
                .any(|part| spelling(part, whole) == Level::Close)
    };
    if near(&a, &other.whole) || near(&b, &one.whole) {
        level.min(Level::Close)
    } else {
        level
    }
}

/// Compares two folded words by how they are typed and how they sound.
///
/// Close is one slip (a letter left out, added, changed, or two exchanged), two in a word of seven
/// letters or more, or a Jaro-Winkler similarity of 0.92; loose is 0.8, or 0.7 and the same sound.
pub(super) fn spelling(one: &str, other: &str) -> Level {
    if one == other {
        return Level::Exact;
    }
    let (a, b) = (one.chars().count(), other.chars().count());
    let (shorter, longer) = (a.min(b), a.max(b));
    let slips = strsim::osa_distance(one, other);
    let likeness = strsim::jaro_winkler(one, other);
    if (slips == 1 && shorter > 1 && longer > 2)
        || (slips == 2 && longer > 6)
        || (likeness >= 0.92 && shorter > 3 && slips <= 2)
    {
        Level::Close
    } else if likeness >= 0.8 || (likeness >= 0.7 && sound(one) == sound(other)) {
        Level::Loose
    } else {
        Level::Different
    }
}

/// A name as it is compared: lower case, without accents, white space and punctuation.
pub fn normalised(name: &str) -> String {
    name.nfkd()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The words of a text, folded: white space, hyphens and the like part them, apostrophes do not.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.nfkd() {
        match letter {
            'ß' => word.push_str("ss"),
            'ø' | 'Ø' => word.push('o'),
            'æ' | 'Æ' => word.push_str("ae"),
            'œ' | 'Œ' => word.push_str("oe"),
            'ł' | 'Ł' => word.push('l'),
            'đ' | 'Đ' | 'ð' | 'Ð' => word.push('d'),
            letter if letter.is_alphanumeric() => word.extend(letter.to_lowercase()),
            '\'' | '’' | '‘' | '`' | '´' | 'ʼ' => {}
            letter if is_mark(letter) => {}
            _ => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The combining marks that NFKD parts from their letter.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}')
}

fn is_in(word: &str, list: &[&str]) -> bool {
    list.contains(&word)
}

fn macs_as_mc(word: &str) -> String {
    match word.strip_prefix("mac") {
        Some(rest) if rest.chars().count() > 2 => format!("mc{rest}"),
        Some(_) | None => word.to_owned(),
    }
}

/// The Soundex code of a folded word.
pub(super) fn sound(word: &str) -> String {
    let code = |letter: char| match letter {
        'b' | 'f' | 'p' | 'v' => '1',
        'c' | 'g' | 'j' | 'k' | 'q' | 's' | 'x' | 'z' => '2',
        'd' | 't' => '3',
        'l' => '4',
        'm' | 'n' => '5',
        'r' => '6',
        'h' | 'w' => '-',
        _ => '0',
    };
    let mut letters = word.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let mut sound = String::from(first);
    let mut last = code(first);
    for letter in letters {
        let next = code(letter);
        if next == '-' {
            continue;
        }
        if next != '0' && next != last {
            sound.push(next);
        }
        last = next;
        if sound.len() > 4 {
            break;
        }
    }
    sound
}
