//! Sanitizes text for a single line of a mail or a mail header.

/// Returns the text as one line. Line breaks, control characters, and runs of whitespace become one
/// space. Characters that change the text direction (Unicode bidirectional algorithm, UAX #9,
/// section 2) are removed.
pub fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|c| !turns_direction(*c))
        .map(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                c
            }
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the text as one line of at most `max` characters; truncated text ends with `…`.
pub fn short_line(text: &str, max: usize) -> String {
    let line = one_line(text);
    match line.char_indices().nth(max) {
        None => line,
        Some(_) => line
            .chars()
            .take(max.saturating_sub(1))
            .chain(['…'])
            .collect(),
    }
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_and_direction_marks_are_removed() {
        assert_eq!(
            one_line(" Ana\r\nBcc: x@y.example\0\u{2028}z "),
            "Ana Bcc: x@y.example z"
        );
        assert_eq!(one_line("Ana\u{202e}gpj\u{2066}"), "Anagpj");
        assert_eq!(one_line("محمد 👩🏽‍🚀"), "محمد 👩🏽‍🚀");
    }

    #[test]
    fn long_lines_are_truncated_at_characters() {
        assert_eq!(short_line("äöü", 3), "äöü");
        assert_eq!(short_line("äöüß", 3), "äö…");
    }
}
