//! The program as an operator runs it: output and exit status.

use crate::support::command::{run, text};

#[test]
fn invalid_settings_are_reported_at_startup() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value, said) in [
        ("TOKENVUE_LISSEN", "127.0.0.1:0", "TOKENVUE_LISSEN"),
        ("TOKENVUE_PORT", "8080", "TOKENVUE_PORT"),
        ("TOKENVUE_PUBLIC_URL", "team", "https://team.example.com"),
        ("TOKENVUE_PUBLIC_URL", "https://x.example/team", "no path"),
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
        // The sender still has its default, tokenvue@localhost.
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
fn an_unusable_database_is_reported() {
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
fn bootstrap_sets_up_an_installation_once() {
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
            "error: --password-stdin: Use at least 12 ",
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
    assert!(text(&output.stderr).starts_with("error: This installation is already set up."));
    let output = doctor();
    assert!(output.status.success());
    assert_eq!(text(&output.stdout), "0 found, 0 repaired\n");
}

#[test]
fn kubernetes_service_variables_are_ignored() {
    let folder = tempfile::tempdir().unwrap();
    // The variables that a pod gets for the Services `tokenvue` and `tokenvue-db`.
    let services = [
        ("TOKENVUE_PORT", "tcp://10.96.0.12:8080"),
        ("TOKENVUE_PORT_8080_TCP", "tcp://10.96.0.12:8080"),
        ("TOKENVUE_PORT_8080_TCP_ADDR", "10.96.0.12"),
        ("TOKENVUE_PORT_8080_TCP_PORT", "8080"),
        ("TOKENVUE_PORT_8080_TCP_PROTO", "tcp"),
        ("TOKENVUE_SERVICE_HOST", "10.96.0.12"),
        ("TOKENVUE_SERVICE_PORT", "8080"),
        ("TOKENVUE_SERVICE_PORT_HTTP", "8080"),
        ("TOKENVUE_DB_PORT", "tcp://10.96.0.13:5432"),
        ("TOKENVUE_DB_SERVICE_HOST", "10.96.0.13"),
    ];
    let output = run(folder.path(), &["migrate"], &services, "");
    assert_eq!(text(&output.stdout), "The schema is up to date.\n");

    let misspelled = [&services[..], &[("TOKENVUE_LISSEN", "[::]:8080")]].concat();
    let output = run(folder.path(), &["migrate"], &misspelled, "");
    assert_eq!(
        text(&output.stderr),
        "error: unknown settings in the environment: TOKENVUE_LISSEN (see tokenvue --help)\n"
    );
}

#[test]
fn a_data_folder_may_have_any_name() {
    let folder = tempfile::tempdir().unwrap();
    let absolute = folder.path().join("absolute 100%25? #1");
    for name in [
        "100%",
        "%41",
        "a?b=c",
        "a#b",
        "with a space",
        "file:x",
        "nested/äöü/deeper",
        absolute.to_str().unwrap(),
    ] {
        let settings = [("TOKENVUE_DATA_DIR", name)];
        let output = run(folder.path(), &["migrate"], &settings, "");
        assert_eq!(
            text(&output.stdout),
            "The schema is up to date.\n",
            "{name}: {output:?}"
        );
        let file = folder.path().join(name).join("tokenvue.db");
        assert!(file.is_file(), "{}", file.display());
        // The next run finds the same file.
        let output = run(folder.path(), &["doctor"], &settings, "");
        assert_eq!(text(&output.stdout), "0 found, 0 repaired\n", "{name}");
    }
}
