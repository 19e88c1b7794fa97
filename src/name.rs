//! Validation of names of people and workspaces, and the folded form for sorting and searching.

mod fold;
mod link;

pub use fold::fold;

use crate::error::{Problem, ProblemCode};
use crate::text;
use unicode_normalization::UnicodeNormalization as _;

/// The maximum length of a name in characters.
pub const MAX_CHARS: usize = 100;
/// The maximum number of nonspacing marks on a letter (UTS #39, 5.4). More would overlap other
/// lines.
const MAX_MARKS: usize = 4;

/// Parses a name, which may be empty. Trims surrounding blanks.
///
/// # Errors
/// `NameInvalid` on `field` if the name is too long, has control characters (which could forge mail
/// headers), changes the direction of surrounding text, has no visible characters, has stray
/// invisible characters or marks, or contains a link. Names appear in mails to people who did not
/// request them, and mail programs turn what looks like a link into one.
pub fn parse(field: &str, text: &str) -> Result<String, Problem> {
    check(text).map_err(|message| Problem::new(ProblemCode::NameInvalid, &[field], message))
}

/// Parses a name that must not be empty.
///
/// # Errors
/// Those of [`parse`], and `NameInvalid` on `field` if the name is empty.
pub fn parse_required(field: &str, text: &str) -> Result<String, Problem> {
    let name = parse(field, text)?;
    if name.is_empty() {
        let message = "Enter a name.";
        return Err(Problem::new(ProblemCode::NameInvalid, &[field], message));
    }
    Ok(name)
}

/// Returns the name in Unicode NFC, or a message that says how to correct it.
fn check(text: &str) -> Result<String, &'static str> {
    let too_long = "This name is too long. Use at most 100 characters.";
    if text.len() > MAX_CHARS * 16 {
        return Err(too_long);
    }
    // The form that is stored is checked, since normalization reorders marks.
    let name: String = text.trim().nfc().collect();
    if name.chars().count() > MAX_CHARS {
        return Err(too_long);
    }
    if name.chars().any(turns_text) {
        return Err(HAS_INVISIBLE);
    }
    if !name.is_empty() && !name.chars().any(text::is_visible) {
        return Err("This name has no visible characters. Type it with letters.");
    }
    // Pasted text often has format characters at its ends, which nobody sees and so nobody deletes.
    let name = name.trim_matches(|c: char| c.is_whitespace() || text::is_format_or_control(c));
    if has_stray_ignorable(name) {
        return Err(HAS_INVISIBLE);
    }
    check_marks(name)?;
    if link::has_link(name) {
        return Err(
            "This name looks like a web or email address, and mail programs would turn it into a \
             link. Type it without the address, or add a space after each dot.",
        );
    }
    Ok(name.to_owned())
}

const HAS_INVISIBLE: &str =
    "This name has line breaks or invisible characters. Type it without them.";

/// Returns whether a character is a control, a line separator, or a mark of the bidirectional
/// algorithm (UAX #9) that affects surrounding text.
fn turns_text(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether the name has an invisible character without a function, which would only make
/// two names differ.
fn has_stray_ignorable(name: &str) -> bool {
    let mut before = ' ';
    name.chars().any(|c| {
        let invisible = text::is_ignorable(c) || text::is_format_or_control(c);
        let stray = invisible && !text::has_function_after(before, c);
        before = c;
        stray
    })
}

/// Checks that each mark follows a letter, and that no letter has too many marks.
fn check_marks(name: &str) -> Result<(), &'static str> {
    let mut carried = None;
    for c in name.nfd() {
        if text::is_mark(c) {
            let Some(marks) = &mut carried else {
                return Err(
                    "An accent or mark in this name has no letter before it. Type the letter first.",
                );
            };
            *marks += usize::from(text::is_nonspacing_mark(c) && !text::is_ignorable(c));
            if *marks > MAX_MARKS {
                return Err("A letter in this name has too many accents or marks. Use at most 4.");
            }
        } else if !text::is_ignorable(c) {
            carried = text::is_visible(c).then_some(0);
        }
    }
    Ok(())
}

/// Joins first and last name. Returns the email address if both are empty.
pub fn display(first: &str, last: &str, email: &str) -> String {
    let name = format!("{first} {last}");
    match name.trim() {
        "" => email.to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
