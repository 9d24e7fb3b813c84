//! Words for people: of a bounded length, on one line.

/// The text without control characters, white space collapsed, cut after so many characters.
pub(super) fn bounded(text: &str, most: usize) -> String {
    let mut result = String::new();
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty());
    for word in words {
        if !result.is_empty() {
            result.push(' ');
        }
        result.push_str(word);
        if result.len() > most.saturating_mul(4) {
            break;
        }
    }
    if result.chars().count() > most {
        result = result.chars().take(most.saturating_sub(1)).collect();
        result.push('…');
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_on_one_line_and_have_a_bounded_length() {
        assert_eq!(bounded(" a\u{1b}[31m\r\n b\t", 20), "a [31m b");
        assert_eq!(bounded("", 20), "");
        assert_eq!(bounded(&"é".repeat(20), 20), "é".repeat(20));
        assert_eq!(bounded(&"é".repeat(21), 20), format!("{}…", "é".repeat(19)));
        assert_eq!(bounded(&"word ".repeat(1000), 20).chars().count(), 20);
    }
}
