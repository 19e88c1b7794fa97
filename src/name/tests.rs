//! Tests of valid and invalid names.

use super::*;
use proptest::prelude::*;

fn refused(name: &str) -> String {
    let problem = parse("firstName", name).expect_err(name);
    assert_eq!(problem.code, ProblemCode::NameInvalid, "{name}");
    assert_eq!(problem.field, ["firstName"]);
    problem.message
}

#[test]
fn accepts_names_in_every_script() {
    for name in [
        "Zoë",
        "Zoe\u{308}",
        "O’Connor",
        "محمد",
        "مُحَمَّد",
        "خانه\u{200c}ای",
        "山田 太郎",
        "葛\u{e0100}城",
        "がんこ",
        "김민수",
        "Nguyễn Thị Minh Khai",
        "शक्\u{200d}ति",
        "ශ්\u{200d}රී",
        "གཞོན་ནུ",
        "ก้อง",
        "שָׁלוֹם",
        "👩🏽\u{200d}🚀",
        "🏳\u{fe0f}\u{200d}🌈",
        "❤\u{fe0f}",
        "J",
        "3M",
        "!!!",
        "-",
    ] {
        assert_eq!(
            parse("firstName", name),
            Ok(name.nfc().collect::<String>()),
            "{name}"
        );
    }
    assert_eq!(parse("firstName", "").unwrap(), "");
    assert_eq!(parse("firstName", " \t\u{3000}").unwrap(), "");
    assert!(parse_required("firstName", "  ").is_err());
}

#[test]
fn trims_blanks_and_format_characters() {
    for text in [
        "  Ana ",
        "\u{feff}Ana\u{200b}",
        "\u{200e}Ana\u{200f} \u{2060}",
    ] {
        assert_eq!(parse("firstName", text).unwrap(), "Ana");
    }
}

#[test]
fn rejects_names_that_could_forge_a_header() {
    for name in [
        "Ana\r\nBcc: x@y.example",
        "A\0na",
        "Ana\u{202e}gpj",
        "\u{202e}gpj",
        "Ana\u{2028}Bcc",
        &"x".repeat(101),
        &"x".repeat(1_000_000),
    ] {
        refused(name);
    }
}

#[test]
fn rejects_names_without_visible_characters() {
    let marks = "\u{301}".repeat(90);
    for name in [
        "\u{200b}",
        "\u{2060}\u{2060}",
        "\u{3164}",
        "\u{115f}\u{1160}",
        "\u{ffa0}",
        "\u{e0041}\u{e006e}\u{e0061}\u{e007f}",
        "\u{200d}",
        "\u{ad}",
        "\u{34f}",
        "\u{180e}",
        "\u{fe0f}",
        "\u{2800}\u{2800}",
        "\u{17b4}",
        " \u{200b} \u{3164} ",
        "\u{feff}",
        "\u{10ffff}",
        &marks,
    ] {
        let message = refused(name);
        assert!(
            message.contains("no visible characters"),
            "{name:?}: {message}"
        );
    }
}

#[test]
fn rejects_invisible_characters_within_a_name() {
    for name in [
        "A\u{200b}na",
        "A\u{200d}na",
        "A\u{fe0f}na",
        "Ana \u{3164} Silva",
        "A\u{ad}na",
        "Ana\u{e0041}\u{e007f}Silva",
        "山\u{2060}田",
        // The normalized form has the joiner after another mark.
        "a\u{1145e}\u{eba}\u{200c}\u{1d185}",
    ] {
        assert!(refused(name).contains("invisible characters"), "{name:?}");
    }
}

#[test]
fn limits_marks_per_letter() {
    for name in ["\u{301}Ana", "Ana \u{301}Silva"] {
        assert!(refused(name).contains("no letter before it"), "{name:?}");
    }
    let many = |count| format!("A{}na", "\u{301}".repeat(count));
    assert!(refused(&many(90)).contains("too many accents"));
    assert!(refused(&many(5)).contains("too many accents"));
    assert!(parse("firstName", &many(4)).is_ok());
}

#[test]
fn rejects_links() {
    for name in [
        "evil.example/login",
        "www.evil.example",
        "http://evil.example",
        "evil.com",
    ] {
        assert!(refused(name).contains("web or email address"), "{name}");
    }
    for name in ["St. John", "J.R. Smith", "Dr.Müller", "A/B Testing"] {
        assert_eq!(parse("name", name).unwrap(), name);
    }
}

mod properties {
    use super::*;

    proptest! {
        #[test]
        fn accepted_names_are_visible_and_accepted_again(text in any::<String>()) {
            if let Ok(name) = parse("name", &text) {
                prop_assert_eq!(parse("name", &name), Ok(name.clone()));
                prop_assert!(name.is_empty() || name.chars().any(text::is_visible));
                prop_assert!(!name.chars().any(char::is_control));
                prop_assert!(text.trim().is_empty() == name.is_empty());
            }
        }

        /// Text of relevant characters: letters, marks, joiners, fillers, blanks, and signs of
        /// links.
        #[test]
        fn accepted_names_have_no_stray_marks(
            text in "([aßЖא한ka.:/@ ]|\\p{M}|[\u{200b}-\u{200f}\u{2060}\u{3164}\u{fe0f}\u{e0041}\u{301}]){1,12}"
        ) {
            if let Ok(name) = parse("name", &text) {
                prop_assert!(!name.starts_with(text::is_mark));
                let stray = ['\u{200b}', '\u{3164}'].iter().any(|c| name.contains(*c));
                prop_assert!(!stray);
                prop_assert_eq!(parse("name", &name), Ok(name.clone()));
            }
        }

        #[test]
        fn accepts_capitalized_words(letter in "\\p{Lu}\\p{Ll}{1,8}( \\p{Lu}\\p{Ll}{1,8})?") {
            prop_assert!(parse("name", &letter).is_ok());
        }
    }
}
