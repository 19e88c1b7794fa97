//! The location of the database, from the settings.
//!
//! A database URL contains a password. Messages therefore contain only its host, port, and database
//! name, and only if it is unambiguous where the password ends.

use crate::config::Config;
use crate::error::{Error, Result};
use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use secrecy::ExposeSecret as _;
use std::net::IpAddr;
use std::path::Path;
use url::Url;

/// The name of the database file in the data folder.
const FILE: &str = "tokenvue.db";
/// The parameters that may follow `?` in a PostgreSQL URL. The driver would log an unknown one with
/// its value.
const PARAMETERS: [&str; 17] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
];

/// A database and its name in messages.
pub(super) struct Location {
    pub(super) engine: Engine,
    /// Without user, password, and parameters.
    pub(super) name: String,
}

/// The driver's connection options.
pub(super) enum Engine {
    Sqlite(Box<SqliteConnectOptions>),
    Postgres(Box<PgConnectOptions>),
}

/// What is wrong with a database URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum UrlError {
    #[error("must be like postgres://USER:PASSWORD@HOST/DATABASE or sqlite://FILE")]
    Scheme,
    #[error(
        "must be like postgres://USER:PASSWORD@HOST/DATABASE: percent-encode special characters in \
         user and password (/ as %2F, # as %23, ? as %3F, @ as %40, % as %25)"
    )]
    Encoding,
    #[error(
        "has an unknown parameter or an invalid value after ?; the parameters are sslmode, \
         sslrootcert, sslcert, sslkey, host, port, dbname, user, password and application_name. \
         Percent-encode & and = in values"
    )]
    Parameter,
    #[error(
        "names no SQLite file: it must be like sqlite://FILE, with % in the file's name \
         percent-encoded as %25, ? as %3F and # as %23, and mode or cache as parameters"
    )]
    File,
}

impl Location {
    /// Reads the settings. Creates the data folder if it is needed and missing, and `create` is
    /// set.
    ///
    /// # Errors
    /// If the URL is invalid or the folder cannot be created.
    pub(super) fn of(config: &Config, create: bool) -> Result<Location> {
        match &config.database_url {
            Some(url) => Location::from_url(url.expose_secret().trim())
                .map_err(|error| Error::internal(format!("TOKENVUE_DATABASE_URL: {error}"))),
            None => Location::in_folder(&config.data_dir, create),
        }
    }

    /// Passes the path to SQLite directly and not as part of a URL, in which `%`, `?`, and `#` have
    /// a meaning.
    fn in_folder(folder: &Path, create: bool) -> Result<Location> {
        let unusable = |error: std::io::Error| {
            Error::internal(format!("cannot create {}: {error}", folder.display()))
        };
        if create {
            private_folder(folder).map_err(unusable)?;
        }
        // SQLite interprets a name that starts with `file:` as a URI; an absolute path never does.
        let file = std::path::absolute(folder.join(FILE)).map_err(unusable)?;
        Ok(Location {
            name: file.display().to_string(),
            engine: Engine::Sqlite(Box::new(SqliteConnectOptions::new().filename(file))),
        })
    }

    /// Whether the connection leaves this machine and may be unencrypted without an explicit
    /// setting: without `sslmode`, the driver uses TLS only if the server offers it, which an
    /// attacker on the network can suppress.
    pub(super) fn may_be_plain(&self) -> bool {
        let Engine::Postgres(options) = &self.engine else {
            return false;
        };
        let host = options.get_host();
        let is_here = options.get_socket().is_some()
            || host.starts_with('/')
            || host
                .parse::<IpAddr>()
                .map_or(host == "localhost", |ip| ip.is_loopback());
        !is_here && matches!(options.get_ssl_mode(), PgSslMode::Allow | PgSslMode::Prefer)
    }

    fn from_url(text: &str) -> Result<Location, UrlError> {
        let scheme = text.split(':').next().unwrap_or_default();
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" => sqlite(text),
            "postgres" | "postgresql" => postgres(text),
            _ => Err(UrlError::Scheme),
        }
    }
}

/// Creates a folder and its parents with access for this user only, because the database contains
/// personal data. Existing folders are not changed.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

fn sqlite(text: &str) -> Result<Location, UrlError> {
    let (_, rest) = text.split_once(':').ok_or(UrlError::Scheme)?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let file = rest.split('?').next().unwrap_or_default();
    let is_login = rest.contains('@') && file.split('/').next().is_some_and(|s| s.contains(':'));
    // Other URL parsers would drop a fragment, and this one would make it part of the name.
    if is_login || file.is_empty() || rest.contains('#') {
        return Err(UrlError::File);
    }
    let options = format!("sqlite://{rest}").parse::<SqliteConnectOptions>();
    Ok(Location {
        engine: Engine::Sqlite(Box::new(options.map_err(|_| UrlError::File)?)),
        name: format!("sqlite://{file}"),
    })
}

fn postgres(text: &str) -> Result<Location, UrlError> {
    let url = Url::parse(text).map_err(|_| UrlError::Encoding)?;
    let rest = [Some(url.path()), url.query()];
    // An unescaped `/`, `#`, or `?` ends the part of the URL that contains the password.
    let is_cut = url.fragment().is_some() || rest.iter().flatten().any(|part| part.contains('@'));
    if is_cut || url.cannot_be_a_base() {
        return Err(UrlError::Encoding);
    }
    let is_known =
        |key: &str| PARAMETERS.contains(&key) || key == "options" || key.starts_with("options[");
    if !url.query_pairs().all(|(key, _)| is_known(&key)) {
        return Err(UrlError::Parameter);
    }
    let options = PgConnectOptions::from_url(&url).map_err(|_| match url.query() {
        Some(_) => UrlError::Parameter,
        None => UrlError::Encoding,
    })?;
    let mut name = "postgres://".to_owned();
    name.push_str(url.host_str().unwrap_or_default());
    // Without a user, the text after the colon may be a password.
    if let Some(port) = url.port().filter(|_| !url.username().is_empty()) {
        name.push_str(&format!(":{port}"));
    }
    name.push_str(url.path());
    Ok(Location {
        engine: Engine::Postgres(Box::new(options)),
        name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(url: &str) -> Result<String, UrlError> {
        Location::from_url(url).map(|location| location.name)
    }

    #[test]
    fn location_name_omits_login_and_parameters() {
        for (url, expected) in [
            (
                "postgres://tv:hunter2@db:5433/team?sslmode=require",
                "postgres://db:5433/team",
            ),
            (
                "postgresql://tv:h%2Fu%23n%3Fter2@db/team?password=hunter2",
                "postgres://db/team",
            ),
            ("postgres://tv:hunter@2@db/team", "postgres://db/team"),
            ("postgres://db:1234/team", "postgres://db/team"),
            ("sqlite://data/tokenvue.db", "sqlite://data/tokenvue.db"),
            (
                "sqlite:/var/tokenvue.db?mode=rwc",
                "sqlite:///var/tokenvue.db",
            ),
            ("sqlite://a%25b/c%3Fd.db", "sqlite://a%25b/c%3Fd.db"),
            ("sqlite://home/ana@x/t.db", "sqlite://home/ana@x/t.db"),
        ] {
            assert_eq!(name(url).as_deref(), Ok(expected), "{url}");
        }
    }

    #[test]
    fn unencoded_password_is_rejected() {
        for url in [
            "postgres://tv:hunter2/x@db/team",
            "postgres://tv:12/hunter2@db/team",
            "postgres://tv:12#hunter2@db/team",
            "postgres://tv:12?hunter2@db/team",
            "postgres://tv:hunter2#x@db/team",
            "postgres://tv:hunter2?x@db/team",
            "postgres://tv:12#hunter2",
            "postgres://tv:hunter2@db:port/team",
            "postgres://tv:hunter2@/team",
            "postgres://tv:hunter2%ff@db/team",
            "postgres:tv:hunter2@db/team",
        ] {
            assert_eq!(name(url), Err(UrlError::Encoding), "{url}");
        }
        assert!(UrlError::Encoding.to_string().contains("percent-encode"));
    }

    #[test]
    fn invalid_urls_have_distinct_errors() {
        for (url, expected) in [
            ("mysql://tv:hunter2@db/team", UrlError::Scheme),
            ("hunter2", UrlError::Scheme),
            ("", UrlError::Scheme),
            ("postgres://db/team?pasword=hunter2", UrlError::Parameter),
            ("postgres://db/team?password=a&hunter2", UrlError::Parameter),
            ("postgres://db/team?sslmode=hunter2", UrlError::Parameter),
            ("postgres://db/team?port=hunter2", UrlError::Parameter),
            ("sqlite://tv:hunter2@db/team", UrlError::File),
            ("sqlite://tv:hunter2/x@db/team", UrlError::File),
            ("sqlite://team.db?mode=hunter2", UrlError::File),
            ("sqlite://team.db?key=hunter2", UrlError::File),
            ("sqlite://team.db#hunter2", UrlError::File),
            ("sqlite://team%ff.db", UrlError::File),
            ("sqlite://", UrlError::File),
        ] {
            assert_eq!(name(url), Err(expected), "{url}");
            assert!(!expected.to_string().contains("hunter2"));
        }
    }

    #[test]
    fn possibly_unencrypted_connection_is_detected() {
        for (url, expected) in [
            ("postgres://tv:x@db.example/team", true),
            ("postgres://tv:x@10.0.0.5/team?sslmode=prefer", true),
            ("postgres://tv:x@db.example/team?sslmode=allow", true),
            ("postgres://tv:x@db.example/team?sslmode=disable", false),
            ("postgres://tv:x@db.example/team?sslmode=require", false),
            ("postgres://tv:x@db.example/team?sslmode=verify-full", false),
            ("postgres://tv:x@localhost/team", false),
            ("postgres://tv:x@127.0.0.1/team", false),
            ("postgres://tv:x@db/team?host=/run/postgresql", false),
            ("sqlite://team.db", false),
        ] {
            let location = Location::from_url(url).ok();
            let found = location.map(|location| location.may_be_plain());
            assert_eq!(found, Some(expected), "{url}");
        }
    }

    #[test]
    fn data_folder_path_is_literal() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("100% sure? #1 ä");
        let location = Location::in_folder(&folder, true).unwrap();
        let file = folder.join(FILE);
        assert_eq!(location.name, file.display().to_string());
        let Engine::Sqlite(options) = location.engine else {
            panic!("not SQLite");
        };
        assert_eq!(options.get_filename(), file);
        assert!(folder.is_dir());
    }
}
