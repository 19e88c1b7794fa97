//! The settings file.

use super::{Config, without_values};
use clap::{Args as _, Command};
use std::path::Path;

/// Replaces the defaults of the flags by the settings of a file.
///
/// # Errors
/// A sentence that names the file and the setting that is unknown or of the wrong type. It contains
/// nothing else of the file.
pub fn with_file_defaults(command: Command, file: &Path) -> Result<Command, String> {
    let name = file.display();
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("cannot read {name}: {error}"))?;
    let table = parse(&text).map_err(|error| format!("{name}: {error}"))?;
    let mut command = command;
    for (key, value) in table {
        let id = key.replace('-', "_");
        let known = Config::augment_args(Command::new(""))
            .get_arguments()
            .any(|arg| arg.get_id() == id.as_str());
        if !known || id == "config" {
            return Err(format!("{name}: unknown setting{}", quoted(&key)));
        }
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Array(items) if items.iter().all(toml::Value::is_str) => items
                .iter()
                .filter_map(toml::Value::as_str)
                .collect::<Vec<_>>()
                .join(","),
            other => return Err(format!("{name}: `{key}` cannot be a {}", other.type_str())),
        };
        check(&id, &value).map_err(|error| format!("{name}: `{key}`: {error}"))?;
        command = command.mut_arg(id, |arg| arg.default_value(value).hide_default_value(true));
    }
    Ok(command)
}

/// Parses the file. The message of the TOML parser is not used: it quotes the invalid line, which
/// may contain a password.
fn parse(text: &str) -> Result<toml::Table, String> {
    text.parse().map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).unwrap_or(text).matches('\n').count() + 1;
        format!("line {line} is not valid TOML: write every setting like listen = \"[::]:8080\"")
    })
}

/// Returns a key in quotes if it looks like the name of a setting.
fn quoted(key: &str) -> String {
    let is_name = |c: char| c.is_ascii_alphabetic() || "-_".contains(c);
    if key.chars().all(is_name) && key.len() <= 40 {
        format!(" `{key}`")
    } else {
        String::new()
    }
}

/// Validates the value of a setting.
fn check(id: &str, value: &str) -> Result<(), String> {
    let flag = format!("--{}={value}", id.replace('_', "-"));
    let command = Config::augment_args(Command::new("").no_binary_name(true))
        .mut_args(|arg| arg.env(None::<&str>));
    match command.try_get_matches_from([flag]) {
        Ok(_) => Ok(()),
        Err(error) => {
            let text = without_values(error).to_string();
            let first = text.lines().next().unwrap_or_default();
            Err(first.trim_start_matches("error: ").to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::FromArgMatches as _;

    fn from_file(text: &str) -> Result<Command, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        with_file_defaults(
            Config::augment_args(Command::new("t").no_binary_name(true)),
            file.path(),
        )
    }

    #[test]
    fn flags_override_the_file() {
        let command = from_file("listen = \"127.0.0.1:1\"\ndatabase-connections = 5").unwrap();
        let matches = command
            .try_get_matches_from(["--listen", "127.0.0.1:2"])
            .unwrap();
        let config = Config::from_arg_matches(&matches).unwrap();
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.database_connections, 5);
        assert_eq!(config.public_url().as_str(), "http://localhost:2/");
    }

    #[test]
    fn invalid_setting_is_named() {
        for (text, expected) in [
            ("lissen = \"x\"", ": unknown setting `lissen`"),
            (
                "session-idle = \"soon\"",
                ": `session-idle`: invalid value '(hidden)' for '--session-idle <SESSION_IDLE>': \
                 must be like 7d, 1h 30m or 90s",
            ),
            ("listen = 1.5", ": `listen` cannot be a float"),
            (
                "listen = \"[::]:1\"\nlog = info",
                ": line 2 is not valid TOML",
            ),
        ] {
            let error = from_file(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn errors_do_not_quote_the_file() {
        for text in [
            "database-url = \"postgres://tv:hunter2\"quoted@db/x\"",
            "database-url = postgres://tv:hunter2@db/x",
            "database-url: postgres://tv:hunter2@db/x",
            "TOKENVUE_DATABASE_URL=postgres://tv:hunter2@db/x",
            "database-url = \"\"\"\npostgres://tv:hunter2@db/x",
            "database-url = \"postgres://tv:hunter2\\q@db/x\"",
            "\"postgres://tv:hunter2@db/x\" = 1",
            "database-url = \"x\"\ndatabase-url = \"postgres://tv:hunter2@db/x\"",
            "[database-url]\nhunter2 = 1",
            "public-url = \"https://ana:hunter2@x.example\"",
            "allowed-origins = [\"https://x.example\", \"https://ana:hunter2@x.example\"]",
            "listen = \"postgres://tv:hunter2@db/x\"",
            "log-format = \"hunter2\"",
            "hunter2 = hunter2",
        ] {
            let error = from_file(text).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
