//! Names of people and workspaces, and the folded form that lists sort and search by.

mod fold;
mod link;

pub use fold::fold;

use crate::error::{Problem, ProblemCode};
use crate::text;
use unicode_normalization::UnicodeNormalization as _;

/// The longest name, in characters.
pub const MAX_CHARS: usize = 100;
/// Nonspacing marks that one letter may carry (UTS #39, 5.4); more are drawn over other lines.
const MAX_MARKS: usize = 4;

/// Reads a name: blanks around it are dropped; it may be empty.
///
/// # Errors
/// `NameInvalid` on the given field, where the name is too long, has control characters (which
/// could forge mail headers), changes the direction of the text around it, cannot be seen, has
/// invisible characters or marks that no letter carries, or is a link: names appear in mails to
/// people who never asked for one, and mail programs turn what looks like a link into one.
pub fn parse(field: &str, text: &str) -> Result<String, Problem> {
    check(text).map_err(|message| Problem::new(ProblemCode::NameInvalid, &[field], message))
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

/// The name in composed form (Unicode NFC), or what to do about it.
fn check(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    if text.len() > MAX_CHARS * 16 || name.chars().count() > MAX_CHARS {
        return Err("This name is too long. Use 100 characters at most.");
    }
    if name.chars().any(turns_text) {
        return Err(HAS_INVISIBLE);
    }
    if !name.is_empty() && !name.chars().any(text::is_visible) {
        return Err("This name cannot be seen. Type it with letters.");
    }
    // Pasted texts bring format characters along at their ends, which nobody sees to delete them.
    let name = name.trim_matches(|c: char| c.is_whitespace() || text::is_format_or_control(c));
    if has_stray_ignorable(name) {
        return Err(HAS_INVISIBLE);
    }
    check_marks(name)?;
    if link::has_link(name) {
        return Err(
            "This name looks like a web or email address, and mail programs would turn it into a \
             link. Type it without the address, or put a blank after each dot.",
        );
    }
    Ok(name.nfc().collect())
}

const HAS_INVISIBLE: &str =
    "This name has line breaks or invisible characters. Type it without them.";

/// Controls, line separators, and the marks of Unicode's bidirectional algorithm (UAX #9) that
/// reach beyond themselves.
fn turns_text(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether an invisible character does nothing where it is but make two names differ.
fn has_stray_ignorable(name: &str) -> bool {
    let mut before = ' ';
    name.chars().any(|c| {
        let invisible = text::is_ignorable(c) || text::is_format_or_control(c);
        let stray = invisible && !text::has_function_after(before, c);
        before = c;
        stray
    })
}

/// Each mark needs a letter before it, and a letter carries few marks.
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
                return Err("A letter in this name has too many accents or marks. Use 4 at most.");
            }
        } else if !text::is_ignorable(c) {
            carried = text::is_visible(c).then_some(0);
        }
    }
    Ok(())
}

/// First and last name as one; the address where neither is known.
pub fn display(first: &str, last: &str, email: &str) -> String {
    let name = format!("{first} {last}");
    match name.trim() {
        "" => email.to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
