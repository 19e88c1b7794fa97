use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use proptest::prelude::*;

use super::*;

fn check(text: &str) -> Result<(), ScanError> {
    scan(text, &ScanLimits::default()).map(drop)
}

fn nested(open: &str, close: &str, times: usize) -> String {
    format!("{{ a(b: {}1{}) }}", open.repeat(times), close.repeat(times))
}

#[test]
fn limits_are_inclusive() {
    let limits = ScanLimits::default();
    let set = |item: &str, times| format!("{{ {} }}", item.repeat(times));
    let many = |n: usize| ScanLimits {
        tokens: n,
        ..limits
    };
    assert_eq!(check(&set("a ", 5998)), Ok(()));
    assert_eq!(check(&set("a ", 5999)), Err(ScanError::Tokens(6000)));
    assert_eq!(check(&set("a: b ", 30)), Ok(()));
    assert_eq!(check(&set("a: b ", 31)), Err(ScanError::Aliases(30)));
    assert_eq!(check(&set("a @b ", 50)), Ok(()));
    assert_eq!(check(&set("a @b ", 51)), Err(ScanError::Directives(50)));
    assert_eq!(check(&nested("[", "]", 62)), Ok(()));
    assert_eq!(check(&nested("[", "]", 63)), Err(ScanError::Depth(64)));
    assert_eq!(scan("{ a }", &many(3)), Ok(3));
    assert_eq!(scan("{ a }", &many(2)), Err(ScanError::Tokens(2)));
    assert_eq!(check(&"a".repeat(64)), Ok(()));
    assert_eq!(check(&"a".repeat(65)), Err(ScanError::NameBytes(64)));
    assert_eq!(check(&format!("\"{}\"", "a".repeat(65_534))), Ok(()));
    assert_eq!(
        check(&format!("\"{}\"", "a".repeat(65_535))),
        Err(ScanError::Bytes(65_536))
    );
}

#[test]
fn deep_nesting_is_rejected() {
    let deep = Err(ScanError::Depth(64));
    assert_eq!(check(&nested("[", "]", 3000)), deep);
    assert_eq!(check(&nested("{a:", "}", 3000)), deep);
    assert_eq!(check(&"{a".repeat(3000)), deep);
    assert_eq!(check(&format!("query($a: {}", "[".repeat(3000))), deep);
    assert_eq!(check(&"(".repeat(3000)), deep);
}

#[test]
fn strings_and_comments_are_not_counted() {
    let many = "[ { ( @ ...A a: b ".repeat(100);
    assert_eq!(check(&format!("{{ a(b: \"{many}\") }}")), Ok(()));
    assert_eq!(
        check(&format!("{{ a(b: \"\"\"{many} \" \\\"\"\" \n\"\"\") }}")),
        Ok(())
    );
    assert_eq!(check(&format!("{{ a # {many}\n }}")), Ok(()));
}

/// The parser reads an unterminated block string as an empty string and continues after it.
#[test]
fn unterminated_string_is_rejected() {
    let text = format!("{{ a(b: \"\"\"a\" c: {}) }}", "[".repeat(3000));
    assert_eq!(check(&text), Err(ScanError::Unterminated));
}

#[test]
fn only_fields_have_aliases() {
    let limits = ScanLimits {
        aliases: 1,
        ..ScanLimits::default()
    };
    for (text, aliases) in [
        ("{ a: b }", 1),
        ("{ a:b { c :d } }", 2),
        (
            "query($a: Int, $b: T = {c: 1}) { a(b: $a, c: {d: [{e: 1}]}) @f(g: 1) { h } }",
            0,
        ),
        ("{ a(b: 1) { c: d } e: f }", 2),
        ("fragment A on B { c: d }", 1),
    ] {
        let expected = if aliases > 1 {
            Err(ScanError::Aliases(1))
        } else {
            Ok(())
        };
        assert_eq!(scan(text, &limits).map(drop), expected, "{text}");
    }
}

/// What a generated document contains.
#[derive(Clone, Debug, Default)]
struct Counted {
    text: String,
    depth: usize,
    aliases: usize,
    directives: usize,
}

impl Counted {
    fn leaf(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// Encloses parts in two brackets.
    fn enclosed(open: &str, parts: Vec<Self>, close: &str) -> Self {
        let mut whole = Self::leaf(open);
        for part in parts {
            whole.depth = whole.depth.max(part.depth);
            whole = whole.then(part);
        }
        whole.depth += 1;
        whole.text.push_str(close);
        whole
    }

    fn then(mut self, next: Self) -> Self {
        self.text.push(' ');
        self.text.push_str(&next.text);
        self.depth = self.depth.max(next.depth);
        self.aliases += next.aliases;
        self.directives += next.directives;
        self
    }
}

fn value() -> impl Strategy<Value = Counted> {
    let leaf = prop_oneof![
        "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,2})?(e[+-]?[0-9])?".prop_map(Counted::leaf),
        "\"([a-z{(\\[@:.]|\\\\[\"\\\\nt]){0,8}\"".prop_map(Counted::leaf),
        "\"\"\"([a-z{(\\[@: \n]|\\\\\"\"\"){0,8}\"\"\"".prop_map(Counted::leaf),
        Just(Counted::leaf("$v")),
        "[a-z]{2,5}".prop_map(Counted::leaf),
    ];
    leaf.prop_recursive(5, 20, 4, |value| {
        let named = value
            .clone()
            .prop_map(|value| Counted::leaf("k:").then(value));
        prop_oneof![
            prop::collection::vec(value, 0..4).prop_map(|items| Counted::enclosed("[", items, "]")),
            prop::collection::vec(named, 0..4).prop_map(|items| Counted::enclosed("{", items, "}")),
        ]
    })
}

fn arguments() -> impl Strategy<Value = Counted> {
    let argument = value().prop_map(|value| Counted::leaf("arg:").then(value));
    prop::collection::vec(argument, 0..3).prop_map(|arguments| match arguments.len() {
        0 => Counted::leaf(""),
        _ => Counted::enclosed("(", arguments, ")"),
    })
}

fn directive() -> impl Strategy<Value = Counted> {
    prop::option::weighted(0.3, arguments()).prop_map(|arguments| match arguments {
        None => Counted::leaf(""),
        Some(arguments) => {
            let directive = Counted {
                directives: 1,
                ..Counted::leaf("@d # [\n")
            };
            directive.then(arguments)
        }
    })
}

fn selections() -> impl Strategy<Value = Counted> {
    let parts = (any::<bool>(), arguments(), directive());
    let head = parts
        .prop_map(|(alias, arguments, directive)| {
            let field = match alias {
                true => Counted {
                    aliases: 1,
                    ..Counted::leaf("a : f")
                },
                false => Counted::leaf("f"),
            };
            field.then(arguments).then(directive)
        })
        .boxed();
    let spread = directive().prop_map(|directive| Counted::leaf("... Frag").then(directive));
    let leaf = prop_oneof![3 => head.clone(), 1 => spread];
    let selection = leaf.prop_recursive(4, 24, 4, move |selection| {
        let set = prop::collection::vec(selection, 1..4)
            .prop_map(|selections| Counted::enclosed("{", selections, "}"));
        let inline = (
            prop_oneof![Just("..."), Just("... on T")],
            directive(),
            set.clone(),
        )
            .prop_map(|(text, directive, set)| Counted::leaf(text).then(directive).then(set));
        prop_oneof![
            (head.clone(), set).prop_map(|(head, set)| head.then(set)),
            inline
        ]
    });
    prop::collection::vec(selection, 1..5)
        .prop_map(|selections| Counted::enclosed("{", selections, "}"))
}

/// Returns the limits that a document just meets.
fn exact(document: &Counted) -> ScanLimits {
    ScanLimits {
        tokens: usize::MAX,
        depth: document.depth,
        aliases: document.aliases,
        directives: document.directives,
        ..ScanLimits::default()
    }
}

/// Generates documents with random insertions and deletions, most of which the parser still
/// accepts.
fn mangled() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "",
        "",
        " ",
        "\"",
        "\"\"",
        "\"\"\"",
        "\\\"\"\"",
        "\\\"",
        "\\",
        "#",
        "\n",
        "\r",
        ",",
        ":",
        "a:",
        "@d",
        "...",
        "{",
        "}",
        "{a}",
        "(a:\"}\")",
        "(",
        ")",
        "[",
        "]",
        "$",
        "\u{feff}",
        "é",
    ];
    let edit = (
        any::<prop::sample::Index>(),
        0..3_usize,
        prop::sample::select(PIECES),
    );
    (selections(), prop::collection::vec(edit, 0..6)).prop_map(|(document, edits)| {
        let mut chars: Vec<char> = document.text.chars().collect();
        for (at, removed, piece) in edits {
            let at = at.index(chars.len() + 1);
            let end = (at + removed).min(chars.len());
            chars.splice(at..end, piece.chars());
        }
        chars.into_iter().collect()
    })
}

/// What the parser counts, for comparison with the scan.
#[derive(Default)]
struct Parsed {
    aliases: usize,
    directives: usize,
    depth: usize,
}

impl Parsed {
    fn count(document: &ExecutableDocument) -> Parsed {
        let mut parsed = Parsed::default();
        for (_, operation) in document.operations.iter() {
            parsed.directives += operation.node.directives.len();
            parsed.set(&operation.node.selection_set.node, 1);
        }
        for fragment in document.fragments.values() {
            parsed.directives += fragment.node.directives.len();
            parsed.set(&fragment.node.selection_set.node, 1);
        }
        parsed
    }

    fn set(&mut self, set: &SelectionSet, depth: usize) {
        if set.items.is_empty() {
            return;
        }
        self.depth = self.depth.max(depth);
        for selection in &set.items {
            self.directives += selection.node.directives().len();
            match &selection.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    self.set(&field.node.selection_set.node, depth + 1);
                }
                Selection::InlineFragment(inline) => {
                    self.set(&inline.node.selection_set.node, depth + 1);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }
}

mod properties {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_can_be_scanned(text in any::<String>(), more in "[{}()\\[\\]\"\\\\:@.#$a0\n-]{0,200}") {
            let _ = check(&text);
            let _ = check(&more);
        }

        /// A string that ends elsewhere for the parser would hide the text after it from the scan.
        #[test]
        fn scan_counts_at_least_what_the_parser_reads(text in mangled()) {
            if let Ok(document) = parse_query(&text) {
                let parsed = Parsed::count(&document);
                let all = ScanLimits { tokens: usize::MAX, aliases: usize::MAX, directives: usize::MAX, ..ScanLimits::default() };
                let tighter = [
                    parsed.aliases.checked_sub(1).map(|aliases| ScanLimits { aliases, ..all }),
                    parsed.directives.checked_sub(1).map(|directives| ScanLimits { directives, ..all }),
                    parsed.depth.checked_sub(1).map(|depth| ScanLimits { depth, ..all }),
                ];
                for limits in tighter.into_iter().flatten() {
                    prop_assert!(scan(&text, &limits).is_err(), "{limits:?} {text}");
                }
            }
        }

        #[test]
        fn counts_of_documents_are_exact(document in selections()) {
            prop_assume!(document.depth <= MAX_DEPTH);
            prop_assert!(parse_query(&document.text).is_ok(), "{}", document.text);
            let limits = exact(&document);
            prop_assert_eq!(scan(&document.text, &limits).map(drop), Ok(()), "{}", document.text);
            let one_less = |limit: usize| limit.checked_sub(1);
            let tighter = [
                one_less(limits.depth).map(|depth| ScanLimits { depth, ..limits }),
                one_less(limits.aliases).map(|aliases| ScanLimits { aliases, ..limits }),
                one_less(limits.directives).map(|directives| ScanLimits { directives, ..limits }),
            ];
            for limits in tighter.into_iter().flatten() {
                prop_assert!(scan(&document.text, &limits).is_err(), "{limits:?} {}", document.text);
            }
        }
    }
}
