//! A document's content as it travels: base64 inside a JSON string.
//!
//! It is decoded straight from the answer's text, so that tens of megabytes are never copied on the
//! way. Written exactly, read leniently: the URL-safe letters, line breaks, missing padding and
//! escaped slashes of other systems' encoders are all understood.

/// The six bits that a letter stands for, of either alphabet.
const fn sextet(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// The bytes that a JSON string of base64 stands for, quotes included; `None` when it is not one.
pub(super) fn decode(json: &str) -> Option<Vec<u8>> {
    let text = json.trim().strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut group, mut letters) = (0_u32, 0_u32);
    let mut padded = false;
    let mut rest = text.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        let byte = if byte == b'\\' {
            unescape(&mut rest)?
        } else {
            byte
        };
        if byte.is_ascii_whitespace() {
            continue;
        }
        if byte == b'=' {
            padded = true;
            continue;
        }
        // Nothing may follow the padding: two texts in a row are not one document.
        if padded {
            return None;
        }
        group = group << 6 | u32::from(sextet(byte)?);
        letters += 1;
        if letters == 4 {
            let [_, first, second, third] = group.to_be_bytes();
            bytes.extend_from_slice(&[first, second, third]);
            (group, letters) = (0, 0);
        }
    }
    let [_, first, second, _] = (group << (24 - 6 * letters)).to_be_bytes();
    match letters {
        0 => {}
        2 => bytes.push(first),
        3 => bytes.extend_from_slice(&[first, second]),
        // One letter alone is less than a byte: the text was cut off.
        _ => return None,
    }
    Some(bytes)
}

/// The byte that an escape of JSON stands for, where it can stand in base64.
fn unescape(rest: &mut std::slice::Iter<'_, u8>) -> Option<u8> {
    match rest.next()? {
        b'/' => Some(b'/'),
        b'n' | b'r' | b't' | b'f' => Some(b' '),
        b'u' => {
            let digits = rest.as_slice().get(..4)?;
            let code = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
            *rest = rest.as_slice().get(4..)?.iter();
            u8::try_from(code).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn base64_is_read_however_it_is_written() {
        let cases: [(&str, Option<&[u8]>); 14] = [
            (r#""""#, Some(b"")),
            (r#""Zg==""#, Some(b"f")),
            (r#""Zg""#, Some(b"f")),
            (r#""Zm8=""#, Some(b"fo")),
            (r#""Zm9v""#, Some(b"foo")),
            (r#""Zm9v\r\nZm9v\n""#, Some(b"foofoo")),
            (r#""\/\/\/\/""#, Some(&[255, 255, 255])),
            (r#""____""#, Some(&[255, 255, 255])),
            (r#""\u002b\u002Bv7""#, Some(&[251, 235, 251])),
            (r#""Z""#, None),
            (r#""Zm9v!""#, None),
            (r#""Zg==Zg==""#, None),
            (r#""\u00""#, None),
            ("null", None),
        ];
        for (json, bytes) in cases {
            assert_eq!(decode(json).as_deref(), bytes, "{json}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let json = serde_json::to_string(&STANDARD.encode(&bytes)).unwrap();
            prop_assert_eq!(decode(&json), Some(bytes.clone()));
            let escaped = json.replace('/', "\\/");
            prop_assert_eq!(decode(&escaped), Some(bytes.clone()));
            let bare = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&bytes));
            prop_assert_eq!(decode(&bare), Some(bytes));
        }

        #[test]
        fn no_text_is_too_odd_to_be_read(text in ".{0,60}") {
            drop(decode(&text));
            drop(decode(&format!("\"{text}\"")));
        }
    }
}
