//! Names of people and workspaces, and the folded form that lists sort and search by.

use crate::error::{Problem, ProblemCode};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The longest name, in characters.
pub const MAX_CHARS: usize = 100;

/// Reads a name: blanks around it are dropped; it may be empty.
///
/// # Errors
/// `NameInvalid` on the given field, where it is too long or has control characters (which could
/// forge mail headers), marks that turn the direction of the text around it, or a link: names stand
/// in mails to people who never asked for one, and mail programs make links of what looks like one.
pub fn parse(field: &str, text: &str) -> Result<String, Problem> {
    let invalid = |message| Problem::new(ProblemCode::NameInvalid, &[field], message);
    if text.len() > MAX_CHARS * 16 || text.trim().chars().count() > MAX_CHARS {
        return Err(invalid(
            "This name is too long. Use 100 characters at most.",
        ));
    }
    if text
        .trim()
        .chars()
        .any(|c| c.is_control() || is_formatting(c))
    {
        return Err(invalid(
            "This name has line breaks or invisible characters. Type it without them.",
        ));
    }
    if is_link(text) {
        return Err(invalid(
            "This name looks like a web address. Type it without `://` and `www.`.",
        ));
    }
    Ok(text.trim().nfc().collect())
}

/// Reads a name that must not be empty.
///
/// # Errors
/// As [`parse`], and `NameInvalid` where nothing is left.
pub fn parse_required(field: &str, text: &str) -> Result<String, Problem> {
    let name = parse(field, text)?;
    if name.is_empty() {
        let message = "Please give a name.";
        return Err(Problem::new(ProblemCode::NameInvalid, &[field], message));
    }
    Ok(name)
}

/// Whether mail programs would make a link of it, compatibility forms of the signs included.
fn is_link(text: &str) -> bool {
    let plain = text.nfkc().collect::<String>().to_lowercase();
    plain.contains("://") || plain.contains("www.")
}

/// Line separators and the marks of Unicode's bidirectional algorithm (UAX #9) that reach beyond
/// themselves.
fn is_formatting(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// First and last name as one; the address where neither is known.
pub fn display(first: &str, last: &str, email: &str) -> String {
    let name = format!("{first} {last}");
    match name.trim() {
        "" => email.to_owned(),
        name => name.to_owned(),
    }
}

/// Text without case, accents and double blanks, computed here so that both engines sort and
/// search alike.
pub fn fold(text: &str) -> String {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    let lower: String = plain
        .to_lowercase()
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_every_script_are_names() {
        for name in [
            "Zoë",
            "O’Connor",
            "محمد",
            "山田 太郎",
            "Nguyễn Thị Minh Khai",
            "👩🏽‍🚀",
        ] {
            assert_eq!(
                parse("firstName", name).unwrap(),
                name.nfc().collect::<String>()
            );
        }
        assert_eq!(parse("firstName", "  Ana ").unwrap(), "Ana");
        assert_eq!(parse("firstName", "").unwrap(), "");
    }

    #[test]
    fn what_could_forge_a_header_is_refused() {
        for name in [
            "Ana\r\nBcc: x@y.example",
            "A\0na",
            "Ana\u{202e}gpj",
            &"x".repeat(101),
            &"x".repeat(1_000_000),
        ] {
            let problem = parse("firstName", name).unwrap_err();
            assert_eq!(problem.code, ProblemCode::NameInvalid);
            assert_eq!(problem.field, ["firstName"]);
        }
        assert!(parse_required("firstName", "  ").is_err());
    }

    #[test]
    fn links_are_no_names() {
        for name in [
            "Win a prize http://evil.example",
            "HTTPS://evil.example",
            "see WWW.evil.example",
            "http：／／evil.example",
        ] {
            let problem = parse("lastName", name).unwrap_err();
            assert_eq!(problem.code, ProblemCode::NameInvalid, "{name}");
            assert!(problem.message.contains("web address"), "{name}");
        }
        for name in [
            "St. John",
            "Awwww",
            "A/B Testing",
            "R&D: EMEA",
            "J. R. R. Tolkien",
            "Acme.io",
        ] {
            assert_eq!(parse("name", name).unwrap(), name);
        }
    }

    #[test]
    fn folding_drops_case_and_accents() {
        assert_eq!(fold("  Zoë  ÅNGSTRÖM "), "zoe angstrom");
        assert_eq!(fold("ﬁne"), "fine");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
