//! The folded form of text, by which lists sort and search.

use crate::text;
use icu_experimental::provider::Baked;
use icu_experimental::transliterate::{Transliterator, TransliteratorBuilder};
use icu_properties::props::Script;
use std::cell::RefCell;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization as _;

/// Text without case, accents, invisible characters and double blanks, Latin letters and common
/// punctuation in ASCII as CLDR's Latin-ASCII transform writes them: `lukasz strasse` for `Łukasz
/// Straße`. Other scripts stay in their own letters. It is computed here so that both engines sort
/// and search alike; folding twice changes nothing.
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

/// Whether nonspacing marks on a character are accents or optional vowel points, which people
/// leave out when they search; in other scripts they are letters of their own.
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

/// Appends a character: in ASCII and lower case where CLDR knows how.
fn push_ascii(text: &mut String, c: char) {
    // The two small forms of one letter.
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

/// CLDR's transform with what it made of characters before: it tries rule by rule, which takes ten
/// microseconds and more.
struct LatinAscii {
    /// `None` if the compiled rules did not load; a test sees to it that they do.
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
    fn case_and_accents_are_dropped() {
        assert_eq!(fold("  Zoë  ÅNGSTRÖM "), "zoe angstrom");
        assert_eq!(fold("ﬁne"), "fine");
        assert_eq!(fold("Ngu\u{200b}yễn Thị"), "nguyen thi");
    }

    #[test]
    fn latin_letters_are_written_in_ascii_as_in_cldr() {
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
    fn other_scripts_stay_in_their_own_letters() {
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
            fn folding_twice_changes_nothing(text in any::<String>()) {
                let once = fold(&text);
                prop_assert_eq!(fold(&once), once);
            }

            #[test]
            fn folding_single_letters_twice_changes_nothing(c in any::<char>(), mark in "\\p{M}{0,3}") {
                let once = fold(&format!("{c}{mark}"));
                prop_assert_eq!(fold(&once), once);
            }
        }
    }
}
