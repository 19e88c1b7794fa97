//! Typed settings from flags, environment, and file, in this order of precedence.
//!
//! Each setting is defined once, as a field of [`Config`]. The file (`--config`) replaces the
//! defaults of the flags, so all three sources are parsed and validated alike.

mod environment;
mod file;
mod quotas;
mod retention;
mod secrecy;
mod values;

pub use self::environment::unknown_variables;
pub use self::file::with_file_defaults;
pub use self::quotas::Quotas;
pub use self::retention::{Keep, Retention};
pub use self::secrecy::without_values;
use self::values::{
    address, claim, duration, duration_or_none, network, origin, public_url, sender,
};
use crate::email::DomainScope;
use ::secrecy::SecretString;
use chrono::Duration;
use clap::{Args, Command, FromArgMatches as _};
use ipnet::IpNet;
use lettre::message::Mailbox;
use lettre::transport::smtp::extension::ClientId;
use std::net::SocketAddr;
use std::path::PathBuf;
use url::{Host, Url};

/// The format of logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object per line, for log collectors.
    Json,
}

/// Who may create workspaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum WorkspaceCreators {
    /// Users who are a Workspace Admin in any workspace.
    Admins,
    /// All users who have signed up.
    Everyone,
    /// No one, over the API.
    Nobody,
}

/// The header with the client address behind trusted proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ForwardedHeader {
    /// The one that the request has; neither if it has both and they disagree.
    Auto,
    /// Only `X-Forwarded-For`.
    XForwardedFor,
    /// Only `Forwarded` (RFC 7239).
    Forwarded,
}

/// Who may read the mailbox if no mail server is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum MailboxAccess {
    /// The person who opened the one-time link that is printed at startup, and requests from this
    /// machine if the public URL is a loopback address.
    Local,
    /// Anyone who can reach the server.
    Open,
}

/// The connection pooler in front of PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Pooler {
    /// None, or one that keeps a session per client.
    None,
    /// PgBouncer or a similar pooler in transaction mode: no prepared statement outlives its
    /// transaction.
    Transaction,
}

/// All settings. Durations are written like `7d`, `1h 30m`, or `90s`.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Settings")]
pub struct Config {
    /// A TOML file with settings, named like the flags
    #[arg(long, env = "TOKENVUE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Address and port to listen on
    #[arg(long, env = "TOKENVUE_LISTEN", default_value = "127.0.0.1:8080", value_parser = address)]
    pub listen: SocketAddr,
    /// The URL at which users reach this server; the base of all links in mails [default:
    /// http://localhost:PORT]
    #[arg(long, env = "TOKENVUE_PUBLIC_URL", value_parser = public_url)]
    pub public_url: Option<Url>,
    /// Further origins whose pages may use the API with the session cookie, separated by commas
    #[arg(long, env = "TOKENVUE_ALLOWED_ORIGINS", value_delimiter = ',', value_parser = origin)]
    pub allowed_origins: Vec<Url>,
    /// Networks or addresses of reverse proxies whose X-Forwarded-For or Forwarded header is
    /// trusted, separated by commas
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
    #[arg(long, env = "TOKENVUE_DATABASE_URL")]
    pub database_url: Option<SecretString>,
    /// Maximum number of database connections
    #[arg(long, env = "TOKENVUE_DATABASE_CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub database_connections: u32,
    /// The connection pooler in front of PostgreSQL
    #[arg(
        long,
        env = "TOKENVUE_DATABASE_POOLER",
        value_enum,
        default_value = "none"
    )]
    pub database_pooler: Pooler,
    /// Maximum duration of a statement on PostgreSQL
    #[arg(long, env = "TOKENVUE_DATABASE_STATEMENT_TIMEOUT", default_value = "3s", value_parser = duration)]
    pub database_statement_timeout: Duration,
    /// Maximum time that a statement waits for a lock
    #[arg(long, env = "TOKENVUE_DATABASE_LOCK_TIMEOUT", default_value = "2s 500ms", value_parser = duration)]
    pub database_lock_timeout: Duration,
    /// Maximum idle time of a transaction before PostgreSQL ends it
    #[arg(long, env = "TOKENVUE_DATABASE_IDLE_TRANSACTION_TIMEOUT", default_value = "2s", value_parser = duration)]
    pub database_idle_transaction_timeout: Duration,
    /// Maximum duration of a transaction, on PostgreSQL 17 and later
    #[arg(long, env = "TOKENVUE_DATABASE_TRANSACTION_TIMEOUT", default_value = "10s", value_parser = duration)]
    pub database_transaction_timeout: Duration,

    /// Mail server, like smtp://USER:PASSWORD@HOST:587?tls=required or smtps://HOST; without one,
    /// mails are kept in a local mailbox page
    #[arg(long, env = "TOKENVUE_SMTP_URL")]
    pub smtp_url: Option<SecretString>,
    /// A PEM file with the certificate authority of the mail server, if it is a private one
    #[arg(long, env = "TOKENVUE_SMTP_CA_FILE", value_name = "FILE")]
    pub smtp_ca_file: Option<PathBuf>,
    /// The name for EHLO [default: this machine's full name, or its address]
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
    /// Maximum number of mails that a replica sends at once; each uses a connection to the mail
    /// server
    #[arg(long, env = "TOKENVUE_MAILS_IN_FLIGHT", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub mails_in_flight: u16,
    /// Maximum number of these mails to one domain
    #[arg(long, env = "TOKENVUE_MAILS_IN_FLIGHT_PER_DOMAIN", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub mails_in_flight_per_domain: u16,
    /// The time after which another replica takes over the mails of a replica that has died
    #[arg(long, env = "TOKENVUE_MAIL_CLAIM", default_value = "15s", value_parser = claim)]
    pub mail_claim: Duration,
    /// How long an undelivered mail is retried
    #[arg(long, env = "TOKENVUE_MAIL_GIVE_UP_AFTER", default_value = "1d", value_parser = duration)]
    pub mail_give_up_after: Duration,
    /// Who may read the mailbox if no mail server is set
    #[arg(long, env = "TOKENVUE_MAILBOX", value_enum, default_value = "local")]
    pub mailbox: MailboxAccess,
    /// Which email addresses are accepted: those with public domains, or also those with domains of
    /// a local network
    #[arg(
        long,
        env = "TOKENVUE_EMAIL_DOMAINS",
        value_enum,
        default_value = "public"
    )]
    pub email_domains: DomainScope,
    /// Mails that one address may receive in a day: invitations, resends, and additions together
    #[arg(long, env = "TOKENVUE_MAILS_PER_ADDRESS", default_value_t = 20, value_parser = clap::value_parser!(i32).range(1..))]
    pub mails_per_address: i32,

    /// How long an invitation link is valid
    #[arg(long, env = "TOKENVUE_INVITATION_LIFETIME", default_value = "7d", value_parser = duration)]
    pub invitation_lifetime: Duration,
    /// Minimum time before an invitation can be resent
    #[arg(long, env = "TOKENVUE_RESEND_COOLDOWN", default_value = "1m", value_parser = duration)]
    pub resend_cooldown: Duration,
    /// How long a password reset link is valid
    #[arg(long, env = "TOKENVUE_PASSWORD_RESET_LIFETIME", default_value = "1h", value_parser = duration)]
    pub password_reset_lifetime: Duration,
    /// How long the setup link of an empty installation is valid
    #[arg(long, env = "TOKENVUE_SETUP_LIFETIME", default_value = "1d", value_parser = duration)]
    pub setup_lifetime: Duration,
    /// How long a session lasts without being used
    #[arg(long, env = "TOKENVUE_SESSION_IDLE", default_value = "7d", value_parser = duration)]
    pub session_idle: Duration,
    /// Maximum duration of a session
    #[arg(long, env = "TOKENVUE_SESSION_LIFETIME", default_value = "30d", value_parser = duration)]
    pub session_lifetime: Duration,
    /// Failed sign-ins to one account from one network address, or on one known device, before
    /// further ones are delayed
    #[arg(long, env = "TOKENVUE_SIGN_IN_FAILURES_PER_ACCOUNT", default_value_t = 5, value_parser = clap::value_parser!(i32).range(1..))]
    pub sign_in_failures_per_account: i32,
    /// Failed sign-ins from one network address before further ones are delayed
    #[arg(long, env = "TOKENVUE_SIGN_IN_FAILURES_PER_ADDRESS", default_value_t = 50, value_parser = clap::value_parser!(i32).range(1..))]
    pub sign_in_failures_per_address: i32,
    /// Longest delay after failed sign-ins
    #[arg(long, env = "TOKENVUE_SIGN_IN_MAX_WAIT", default_value = "1m", value_parser = duration)]
    pub sign_in_max_wait: Duration,
    /// Minimum length of passwords, in characters
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
    #[command(flatten)]
    pub retention: Retention,

    /// Maximum cost of a GraphQL operation, in points of a few microseconds
    #[arg(long, env = "TOKENVUE_QUERY_COMPLEXITY", default_value_t = 30_000)]
    pub query_complexity: u64,
    /// Maximum depth of nested fields in a GraphQL operation
    #[arg(long, env = "TOKENVUE_QUERY_DEPTH", default_value_t = 20)]
    pub query_depth: usize,
    /// Maximum number of open connections, including WebSockets; further ones wait or replace idle
    /// ones
    #[arg(long, env = "TOKENVUE_MAX_CONNECTIONS", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections: u32,
    /// Maximum number of open connections per network address (IPv6: /64), except trusted proxies
    #[arg(long, env = "TOKENVUE_MAX_CONNECTIONS_PER_ADDRESS", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections_per_address: u32,
    /// Maximum number of GraphQL operations that run or wait at once; further ones get status 503
    #[arg(long, env = "TOKENVUE_MAX_OPERATIONS", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub max_operations: u16,
    /// Maximum time for the headers of a request to arrive, from the start of a connection or from
    /// their first byte
    #[arg(long, env = "TOKENVUE_HEADER_TIMEOUT", default_value = "10s", value_parser = duration)]
    pub header_timeout: Duration,
    /// Maximum time that a connection may be idle between two requests
    #[arg(long, env = "TOKENVUE_IDLE_TIMEOUT", default_value = "75s", value_parser = duration)]
    pub idle_timeout: Duration,
    /// Maximum duration of a request
    #[arg(long, env = "TOKENVUE_REQUEST_TIMEOUT", default_value = "30s", value_parser = duration)]
    pub request_timeout: Duration,
    /// Maximum time until a WebSocket client sends `connection_init`
    #[arg(long, env = "TOKENVUE_SOCKET_INIT_TIMEOUT", default_value = "10s", value_parser = duration)]
    pub socket_init_timeout: Duration,
    /// Time without messages after which a WebSocket is pinged; after twice this time, it is closed
    #[arg(long, env = "TOKENVUE_SOCKET_KEEP_ALIVE", default_value = "25s", value_parser = duration)]
    pub socket_keep_alive: Duration,
    /// Maximum number of operations on one WebSocket at once
    #[arg(long, env = "TOKENVUE_SOCKET_OPERATIONS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub socket_operations: u16,
    /// How long the server still accepts requests after it was told to stop, while /readyz returns
    /// 503
    #[arg(long, env = "TOKENVUE_SHUTDOWN_DELAY", default_value = "5s", value_parser = duration_or_none)]
    pub shutdown_delay: Duration,
    /// How long the server waits for running requests before it stops
    #[arg(long, env = "TOKENVUE_SHUTDOWN_TIMEOUT", default_value = "20s", value_parser = duration)]
    pub shutdown_timeout: Duration,
    /// Log levels, also for single targets, as in info,sqlx=debug
    #[arg(
        long,
        env = "TOKENVUE_LOG",
        default_value = "info,sea_orm_migration=warn,sqlx::postgres::notice=warn"
    )]
    pub log: String,
    /// The format of logs
    #[arg(long, env = "TOKENVUE_LOG_FORMAT", value_enum, default_value = "text")]
    pub log_format: LogFormat,
}

impl Config {
    /// Returns the URL at which users reach this server.
    pub fn public_url(&self) -> Url {
        self.public_url.clone().unwrap_or_else(|| {
            let mut url = Url::parse("http://localhost").unwrap_or_else(|_| unreachable!());
            let _ = url.set_port(Some(self.listen.port()));
            url
        })
    }

    /// Whether the public URL is a loopback address (RFC 6761, 6.3, for names).
    pub fn is_local(&self) -> bool {
        match self.public_url().host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
            None => false,
        }
    }

    /// Whether users reach this server over a network without encryption.
    pub fn is_plain(&self) -> bool {
        self.public_url().scheme() == "http" && !self.is_local()
    }

    /// Whether users may need the one-time link to read the mailbox: not if the mailbox is open, or
    /// if only this machine can or should reach the server.
    pub fn mailbox_needs_link(&self) -> bool {
        let nobody_else = self.is_local() && self.listen.ip().to_canonical().is_loopback();
        self.mailbox == MailboxAccess::Local && !nobody_else
    }

    /// Returns the default settings, overridden by these flags.
    ///
    /// # Errors
    /// A description of invalid flags.
    pub fn from_flags(flags: &[&str]) -> Result<Config, clap::Error> {
        let command = Config::augment_args(Command::new("tokenvue").no_binary_name(true));
        Config::from_arg_matches(&command.try_get_matches_from(flags)?)
    }
}

/// Accepts settings before and after the name of a command.
pub fn as_global_flags(command: Command) -> Command {
    let settings = Config::augment_args(Command::new(""));
    settings.get_arguments().fold(command, |command, setting| {
        command.mut_arg(setting.get_id(), |arg| {
            // The help must not show values of the environment, which may be secrets.
            arg.global(true).hide_env_values(true)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_setting_is_named() {
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
