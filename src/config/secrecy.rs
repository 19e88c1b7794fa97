//! Removes values from messages about the command line: each value may be a secret, or a part of
//! one that a shell split.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The replacement for a value.
const HIDDEN: &str = "(hidden)";

/// Returns an error of clap without the values that were entered. Names of flags and clap's
/// suggestions are kept.
pub fn without_values(mut error: Error) -> Error {
    let hidden = || ContextValue::String(HIDDEN.to_owned());
    let is_given = |value: &ContextValue| match value {
        ContextValue::String(text) => !text.is_empty(),
        _ => true,
    };
    for kind in [
        ContextKind::InvalidValue,
        ContextKind::InvalidSubcommand,
        ContextKind::TrailingArg,
    ] {
        // An empty value is kept: clap reports it as missing.
        if error.get(kind).is_some_and(is_given) {
            error.insert(kind, hidden());
        }
    }
    if error.kind() == ErrorKind::UnknownArgument {
        let is_flag = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(text)) => is_flag(text),
            _ => false,
        };
        if !is_flag {
            error.insert(ContextKind::InvalidArg, hidden());
        }
    }
    // A sentence of clap that quotes the input.
    error.remove(ContextKind::Suggested);
    error
}

/// Whether the text looks like the name of a flag.
fn is_flag(text: &str) -> bool {
    let name = text.strip_prefix("--").unwrap_or_default();
    (1..=40).contains(&name.len()) && name.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use clap::{Args as _, Command};

    fn message(arguments: &[&str]) -> String {
        let command = Command::new("t")
            .no_binary_name(true)
            .subcommand(Command::new("serve"));
        let error = Config::augment_args(command)
            .try_get_matches_from(arguments)
            .unwrap_err();
        without_values(error).to_string()
    }

    #[test]
    fn errors_contain_no_value() {
        for arguments in [
            &["--listen", "hunter2"][..],
            &["--public-url=https://ana:hunter2@x.example"],
            &["--allowed-origins", "https://x.example,https://hunter2@x"],
            &["--log-format", "hunter2"],
            &["--max-connections", "hunter2"],
            &["--database-url", "postgres://tv:a", "hunter2@db/x"],
            &["--database-urlpostgres://tv:hunter2@db/x"],
            &["--databse-url=postgres://tv:hunter2@db/x"],
            &["hunter2"],
            &["serve", "hunter2"],
            &["--", "hunter2"],
            &["-hunter2"],
        ] {
            let message = message(arguments);
            assert!(!message.contains("hunter2"), "{arguments:?}: {message}");
        }
    }

    #[test]
    fn errors_still_name_the_problem() {
        for (arguments, expected) in [
            (
                &["--listen", "8080"][..],
                "invalid value '(hidden)' for '--listen <LISTEN>': must be an address and a port",
            ),
            (&["--log-format", "xml"], "[possible values: text, json]"),
            (&["--databse-url", "x"], "'--databse-url'"),
            (&["--databse-url", "x"], "'--database-url'"),
            (&["srve"], "'serve'"),
            (&["--listen"], "a value is required for '--listen <LISTEN>'"),
        ] {
            let message = message(arguments);
            assert!(message.contains(expected), "{arguments:?}: {message}");
        }
    }
}
