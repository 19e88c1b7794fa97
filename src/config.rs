//! Typed settings, from flags, environment and file, in this order of precedence.
//!
//! Each setting is written once, as a field of [`Config`]; the file (`--config`) sets the default
//! of the flag of the same name, so that all three are parsed and checked alike.

mod quotas;

pub use quotas::Quotas;

use crate::email::DomainScope;
use chrono::Duration;
use clap::{Args, Command, FromArgMatches as _};
use ipnet::IpNet;
use lettre::message::Mailbox;
use lettre::transport::smtp::extension::ClientId;
use secrecy::SecretString;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use url::{Host, Url};

/// The prefix of all environment variables that this program reads.
const ENV_PREFIX: &str = "TOKENVUE_";

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line, for log collectors.
    Json,
}

/// Who may create workspaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum WorkspaceCreators {
    /// Whoever is a Workspace Admin somewhere.
    Admins,
    /// Everybody who has signed up.
    Everyone,
    /// Nobody, over the API.
    Nobody,
}

/// Which header tells the address of a client behind trusted proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ForwardedHeader {
    /// The one that a request has; neither where it has both and they disagree.
    Auto,
    /// `X-Forwarded-For` alone.
    XForwardedFor,
    /// `Forwarded` (RFC 7239) alone.
    Forwarded,
}

/// Who may read the mailbox, where no mail server is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum MailboxAccess {
    /// Requests from this machine, where the public URL is a loopback address too; everywhere, the
    /// person who opened the one-time link that is printed at startup.
    Local,
    /// Everybody who reaches the server.
    Open,
}

/// What stands between the program and PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Pooler {
    /// Nothing, or a pooler that keeps a session per client.
    None,
    /// PgBouncer or its like in transaction mode: no prepared statement outlives its transaction.
    Transaction,
}

/// All settings. Durations are written like `7d`, `1h 30m` or `90s`.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Settings")]
pub struct Config {
    /// A TOML file with settings, named like the flags
    #[arg(long, env = "TOKENVUE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Address and port to listen on
    #[arg(long, env = "TOKENVUE_LISTEN", default_value = "127.0.0.1:8080", value_parser = address)]
    pub listen: SocketAddr,
    /// Where people reach this server: the start of every link in a mail [default: http://localhost:PORT]
    #[arg(long, env = "TOKENVUE_PUBLIC_URL", value_parser = public_url)]
    pub public_url: Option<Url>,
    /// Further origins whose pages may use the API with the session cookie, separated by commas
    #[arg(long, env = "TOKENVUE_ALLOWED_ORIGINS", value_delimiter = ',', value_parser = public_url)]
    pub allowed_origins: Vec<Url>,
    /// Networks or addresses of reverse proxies whose X-Forwarded-For or Forwarded is believed, separated by commas
    #[arg(long, env = "TOKENVUE_TRUSTED_PROXIES", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which trusted proxies report the client's address
    #[arg(
        long,
        env = "TOKENVUE_FORWARDED_HEADER",
        value_enum,
        default_value = "auto"
    )]
    pub forwarded_header: ForwardedHeader,

    /// Folder for the SQLite database
    #[arg(long, env = "TOKENVUE_DATA_DIR", default_value = "tokenvue-data")]
    pub data_dir: PathBuf,
    /// sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE [default: SQLite in the data folder]
    #[arg(long, env = "TOKENVUE_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<SecretString>,
    /// Connections to the database, at most
    #[arg(long, env = "TOKENVUE_DATABASE_CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub database_connections: u32,
    /// What stands before PostgreSQL
    #[arg(
        long,
        env = "TOKENVUE_DATABASE_POOLER",
        value_enum,
        default_value = "none"
    )]
    pub database_pooler: Pooler,

    /// Mail server, like smtp://USER:PASSWORD@HOST:587?tls=required or smtps://HOST; none: a local mailbox page
    #[arg(long, env = "TOKENVUE_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<SecretString>,
    /// A PEM file with the certificate authority of the mail server, where it is a private one
    #[arg(long, env = "TOKENVUE_SMTP_CA_FILE", value_name = "FILE")]
    pub smtp_ca_file: Option<PathBuf>,
    /// The name that mail servers get in EHLO [default: this machine's full name, or its address]
    #[arg(long, env = "TOKENVUE_SMTP_EHLO_NAME", value_name = "NAME", value_parser = crate::mail::smtp::ehlo_name)]
    pub smtp_ehlo_name: Option<ClientId>,
    /// The sender of all mails
    #[arg(
        long,
        env = "TOKENVUE_MAIL_FROM",
        default_value = "TokenVue <tokenvue@localhost>",
        value_parser = sender
    )]
    pub mail_from: Mailbox,
    /// Mails that one replica sends at once, at most; each takes a connection to the mail server
    #[arg(long, env = "TOKENVUE_MAILS_IN_FLIGHT", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub mails_in_flight: u16,
    /// Those of them that go to one domain, at most
    #[arg(long, env = "TOKENVUE_MAILS_IN_FLIGHT_PER_DOMAIN", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub mails_in_flight_per_domain: u16,
    /// After how long mails of a replica that has died are taken over by another one
    #[arg(long, env = "TOKENVUE_MAIL_CLAIM", default_value = "15s", value_parser = claim)]
    pub mail_claim: Duration,
    /// How long an undelivered mail is tried again
    #[arg(long, env = "TOKENVUE_MAIL_GIVE_UP_AFTER", default_value = "1d", value_parser = duration)]
    pub mail_give_up_after: Duration,
    /// Who may read the mailbox, where no mail server is set
    #[arg(long, env = "TOKENVUE_MAILBOX", value_enum, default_value = "local")]
    pub mailbox: MailboxAccess,
    /// Which email addresses are accepted: those of the internet, or also those that one network knows
    #[arg(
        long,
        env = "TOKENVUE_EMAIL_DOMAINS",
        value_enum,
        default_value = "public"
    )]
    pub email_domains: DomainScope,
    /// Mails that one address may get in a day: invitations, resends and additions together
    #[arg(long, env = "TOKENVUE_MAILS_PER_ADDRESS", default_value_t = 20, value_parser = clap::value_parser!(i32).range(1..))]
    pub mails_per_address: i32,

    /// How long an invitation link is valid
    #[arg(long, env = "TOKENVUE_INVITATION_LIFETIME", default_value = "7d", value_parser = duration)]
    pub invitation_lifetime: Duration,
    /// How long an invitation rests before it can be sent again
    #[arg(long, env = "TOKENVUE_RESEND_COOLDOWN", default_value = "1m", value_parser = duration)]
    pub resend_cooldown: Duration,
    /// How long a password reset link is valid
    #[arg(long, env = "TOKENVUE_PASSWORD_RESET_LIFETIME", default_value = "1h", value_parser = duration)]
    pub password_reset_lifetime: Duration,
    /// How long the set-up link of an empty installation is valid
    #[arg(long, env = "TOKENVUE_SETUP_LIFETIME", default_value = "1d", value_parser = duration)]
    pub setup_lifetime: Duration,
    /// How long a session lives without being used
    #[arg(long, env = "TOKENVUE_SESSION_IDLE", default_value = "7d", value_parser = duration)]
    pub session_idle: Duration,
    /// How long a session lives at most
    #[arg(long, env = "TOKENVUE_SESSION_LIFETIME", default_value = "30d", value_parser = duration)]
    pub session_lifetime: Duration,
    /// Failed sign-ins of one account from one network address, or on one known device, before further ones are slowed
    #[arg(long, env = "TOKENVUE_SIGN_IN_FAILURES_PER_ACCOUNT", default_value_t = 5, value_parser = clap::value_parser!(i32).range(1..))]
    pub sign_in_failures_per_account: i32,
    /// Failed sign-ins from one network address before further ones are slowed
    #[arg(long, env = "TOKENVUE_SIGN_IN_FAILURES_PER_ADDRESS", default_value_t = 50, value_parser = clap::value_parser!(i32).range(1..))]
    pub sign_in_failures_per_address: i32,
    /// The longest that failed sign-ins make anybody wait
    #[arg(long, env = "TOKENVUE_SIGN_IN_MAX_WAIT", default_value = "1m", value_parser = duration)]
    pub sign_in_max_wait: Duration,
    /// Shortest password, in characters
    #[arg(long, env = "TOKENVUE_PASSWORD_MIN_LENGTH", default_value_t = 12, value_parser = clap::value_parser!(u16).range(8..=128))]
    pub password_min_length: u16,
    /// Who may create workspaces
    #[arg(
        long,
        env = "TOKENVUE_WORKSPACE_CREATORS",
        value_enum,
        default_value = "admins"
    )]
    pub workspace_creators: WorkspaceCreators,

    #[command(flatten)]
    pub quotas: Quotas,

    /// Cost of one GraphQL operation, at most: one is a few microseconds
    #[arg(long, env = "TOKENVUE_QUERY_COMPLEXITY", default_value_t = 30_000)]
    pub query_complexity: u64,
    /// Fields inside of each other in one GraphQL operation, at most
    #[arg(long, env = "TOKENVUE_QUERY_DEPTH", default_value_t = 20)]
    pub query_depth: usize,
    /// Connections that may be open at once, WebSockets included; further ones wait
    #[arg(long, env = "TOKENVUE_MAX_CONNECTIONS", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections: u32,
    /// How long a connection may take until the headers of its next request have come
    #[arg(long, env = "TOKENVUE_HEADER_TIMEOUT", default_value = "75s", value_parser = duration)]
    pub header_timeout: Duration,
    /// How long one request may take
    #[arg(long, env = "TOKENVUE_REQUEST_TIMEOUT", default_value = "30s", value_parser = duration)]
    pub request_timeout: Duration,
    /// How long a WebSocket may take to say hello (`connection_init`)
    #[arg(long, env = "TOKENVUE_SOCKET_INIT_TIMEOUT", default_value = "10s", value_parser = duration)]
    pub socket_init_timeout: Duration,
    /// How long a WebSocket may be silent before it is pinged; after twice of it, it is closed
    #[arg(long, env = "TOKENVUE_SOCKET_KEEP_ALIVE", default_value = "25s", value_parser = duration)]
    pub socket_keep_alive: Duration,
    /// Operations that may run on one WebSocket at once
    #[arg(long, env = "TOKENVUE_SOCKET_OPERATIONS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub socket_operations: u16,
    /// How long running requests are waited for at the end
    #[arg(long, env = "TOKENVUE_SHUTDOWN_TIMEOUT", default_value = "20s", value_parser = duration)]
    pub shutdown_timeout: Duration,
    /// What is logged: levels, also for single targets, as in info,sqlx=debug
    #[arg(
        long,
        env = "TOKENVUE_LOG",
        default_value = "info,sea_orm_migration=warn,sqlx::postgres::notice=warn"
    )]
    pub log: String,
    /// How logs are written
    #[arg(long, env = "TOKENVUE_LOG_FORMAT", value_enum, default_value = "text")]
    pub log_format: LogFormat,
}

impl Config {
    /// Where people reach this server.
    pub fn public_url(&self) -> Url {
        self.public_url.clone().unwrap_or_else(|| {
            let mut url = Url::parse("http://localhost").unwrap_or_else(|_| unreachable!());
            let _ = url.set_port(Some(self.listen.port()));
            url
        })
    }

    /// Whether the public URL is one that only this machine can open (RFC 6761, 6.3, for names).
    pub fn is_local(&self) -> bool {
        match self.public_url().host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
            None => false,
        }
    }

    /// Whether people can need the one-time link to read the mailbox: unless it is open, or nobody
    /// but this machine is meant to reach the server, or can.
    pub fn mailbox_needs_link(&self) -> bool {
        let nobody_else = self.is_local() && self.listen.ip().to_canonical().is_loopback();
        self.mailbox == MailboxAccess::Local && !nobody_else
    }

    /// The settings of an installation where nothing is set, apart from these flags.
    ///
    /// # Errors
    /// What is wrong with the flags.
    pub fn from_flags(flags: &[&str]) -> Result<Config, clap::Error> {
        let command = Config::augment_args(Command::new("tokenvue").no_binary_name(true));
        Config::from_arg_matches(&command.try_get_matches_from(flags)?)
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let parsed = humantime::parse_duration(text).map_err(|_| "must be like 7d, 1h 30m or 90s")?;
    let micros = i64::try_from(parsed.as_micros()).map_err(|_| "too long".to_owned())?;
    if !(1..=i64::from(3650) * 86_400_000_000).contains(&micros) {
        return Err("must be more than nothing and at most ten years".to_owned());
    }
    Ok(Duration::microseconds(micros))
}

/// A claim is renewed three times before it ends, over the network.
fn claim(text: &str) -> Result<Duration, String> {
    let parsed = duration(text)?;
    let range = Duration::seconds(3)..=Duration::minutes(10);
    let fits = range.contains(&parsed).then_some(parsed);
    fits.ok_or_else(|| "must be between 3s and 10m".to_owned())
}

fn public_url(text: &str) -> Result<Url, String> {
    let plain = |url: &Url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none()
    };
    let url = Url::parse(text).ok().filter(plain);
    url.ok_or_else(|| "must be like https://team.example.com".to_owned())
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "must be an address and a port, like 127.0.0.1:8080 or [::]:8080".to_owned())
}

/// A network, or a single address.
fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse().map(|address: IpAddr| address.into());
    text.parse()
        .or_else(|_| address())
        .map_err(|_| "must be like 10.0.0.0/8 or 10.1.2.3".to_owned())
}

fn sender(text: &str) -> Result<Mailbox, String> {
    text.parse()
        .map_err(|_| "must be like TokenVue <team@example.com>".to_owned())
}

/// Lets settings stand before and behind the name of a command.
pub fn as_global_flags(command: Command) -> Command {
    let settings = Config::augment_args(Command::new(""));
    settings.get_arguments().fold(command, |command, setting| {
        command.mut_arg(setting.get_id(), |arg| arg.global(true))
    })
}

/// Puts the settings of a file in place of the flags' defaults.
///
/// # Errors
/// A sentence that names the file and the setting that is unknown or of the wrong kind.
pub fn with_file_defaults(command: Command, file: &Path) -> Result<Command, String> {
    let name = file.display();
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("cannot read {name}: {error}"))?;
    let table: toml::Table = text.parse().map_err(|error| format!("{name}: {error}"))?;
    let mut command = command;
    for (key, value) in table {
        let id = key.replace('-', "_");
        let known = Config::augment_args(Command::new(""))
            .get_arguments()
            .any(|arg| arg.get_id() == id.as_str());
        if !known || id == "config" {
            return Err(format!("{name}: unknown setting `{key}`"));
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
        command = command.mut_arg(id, |arg| arg.default_value(value));
    }
    Ok(command)
}

/// Whether one setting takes this value.
fn check(id: &str, value: &str) -> Result<(), String> {
    let flag = format!("--{}={value}", id.replace('_', "-"));
    let command = Config::augment_args(Command::new("").no_binary_name(true))
        .mut_args(|arg| arg.env(None::<&str>));
    match command.try_get_matches_from([flag]) {
        Ok(_) => Ok(()),
        Err(error) => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            Err(first.trim_start_matches("error: ").to_owned())
        }
    }
}

/// Environment variables that look like settings of this program but are none.
pub fn unknown_variables() -> Vec<String> {
    let command = Config::augment_args(Command::new(""));
    let known: Vec<_> = command
        .get_arguments()
        .filter_map(clap::Arg::get_env)
        .collect();
    std::env::vars_os()
        .map(|(name, _)| name)
        .filter(|name| name.to_string_lossy().starts_with(ENV_PREFIX))
        .filter(|name| !name.to_string_lossy().starts_with("TOKENVUE_TEST_"))
        .filter(|name| !known.contains(&name.as_os_str()))
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_file(text: &str) -> Result<Command, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        with_file_defaults(
            Config::augment_args(Command::new("t").no_binary_name(true)),
            file.path(),
        )
    }

    #[test]
    fn flags_win_over_the_file() {
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
    fn a_wrong_setting_is_named() {
        assert!(
            from_file("lissen = \"x\"")
                .unwrap_err()
                .ends_with("unknown setting `lissen`")
        );
        let error = from_file("session-idle = \"soon\"").unwrap_err();
        assert!(
            error.contains("`session-idle`: invalid value 'soon'"),
            "{error}"
        );
        assert!(
            from_file("listen = 1.5")
                .unwrap_err()
                .contains("cannot be a float")
        );
        for (flag, value, hint) in [
            ("--public-url", "ftp://x", "https://team.example.com"),
            ("--public-url", "team", "https://team.example.com"),
            ("--allowed-origins", "team", "https://team.example.com"),
            ("--listen", "8080", "127.0.0.1:8080"),
            ("--trusted-proxies", "proxy", "10.0.0.0/8"),
            ("--mail-from", "TokenVue", "TokenVue <team@example.com>"),
            ("--smtp-ehlo-name", "4f2a9c", "team.example.com"),
            ("--session-idle", "soon", "1h 30m"),
        ] {
            let error = Config::from_flags(&[flag, value]).unwrap_err().to_string();
            assert!(error.contains(flag) && error.contains(hint), "{error}");
        }
    }

    #[test]
    fn every_setting_is_documented_with_its_default() {
        let docs = include_str!("../docs/configuration.md");
        for setting in Config::augment_args(Command::new("")).get_arguments() {
            let variable = setting.get_env().unwrap().to_string_lossy().into_owned();
            let row = docs
                .lines()
                .find(|line| line.starts_with(&format!("| `{variable}` |")));
            let row = row.unwrap_or_else(|| panic!("docs/configuration.md lacks {variable}"));
            for default in setting.get_default_values() {
                let default = default.to_string_lossy();
                assert!(
                    row.contains(&format!("| `{default}` |")),
                    "{variable}: default is {default}"
                );
            }
        }
    }
}
