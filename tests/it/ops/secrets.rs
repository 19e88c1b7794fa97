//! No output contains any part of a secret, whatever is wrong with it, wherever it is set, and for
//! every command.

use crate::support::command::{run, text};
use std::path::Path;

/// The parts of each secret below.
const PARTS: [&str; 3] = ["hunter2", "swordfish", "xyzzy"];

/// Settings with invalid values that contain a secret.
const INVALID: [(&str, &[&str]); 6] = [
    (
        "database-url",
        &[
            "postgres://tv:hunter2/swordfish@db/xyzzy",
            "postgres://tv:12/hunter2@db/team",
            "postgres://tv:12#hunter2@db/team",
            "postgres://tv:12?hunter2@db/team",
            "postgres://tv:hunter2#swordfish?xyzzy@db/team",
            "postgres://tv:hunter2?swordfish@db/team",
            "postgres://tv:hunter2@db:port/team",
            "postgres://tv:hunter2@[db/team",
            "postgres://tv:hunter2@/team",
            "postgres://tv:hunter2%ff@db/team",
            "postgres:tv:hunter2@db/team",
            "postgres//tv:hunter2@db/team",
            "postgres://db/team?password=hunter2&swordfish",
            "postgres://db/team?pasword=hunter2",
            "postgres://tv:hunter2@db/team?sslmode=xyzzy",
            "mysql://tv:hunter2@db/team",
            "sqlite://tv:hunter2/swordfish@db/team",
            "hunter2",
        ],
    ),
    (
        "smtp-url",
        &[
            "smtp://tv:hunter2/swordfish@mail.example",
            "smtp://tv:12/hunter2@mail.example",
            "smtp://tv:12#hunter2@mail.example",
            "smtp://tv:12?hunter2@mail.example",
            "smtp://tv:hunter2%ff@mail.example",
            "smtp://tv:hunter2@mail.example?tls=xyzzy",
            "smtp://tv:hunter2@mail.example?tls=opportunistic",
            "http://tv:hunter2@mail.example",
            "smtp://:hunter2@mail.example",
            "hunter2",
        ],
    ),
    (
        "public-url",
        &[
            "https://ana:hunter2@team.example.com",
            "https://ana:hunter2/swordfish@team.example.com",
            "https://hunter2@team.example.com/xyzzy",
            "https://team.example.com/?token=hunter2",
            "hunter2",
        ],
    ),
    (
        "allowed-origins",
        &[
            "https://ana:hunter2@x.example",
            "https://x.example,https://hunter2@y.example",
            "hunter2",
        ],
    ),
    ("listen", &["postgres://tv:hunter2@db/team"]),
    ("log-format", &["hunter2"]),
];

/// The commands of the program. `serve` cannot listen.
const COMMANDS: [&[&str]; 7] = [
    &["serve"],
    &["migrate"],
    &["doctor"],
    &["demo"],
    &["schema"],
    &["--help"],
    &[
        "bootstrap",
        "--password-stdin",
        "--email=ana@acme.example",
        "--first-name=Ana",
        "--workspace=Acme",
    ],
];

/// An address of no machine (RFC 5737), so that the server cannot listen.
const NOWHERE: (&str, &str) = ("TOKENVUE_LISTEN", "192.0.2.1:1");

/// The settings for the most detailed log in a format.
fn logs(format: &'static str) -> [(&'static str, &'static str); 2] {
    [("TOKENVUE_LOG", "trace"), ("TOKENVUE_LOG_FORMAT", format)]
}

/// Runs a command. Asserts that its output contains no part of a secret, and returns it.
fn check(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> String {
    let output = run(folder, arguments, settings, "xyzzy\n");
    let printed = text(&output.stdout) + &text(&output.stderr);
    for part in PARTS {
        assert!(
            !printed.contains(part),
            "{arguments:?} {settings:?} printed {printed}"
        );
    }
    printed
}

fn variable(setting: &str) -> String {
    format!("TOKENVUE_{}", setting.replace('-', "_").to_uppercase())
}

/// Returns each invalid value with its setting.
fn invalid() -> impl Iterator<Item = (&'static str, &'static str)> {
    let settings = INVALID.iter();
    settings.flat_map(|(setting, values)| values.iter().map(move |value| (*setting, *value)))
}

#[test]
fn environment_values_are_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    for (index, (setting, value)) in invalid().enumerate() {
        let logs = logs(["text", "json"][index % 2]);
        let variable = variable(setting);
        let mut settings = vec![NOWHERE];
        // `--log-format` is itself one of the invalid settings.
        settings.extend(logs.into_iter().filter(|(name, _)| *name != variable));
        settings.retain(|(name, _)| *name != variable);
        settings.push((&variable, value));
        for command in COMMANDS {
            check(folder.path(), command, &settings);
        }
    }
}

#[test]
fn flag_values_are_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    for (setting, value) in invalid() {
        let flag = format!("--{setting}={value}");
        for command in [COMMANDS[0], COMMANDS[1], COMMANDS[5]] {
            check(folder.path(), &[command, &[&flag]].concat(), &[NOWHERE]);
        }
        // An unknown flag, a value that a shell has split, and a value without a flag.
        let misspelled = format!("--{setting}s={value}");
        for arguments in [&[misspelled.as_str()][..], &[&flag, "hunter2"], &[value]] {
            check(folder.path(), arguments, &[NOWHERE]);
        }
    }
}

#[test]
fn file_values_are_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    for (setting, value) in invalid() {
        for line in [
            format!("{setting} = \"{value}\"\n"),
            format!("{setting}s = \"{value}\"\n"),
            format!("{setting} = {value}\n"),
            format!("{setting} = \"{value}\n"),
            format!("\"{value}\" = 1\n"),
        ] {
            std::fs::write(folder.path().join("tokenvue.toml"), line).unwrap();
            let settings = [NOWHERE, ("TOKENVUE_CONFIG", "tokenvue.toml")];
            for command in [COMMANDS[0], COMMANDS[1], COMMANDS[5]] {
                check(folder.path(), command, &settings);
            }
        }
    }
}

#[test]
fn an_unencoded_password_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    for delimiter in ['/', '#', '?'] {
        let database = format!("postgres://tv:12{delimiter}hunter2@db/team");
        let smtp = format!("smtp://tv:12{delimiter}hunter2@mail.example");
        for (command, variable, value) in [
            ("migrate", "TOKENVUE_DATABASE_URL", &database),
            ("serve", "TOKENVUE_DATABASE_URL", &database),
            ("doctor", "TOKENVUE_DATABASE_URL", &database),
            ("serve", "TOKENVUE_SMTP_URL", &smtp),
        ] {
            let printed = check(folder.path(), &[command], &[NOWHERE, (variable, value)]);
            assert!(
                printed.contains(&format!("error: {variable}: ")),
                "{printed}"
            );
        }
        let settings = [("TOKENVUE_DATABASE_URL", database.as_str())];
        let printed = check(folder.path(), &["migrate"], &settings);
        assert!(printed.contains("percent-encode"), "{printed}");
    }
}

#[test]
fn an_unreachable_database_is_named_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://tv:hunter2%2Fswordfish@127.0.0.1:1/team?application_name=xyzzy";
    let [text, json] = ["text", "json"].map(|format| {
        let folder = folder.path().to_owned();
        std::thread::spawn(move || {
            let settings = [&logs(format)[..], &[("TOKENVUE_DATABASE_URL", url)]].concat();
            check(&folder, &["migrate"], &settings)
        })
    });
    for printed in [text.join().unwrap(), json.join().unwrap()] {
        assert!(
            printed.contains("at postgres://127.0.0.1:1/team"),
            "{printed}"
        );
    }
}
