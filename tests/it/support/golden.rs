//! Golden files: expected results, stored next to the tests.

use std::path::Path;

/// Compares a result with a file in `tests/it`. With `TOKENVUE_BLESS=1`, writes the file instead.
pub fn check(file: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it")
        .join(file);
    if std::env::var_os("TOKENVUE_BLESS").is_some() {
        std::fs::write(&path, found).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differing: Vec<String> = kept
        .lines()
        .filter(|line| !found.lines().any(|other| other == *line))
        .map(|line| format!("- {line}"))
        .chain(
            found
                .lines()
                .filter(|line| !kept.lines().any(|other| other == *line))
                .map(|line| format!("+ {line}")),
        )
        .collect();
    assert!(
        kept == found,
        "tests/it/{file} differs; if that is meant, run with TOKENVUE_BLESS=1:\n{}",
        differing.join("\n")
    );
}
