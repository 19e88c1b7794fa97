//! No message repeats any part of a secret, whatever is wrong with it, wherever it is set, and
//! whatever the program was started for.

use crate::support::command::{run, text};
use std::path::Path;

/// The parts of every secret below.
const PARTS: [&str; 3] = ["hunter2", "swordfish", "xyzzy"];

/// Settings, and what may be wrong with a value that holds a secret.
const WRONG: [(&str, &[&str]); 6] = [
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

/// What the program is started for. Where it would serve, it cannot listen.
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

/// An address of no machine (RFC 5737), so that nothing is served.
const NOWHERE: (&str, &str) = ("TOKENVUE_LISTEN", "192.0.2.1:1");

/// Logs as much as there is, in this format.
fn logs(format: &'static str) -> [(&'static str, &'static str); 2] {
    [("TOKENVUE_LOG", "trace"), ("TOKENVUE_LOG_FORMAT", format)]
}

/// Runs a command; checks that it repeats nothing, and gives what it printed.
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

/// Each wrong value, with its setting.
fn wrong() -> impl Iterator<Item = (&'static str, &'static str)> {
    let settings = WRONG.iter();
    settings.flat_map(|(setting, values)| values.iter().map(move |value| (*setting, *value)))
}

#[test]
fn values_of_the_environment_are_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    for (index, (setting, value)) in wrong().enumerate() {
        let logs = logs(["text", "json"][index % 2]);
        let variable = variable(setting);
        let mut settings = vec![NOWHERE];
        // `--log-format` is one of the settings with a wrong value.
        settings.extend(logs.into_iter().filter(|(name, _)| *name != variable));
        settings.retain(|(name, _)| *name != variable);
        settings.push((&variable, value));
        for command in COMMANDS {
            check(folder.path(), command, &settings);
        }
    }
}

#[test]
fn values_of_flags_are_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    for (setting, value) in wrong() {
        let flag = format!("--{setting}={value}");
        for command in [COMMANDS[0], COMMANDS[1], COMMANDS[5]] {
            check(folder.path(), &[command, &[&flag]].concat(), &[NOWHERE]);
        }
        // A flag that does not exist; a shell that split the value; a value without a flag.
        let misspelled = format!("--{setting}s={value}");
        for arguments in [&[misspelled.as_str()][..], &[&flag, "hunter2"], &[value]] {
            check(folder.path(), arguments, &[NOWHERE]);
        }
    }
}

#[test]
fn values_of_the_file_are_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    for (setting, value) in wrong() {
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
fn a_password_that_is_not_encoded_is_explained() {
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
fn a_database_that_does_not_answer_is_named_without_its_password() {
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
