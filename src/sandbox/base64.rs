//! Base64 (RFC 4648, padded), as documents travel.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The text of these bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0_usize, |group, index| {
            group << 8 | chunk.get(index).copied().map_or(0, usize::from)
        });
        for place in 0..4 {
            let sextet = group >> (18 - 6 * place) & 63;
            match ALPHABET.get(sextet) {
                Some(&letter) if place <= chunk.len() => text.push(char::from(letter)),
                Some(_) | None => text.push('='),
            }
        }
    }
    text
}

const fn sextet(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// The bytes of this text; `None` when it is not base64 with its padding.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let body = text.trim_end_matches('=');
    if text.len() - body.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for chunk in body.as_bytes().chunks(4) {
        let mut group = 0_u32;
        for letter in chunk {
            group = group << 6 | u32::from(sextet(*letter)?);
        }
        let bits = chunk.len() * 6;
        group <<= 24 - bits;
        let [_, first, second, third] = group.to_be_bytes();
        bytes.extend_from_slice([first, second, third].get(..bits / 8)?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
    }

    #[test]
    fn text_that_is_not_base64_is_refused() {
        for text in ["Zg", "Zg=", "Z===", "Z!==", "===="] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
