//! Properties of characters, from the Unicode Character Database: what a person can see of a text.

use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, EmojiModifier, ExtendedPictographic,
    GeneralCategory, GeneralCategoryGroup, JoiningType, Script, VariationSelector,
};
use icu_properties::{CodePointMapData, CodePointSetData};

const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';
/// Asks for the colored form of the symbol before it.
const EMOJI_PRESENTATION: char = '\u{fe0f}';

/// The general category of a character.
fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// The script that a character belongs to; `Inherited` for marks of several scripts.
pub fn script(c: char) -> Script {
    CodePointMapData::<Script>::new().get(c)
}

/// Whether a character is drawn by itself: a letter, number, punctuation mark or symbol.
pub fn is_visible(c: char) -> bool {
    let drawn = GeneralCategoryGroup::Letter
        .union(GeneralCategoryGroup::Number)
        .union(GeneralCategoryGroup::Punctuation)
        .union(GeneralCategoryGroup::Symbol);
    // Symbols by category, but blank: an empty Braille cell, a musical note without a head, and
    // what holds the place of an object.
    let blank = matches!(c, '\u{2800}' | '\u{1d159}' | '\u{fffc}');
    drawn.contains(category(c)) && !is_ignorable(c) && !blank
}

/// Whether a character is drawn as nothing where a font does not know it better
/// (`Default_Ignorable_Code_Point`, UAX #44): joiners, fillers, tags, variation selectors.
pub fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Whether a character steers the text around it and is not drawn: controls, format characters,
/// separators of lines and paragraphs.
pub fn is_format_or_control(c: char) -> bool {
    matches!(
        category(c),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    )
}

/// Whether a character has no meaning yet, or only by agreement of those who exchange it.
pub fn is_unassigned(c: char) -> bool {
    matches!(
        category(c),
        GeneralCategory::Unassigned | GeneralCategory::PrivateUse
    )
}

/// Whether a character is a mark that is drawn onto the character before it.
pub fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(category(c))
}

/// Whether a character is a mark that takes no room of its own.
pub fn is_nonspacing_mark(c: char) -> bool {
    matches!(
        category(c),
        GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
    )
}

/// Whether an ignorable character changes how the character before it is drawn: a joiner in a
/// script with joined letters, in a conjunct or in an emoji (as RFC 5892, A.1 and A.2, for domain
/// names, but without looking at the letter behind), or a variation selector.
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
