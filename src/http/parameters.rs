//! Lists and parameters in header values (RFC 9110, sections 5.6.1 and 5.6.6), and weights (section
//! 12.4.2).
//!
//! This is not a crate because the parsers on crates.io reject empty parameters (`application/json;
//! ;`), which recipients must accept, or drop a whole header for one malformed element.

/// Returns the elements of a list. Empty elements are omitted, and commas in quoted strings do not
/// separate.
pub fn elements(value: &str) -> impl Iterator<Item = &str> {
    split(value, ',').filter(|element| !element.is_empty())
}

/// Splits an element into the text before the parameters, and the parameters with their unquoted
/// values. A malformed parameter is omitted.
pub fn parameters(element: &str) -> (&str, impl Iterator<Item = (&str, String)>) {
    let mut parts = split(element, ';');
    let name = parts.next().unwrap_or_default();
    let parameters = parts.filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        Some((name.trim(), unquoted(value.trim())))
    });
    (name, parameters)
}

/// Parses a weight, in thousandths. Returns `None` if it is malformed.
pub fn weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

/// Splits at separators outside quoted strings and trims the parts.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (part, after) = match end(text, separator) {
            Some(end) => (&text[..end], Some(&text[end + separator.len_utf8()..])),
            None => (text, None),
        };
        rest = after;
        Some(part.trim())
    })
}

/// Returns the position of the first separator outside quoted strings.
fn end(text: &str, separator: char) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (index, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if c == separator && !quoted => return Some(index),
            _ => {}
        }
    }
    None
}

/// Unquotes a quoted string (RFC 9110, section 5.6.4). Other text is returned unchanged.
fn unquoted(value: &str) -> String {
    let inner = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
    let Some(inner) = inner else {
        return value.to_owned();
    };
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        let c = if c == '\\' { chars.next() } else { Some(c) };
        text.extend(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quoted_strings_are_not_split() {
        let list = r#"a;x="1,2;\",3";y=4 , ,b; ; Q = 0.5;,"#;
        let read: Vec<_> = elements(list).map(parameters).collect();
        let read: Vec<_> = read
            .into_iter()
            .map(|(name, parameters)| (name, parameters.collect::<Vec<_>>()))
            .collect();
        let pair = |name, value: &str| (name, value.to_owned());
        assert_eq!(
            read,
            [
                ("a", vec![pair("x", "1,2;\",3"), pair("y", "4")]),
                ("b", vec![pair("Q", "0.5")]),
            ]
        );
    }

    #[test]
    fn weights_follow_the_grammar() {
        for (text, thousandths) in [
            ("1", 1000),
            ("1.", 1000),
            ("1.000", 1000),
            ("0", 0),
            ("0.", 0),
            ("0.5", 500),
            ("0.57", 570),
            ("0.001", 1),
            ("0.999", 999),
        ] {
            assert_eq!(weight(text), Some(thousandths), "{text}");
        }
        for text in [
            "", ".5", "1.001", "2", "0.1234", "-0", "+1", "1e-1", "nan", "0,5", "0.-1", "0.٣",
        ] {
            assert_eq!(weight(text), None, "{text}");
        }
    }

    mod properties {
        use super::*;

        proptest! {
            #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

            #[test]
            fn any_value_parses(value in "[ -~\t]{0,80}", odd in any::<String>()) {
                for value in [value, odd] {
                    let parts: usize = elements(&value).map(|e| parameters(e).1.count() + 1).sum();
                    prop_assert!(parts <= value.len() + 1);
                    let _ = weight(&value);
                }
            }

            #[test]
            fn quoted_values_round_trip(text in any::<String>()) {
                let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
                let element = format!("a/b; x=\"{quoted}\", c/d");
                let mut elements = elements(&element);
                let (name, mut parameters) = parameters(elements.next().expect("one"));
                prop_assert_eq!(name, "a/b");
                prop_assert_eq!(parameters.next(), Some(("x", text)));
                prop_assert_eq!(elements.next(), Some("c/d"));
            }

            #[test]
            fn weights_read_back(thousandths in 0_u16..=1000) {
                let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
                prop_assert_eq!(weight(&text), Some(thousandths));
            }
        }
    }
}
