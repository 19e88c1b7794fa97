//! The folded form of text for sorting and searching.

use crate::text;
use icu_experimental::provider::Baked;
use icu_experimental::transliterate::{Transliterator, TransliteratorBuilder};
use icu_properties::props::Script;
use std::cell::RefCell;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization as _;

/// Folds text: drops case, accents, invisible characters, and repeated blanks, and writes Latin
/// letters and common punctuation in ASCII, as CLDR's Latin-ASCII transform does: `lukasz strasse`
/// for `Łukasz Straße`. Other scripts keep their letters. Folding happens here so that both engines
/// sort and search alike. Folding twice changes nothing.
pub fn fold(text: &str) -> String {
    let plain: String = text.nfkd().collect();
    let lower = plain.to_lowercase();
    let lower = lower.nfkd().filter(|c| !text::is_ignorable(*c));
    let mut folded = String::with_capacity(text.len());
    let mut base = None;
    for c in lower {
        if text::is_nonspacing_mark(c) && base.is_none_or(has_accents) {
            continue;
        }
        if !text::is_mark(c) {
            base = Some(c);
        }
        push_ascii(&mut folded, c);
    }
    let folded: String = folded.nfkd().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns whether nonspacing marks on a character are accents or optional vowel points, which
/// people omit in searches. In other scripts they are part of the letter.
fn has_accents(base: char) -> bool {
    matches!(
        text::script(base),
        Script::Latin
            | Script::Greek
            | Script::Cyrillic
            | Script::Hebrew
            | Script::Arabic
            | Script::Syriac
            | Script::Common
            | Script::Inherited
    )
}

/// Appends a character, in lower-case ASCII if CLDR has a rule for it.
fn push_ascii(text: &mut String, c: char) {
    // The two lower-case forms of sigma.
    let c = if c == 'ς' { 'σ' } else { c };
    let foldable = matches!(text::script(c), Script::Latin | Script::Common);
    if c.is_ascii() || !foldable {
        text.push(c);
        return;
    }
    LATIN_ASCII.with_borrow_mut(|latin_ascii| text.push_str(latin_ascii.get(c)));
}

thread_local! {
    static LATIN_ASCII: RefCell<LatinAscii> = RefCell::new(LatinAscii::load());
}

/// CLDR's transform with a cache by character. Transforming one character takes 10 µs or more.
struct LatinAscii {
    /// `None` if the compiled rules fail to load, which a test rules out.
    transform: Option<Transliterator>,
    known: HashMap<char, Box<str>>,
}

impl LatinAscii {
    fn load() -> LatinAscii {
        let rules = Baked::TRANSLITERATOR_RULES_V1_UND_UND_T_UND_LATN_D0_ASCII;
        let transform = TransliteratorBuilder::from_rules(rules)
            .load_nfc()
            .load_nfd()
            .build();
        LatinAscii {
            transform: transform.ok(),
            known: HashMap::new(),
        }
    }

    fn get(&mut self, c: char) -> &str {
        let transform = &self.transform;
        self.known.entry(c).or_insert_with(|| {
            let text = String::from(c);
            let ascii = match transform {
                Some(transform) => transform.transliterate(text).to_lowercase(),
                None => text,
            };
            ascii.into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn drops_case_and_accents() {
        assert_eq!(fold("  Zoë  ÅNGSTRÖM "), "zoe angstrom");
        assert_eq!(fold("ﬁne"), "fine");
        assert_eq!(fold("Ngu\u{200b}yễn Thị"), "nguyen thi");
    }

    #[test]
    fn folds_latin_letters_to_ascii() {
        for (text, folded) in [
            ("Łukasz", "lukasz"),
            ("Søren Ærø", "soren aero"),
            ("Straße STRASSE STRAẞE", "strasse strasse strasse"),
            ("Đặng Đorđe", "dang dorde"),
            ("Þórður Sæmundsson", "thordur saemundsson"),
            ("Œuvré", "oeuvre"),
            ("Iıİi", "iiii"),
            ("Ħal Ŋiva Ŧuoppu ĸ", "hal niva tuoppu q"),
            ("Ĳsbrand ŉ", "ijsbrand 'n"),
            ("Ɓala Ɗan Ƙofa Ƴan", "bala dan kofa yan"),
            ("O’Connor ʻOkina “x” – y", "o'connor 'okina \"x\" - y"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }

    #[test]
    fn keeps_letters_of_other_scripts() {
        for (text, folded) in [
            ("Йосиф Ёлкин", "иосиф елкин"),
            ("Ελένη ΟΔΟΣ οδοσ", "ελενη οδοσ οδοσ"),
            ("山田 太郎", "山田 太郎"),
            ("مُحَمَّد", "محمد"),
            ("שָׁלוֹם", "שלום"),
            ("ก้อง ดีไซน์", "ก้อง ดีไซน์"),
            ("गांधी", "गांधी"),
            ("김민수", "김민수"),
        ] {
            assert_eq!(fold(text), folded.nfkd().collect::<String>());
        }
        assert_ne!(fold("がんこ"), fold("かんこ"));
        assert_ne!(fold("कमल"), fold("कोमल"));
    }

    mod properties {
        use super::*;

        proptest! {
            #[test]
            fn folding_is_idempotent(text in any::<String>()) {
                let once = fold(&text);
                prop_assert_eq!(fold(&once), once);
            }

            #[test]
            fn folding_single_letters_is_idempotent(c in any::<char>(), mark in "\\p{M}{0,3}") {
                let once = fold(&format!("{c}{mark}"));
                prop_assert_eq!(fold(&once), once);
            }
        }
    }
}
