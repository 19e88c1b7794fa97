//! The program as its operator starts it: what it prints and how it ends.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs the program in a folder with nothing of the surroundings' settings.
fn run(folder: &Path, arguments: &[&str], settings: &[(&str, &str)], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tokenvue"))
        .args(arguments)
        .env_clear()
        .envs(settings.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that reads no input may have ended before it is written.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn wrong_settings_are_named_before_anything_happens() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value, said) in [
        ("TOKENVUE_LISSEN", "127.0.0.1:0", "TOKENVUE_LISSEN"),
        ("TOKENVUE_PUBLIC_URL", "team", "https://team.example.com"),
        ("TOKENVUE_SMTP_URL", "http://mail", "TOKENVUE_SMTP_URL"),
        (
            "TOKENVUE_DATABASE_URL",
            "mysql://db/x",
            "TOKENVUE_DATABASE_URL",
        ),
        ("TOKENVUE_CONFIG", "missing.toml", "missing.toml"),
        ("TOKENVUE_LOG", "sqlx=loud", "--log"),
    ] {
        let output = run(folder.path(), &["serve"], &[(name, value)], "");
        let error = text(&output.stderr);
        assert!(!output.status.success(), "{name}: {error}");
        assert!(error.contains(said), "{name}: {error}");
        assert_eq!(text(&output.stdout), "", "no link is printed: {name}");
    }
    let server = ("TOKENVUE_SMTP_URL", "smtp://localhost");
    for (settings, said) in [
        (
            vec![server, ("TOKENVUE_SMTP_CA_FILE", "missing.pem")],
            "TOKENVUE_SMTP_CA_FILE: missing.pem",
        ),
        // A sender that was never set: tokenvue@localhost.
        (vec![server], "TOKENVUE_MAIL_FROM: "),
    ] {
        let output = run(folder.path(), &["serve"], &settings, "");
        let error = text(&output.stderr);
        assert!(!output.status.success(), "{error}");
        assert!(error.contains(said), "{error}");
    }
    assert!(!folder.path().join("tokenvue-data").exists());
}

#[test]
fn a_database_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let url = "sqlite://file/tokenvue.db";
    let output = run(
        folder.path(),
        &["migrate"],
        &[("TOKENVUE_DATABASE_URL", url)],
        "",
    );
    let error = text(&output.stderr);
    assert!(
        error.contains("cannot use the database at sqlite://file/tokenvue.db"),
        "{error}"
    );
}

#[test]
fn an_installation_is_set_up_from_the_command_line_once() {
    let folder = tempfile::tempdir().unwrap();
    let doctor = || run(folder.path(), &["doctor"], &[], "");
    let output = run(folder.path(), &["migrate"], &[], "");
    assert_eq!(text(&output.stdout), "The schema is up to date.\n");

    let bootstrap = |email, password| {
        let arguments = [
            "bootstrap",
            "--password-stdin",
            "--first-name",
            "Ana",
            "--workspace",
            "Acme",
            "--email",
            email,
        ];
        run(folder.path(), &arguments, &[], password)
    };
    for (email, password, said) in [
        ("ana", "several lantern words", "error: --email: "),
        (
            "ana@acme.example",
            "short",
            "error: --password-stdin: Use 12 ",
        ),
    ] {
        let output = bootstrap(email, password);
        assert!(!output.status.success());
        assert!(text(&output.stderr).starts_with(said), "{output:?}");
    }
    let output = bootstrap("ana@acme.example", "several lantern words\n");
    assert_eq!(
        text(&output.stdout),
        "ana@acme.example is the first Workspace Admin of Acme.\n"
    );
    let output = bootstrap("eve@acme.example", "several lantern words\n");
    assert!(!output.status.success());
    assert!(text(&output.stderr).starts_with("error: This installation is set up already."));
    let output = doctor();
    assert!(output.status.success());
    assert_eq!(text(&output.stdout), "0 found, 0 repaired\n");
}
