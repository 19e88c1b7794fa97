//! Properties of characters from the Unicode Character Database: what of a text is visible.

use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, EmojiModifier, ExtendedPictographic,
    GeneralCategory, GeneralCategoryGroup, JoiningType, Script, VariationSelector,
};
use icu_properties::{CodePointMapData, CodePointSetData};

const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';
/// Selects the emoji presentation of the symbol before it.
const EMOJI_PRESENTATION: char = '\u{fe0f}';

/// Returns the general category of a character.
fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// Returns the script of a character; `Inherited` for marks of several scripts.
pub fn script(c: char) -> Script {
    CodePointMapData::<Script>::new().get(c)
}

/// Returns whether a character is visible by itself: a letter, number, punctuation mark, or symbol.
pub fn is_visible(c: char) -> bool {
    let drawn = GeneralCategoryGroup::Letter
        .union(GeneralCategoryGroup::Number)
        .union(GeneralCategoryGroup::Punctuation)
        .union(GeneralCategoryGroup::Symbol);
    // Symbols by category that are blank: an empty Braille cell, a musical note without a head, and
    // the object replacement character.
    let blank = matches!(c, '\u{2800}' | '\u{1d159}' | '\u{fffc}');
    drawn.contains(category(c)) && !is_ignorable(c) && !blank
}

/// Returns whether a character is invisible unless the font supports it
/// (`Default_Ignorable_Code_Point`, UAX #44): joiners, fillers, tags, variation selectors.
pub fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Returns whether a character controls the text around it and is invisible: controls, format
/// characters, and separators of lines and paragraphs.
pub fn is_format_or_control(c: char) -> bool {
    matches!(
        category(c),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    )
}

/// Returns whether a character is unassigned or for private use.
pub fn is_unassigned(c: char) -> bool {
    matches!(
        category(c),
        GeneralCategory::Unassigned | GeneralCategory::PrivateUse
    )
}

/// Returns whether a character is a mark that combines with the character before it.
pub fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(category(c))
}

/// Returns whether a character is a mark without a width of its own.
pub fn is_nonspacing_mark(c: char) -> bool {
    matches!(
        category(c),
        GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
    )
}

/// Returns whether an ignorable character changes how the character before it is displayed: a
/// joiner in a script with joined letters, in a conjunct, or in an emoji (as in RFC 5892, A.1 and
/// A.2, for domain names, but without checking the next letter), or a variation selector.
pub fn has_function_after(before: char, c: char) -> bool {
    match c {
        ZERO_WIDTH_NON_JOINER | ZERO_WIDTH_JOINER => {
            is_joining(before) || is_virama(before) || is_pictograph(before)
        }
        _ => {
            CodePointSetData::new::<VariationSelector>().contains(c)
                && !matches!(
                    script(before),
                    Script::Latin | Script::Greek | Script::Cyrillic
                )
                && !before.is_whitespace()
        }
    }
}

fn is_joining(c: char) -> bool {
    matches!(
        CodePointMapData::<JoiningType>::new().get(c),
        JoiningType::DualJoining | JoiningType::LeftJoining | JoiningType::RightJoining
    )
}

fn is_virama(c: char) -> bool {
    CodePointMapData::<CanonicalCombiningClass>::new().get(c) == CanonicalCombiningClass::Virama
}

fn is_pictograph(c: char) -> bool {
    c == EMOJI_PRESENTATION
        || CodePointSetData::new::<ExtendedPictographic>().contains(c)
        || CodePointSetData::new::<EmojiModifier>().contains(c)
}
