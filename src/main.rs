//! The commands of the `tokenvue` program.

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use secrecy::{ExposeSecret as _, SecretString};
use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;
use std::process::ExitCode;
use tokenvue::clock::Clock;
use tokenvue::config::{self, Config, LogFormat, MailboxAccess};
use tokenvue::db::Db;
use tokenvue::error::{Error, Problem};
use tokenvue::http::connections::raise_file_limit;
use tokenvue::mail::content::{LinkPage, link, mailbox_link};
use tokenvue::setup::{self, FirstAdmin};
use tokenvue::{App, demo, doctor, graphql, server};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Team access for an AI gateway: who has access to a workspace, and with which role
#[derive(Parser)]
#[command(version, name = "tokenvue")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    config: Config,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API; migrates the database first (the default command)
    Serve,
    /// Migrate the database schema
    Migrate(Migrate),
    /// Create the first workspace and its admin in an empty database
    Bootstrap(Bootstrap),
    /// Serve a throwaway database with a realistic team, and print who can sign in
    Demo,
    /// Print the GraphQL schema
    Schema,
    /// Recount summaries and check invariants; exits with 1 if problems remain
    Doctor(Doctor),
}

#[derive(Args)]
struct Migrate {
    /// Undo all migrations instead, which deletes all tables and data
    #[arg(long)]
    down: bool,
    /// Delete all data without confirmation
    #[arg(long, requires = "down")]
    yes: bool,
}

#[derive(Args)]
struct Bootstrap {
    /// The admin's email address
    #[arg(long)]
    email: String,
    /// Read the admin's password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
    /// The admin's first name
    #[arg(long)]
    first_name: String,
    /// The admin's last name
    #[arg(long, default_value = "")]
    last_name: String,
    /// The name of the workspace
    #[arg(long)]
    workspace: String,
}

#[derive(Args)]
struct Doctor {
    /// Repair what needs no decision of an admin
    #[arg(long)]
    repair: bool,
}

fn main() -> ExitCode {
    let cli = match parse() {
        Ok(cli) => cli,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(2);
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(error) => Err(Error::internal(error)),
    };
    match outcome {
        Ok(code) => code,
        Err(Error::Refused(problems)) => {
            for problem in problems {
                eprintln!("error: {}{}", flag(&problem), problem.message);
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the flag of `bootstrap` that a problem belongs to.
fn flag(problem: &Problem) -> &'static str {
    match problem.field.last().map(String::as_str) {
        Some("email") => "--email: ",
        Some("password") => "--password-stdin: ",
        Some("firstName") => "--first-name: ",
        Some("lastName") => "--last-name: ",
        Some("workspaceName") => "--workspace: ",
        _ => "",
    }
}

/// Parses flags, environment, and file. Exits after `--help` and for invalid flags.
fn parse() -> Result<Cli, String> {
    let unknown = config::unknown_variables();
    if !unknown.is_empty() {
        let names = unknown.join(", ");
        return Err(format!(
            "unknown settings in the environment: {names} (see tokenvue --help)"
        ));
    }
    let command = config::as_global_flags(Cli::command());
    // The path of the file is itself a setting; the rest of this first parse is discarded.
    let first = command.clone().ignore_errors(true).get_matches();
    let file = first
        .try_get_one::<PathBuf>("config")
        .ok()
        .flatten()
        .cloned();
    let command = match file {
        Some(file) => config::with_file_defaults(command, &file)?,
        None => command,
    };
    let matches = command
        .try_get_matches()
        .unwrap_or_else(|error| config::without_values(error).exit());
    Cli::from_arg_matches(&matches).map_err(|error| error.to_string())
}

fn log(config: &Config) -> Result<(), Error> {
    let filter: Targets = config
        .log
        .parse()
        .map_err(|error| Error::internal(format!("--log: {error}")))?;
    let lines = fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let lines = match config.log_format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    Registry::default().with(lines).with(filter).init();
    Ok(())
}

async fn run(cli: Cli) -> Result<ExitCode, Error> {
    let config = cli.config;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Schema => print!("{}", graphql::sdl(&graphql::schema())),
        Command::Serve => serve(config).await?,
        Command::Demo => demo(config).await?,
        Command::Migrate(options) => migrate(config, &options).await?,
        Command::Bootstrap(options) => bootstrap(config, options).await?,
        Command::Doctor(options) => {
            let app = App::on_existing_database(config, Clock::default()).await?;
            if !app.db.is_current().await? {
                let message = "the database's schema is not up to date: run tokenvue migrate first";
                return Err(Error::internal(message));
            }
            let findings = doctor::examine(&app, options.repair).await?;
            for finding in &findings {
                println!("{finding}");
            }
            let open = findings.iter().filter(|finding| !finding.repaired).count();
            println!(
                "{} found, {} repaired",
                findings.len(),
                findings.len() - open
            );
            if open > 0 {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: Config) -> Result<(), Error> {
    log(&config)?;
    // Before the setup link is printed, since someone may open it immediately.
    server::mail_server(&config)?;
    raise_file_limit();
    let (app, listener) = open(config).await?;
    if let Some(token) = setup::offer(&app).await? {
        let link = link(&app.config.public_url(), LinkPage::SetUp, token.secret());
        let link = link.expose_secret();
        announce(&format!(
            "No user has signed up yet. Set up the first workspace with this one-time link:\n\n  {link}"
        ));
    }
    offer_mailbox(&app)?;
    start(app, listener).await
}

async fn migrate(config: Config, options: &Migrate) -> Result<(), Error> {
    log(&config)?;
    if !options.down {
        let db = Db::connect(&config).await?;
        db.migrate().await?;
        db.close().await;
        println!("The schema is up to date.");
        return Ok(());
    }
    let db = Db::connect_to_existing(&config).await?;
    if !options.yes {
        confirm_deletion(&db)?;
    }
    db.unmigrate().await?;
    db.close().await;
    println!("All migrations are undone.");
    Ok(())
}

/// Asks for confirmation in the terminal.
fn confirm_deletion(db: &Db) -> Result<(), Error> {
    let location = db.location();
    if !std::io::stdin().is_terminal() {
        let message =
            format!("this deletes all data at {location}: pass --yes if that is intended");
        return Err(Error::internal(message));
    }
    eprint!("This deletes all data at {location}. Type \"delete all data\" to continue: ");
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .map_err(Error::internal)?;
    if answer.trim() == "delete all data" {
        return Ok(());
    }
    Err(Error::internal("nothing was deleted"))
}

/// Prints the link to the mailbox, if it needs one.
fn offer_mailbox(app: &App) -> Result<(), Error> {
    if app.sends_mail() {
        return Ok(());
    }
    if app.config.mailbox == MailboxAccess::Open {
        tracing::warn!(
            "anyone who can reach this server can read all mails at /mailbox, password resets \
             included: TOKENVUE_MAILBOX is open"
        );
    }
    if app.config.mailbox_needs_link() {
        let token = app.mailbox_key.make_link().map_err(Error::internal)?;
        let link = mailbox_link(&app.config.public_url(), token.secret());
        let link = link.expose_secret();
        announce(&format!(
            "No mail server is configured, so mails are kept. Read them with this one-time link:\n\n  {link}"
        ));
    }
    Ok(())
}

async fn demo(mut config: Config) -> Result<(), Error> {
    log(&config)?;
    let folder = tempfile::tempdir().map_err(Error::internal)?;
    config.database_url = None;
    config.data_dir = folder.path().to_owned();
    // The demo's users do not exist, so no mail may be sent to them.
    config.smtp_url = None;
    // No proxy has to notice the shutdown.
    config.shutdown_delay = chrono::Duration::zero();
    raise_file_limit();
    let (app, listener) = open(config).await?;
    announce(&demo::fill(&app).await?);
    offer_mailbox(&app)?;
    start(app, listener).await
}

async fn bootstrap(config: Config, options: Bootstrap) -> Result<(), Error> {
    log(&config)?;
    let mut password = String::new();
    std::io::stdin()
        .read_to_string(&mut password)
        .map_err(Error::internal)?;
    let app = App::new(config, Clock::default()).await?;
    app.db.migrate().await?;
    let admin = FirstAdmin {
        email: options.email,
        first_name: options.first_name,
        last_name: options.last_name,
        password: SecretString::from(password.trim_end_matches(['\r', '\n']).to_owned()),
        workspace: options.workspace,
    };
    let (user, workspace) = setup::bootstrap(&app, &admin).await?;
    println!(
        "{} is the first Workspace Admin of {}.",
        user.email, workspace.name
    );
    Ok(())
}

/// Migrates the database and listens on the address. If its port is 0, the system chooses one,
/// which is then used in links.
async fn open(mut config: Config) -> Result<(App, TcpListener), Error> {
    let db = Db::connect(&config).await?;
    db.migrate().await?;
    let address = config.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Error::internal(format!("cannot listen on {address}: {error}")))?;
    config.listen = listener.local_addr().map_err(Error::internal)?;
    let app = App::on(db, config, Clock::default())?;
    Ok((app, listener))
}

/// Prints a text for the person at the terminal, apart from the log.
fn announce(text: &str) {
    println!("\n{text}\n");
}

async fn start(app: App, listener: TcpListener) -> Result<(), Error> {
    let stop = CancellationToken::new();
    tokio::spawn(end(app.clone(), stop.clone()));
    let address = app.config.listen;
    let mail = if app.sends_mail() {
        "smtp"
    } else {
        "kept in /mailbox: TOKENVUE_SMTP_URL is not set"
    };
    tracing::info!(%address, url = %app.config.public_url(), mail, "listening");
    server::serve(app, listener, stop).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Waits for a signal and stops the server. After SIGTERM, which service managers send, requests
/// are still accepted for a while: proxies and Kubernetes continue to send them until they notice.
/// A second signal or Ctrl-C ends this time.
async fn end(app: App, stop: CancellationToken) {
    if wait_for_signal().await == Signal::Terminate {
        let delay = app.config.shutdown_delay.to_std().unwrap_or_default();
        tracing::info!(?delay, "stopping: no longer ready");
        app.leaving.cancel();
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            _ = wait_for_signal() => {}
        }
    }
    tracing::info!("stopping: finishing running requests");
    stop.cancel();
}

/// A signal to stop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signal {
    /// SIGTERM.
    Terminate,
    /// Ctrl-C.
    Interrupt,
}

async fn wait_for_signal() -> Signal {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = async {
        // Without a handler, the signal ends the program by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => Signal::Terminate,
            () = interrupted => Signal::Interrupt,
        },
        Err(_) => {
            interrupted.await;
            Signal::Interrupt
        }
    }
}
