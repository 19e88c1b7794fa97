//! Time limits that PostgreSQL enforces on this program. The server enforces them, so they also
//! apply to a replica that is frozen or has lost its network.

use crate::config::{Config, Pooler};
use std::fmt::Write as _;
use std::time::Duration;

/// How much longer than the server's statement timeout this program waits for the response, for
/// network latency. After that, the connection counts as silent.
const ON_THE_WAY: Duration = Duration::from_secs(1);
/// The limits for operators' commands, which may scan whole tables.
const UNHURRIED: Duration = Duration::from_secs(10 * 60);
/// The first version of PostgreSQL with `transaction_timeout`.
const TRANSACTION_TIMEOUT: u32 = 170_000;

/// Sets when the server closes a connection whose client has vanished: it sends 3 probes within 15
/// seconds after 30 idle seconds, and sent data must be acknowledged within 30 seconds. Has no
/// effect on connections other than TCP.
const KEEP_ALIVE: &str = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 5; \
    SET tcp_keepalives_count = 3; SET tcp_user_timeout = 30000";

/// Returns the limits for a migration, which may take long. A replica that freezes in one must not
/// block others forever.
pub(super) fn of_migration(version: Option<u32>) -> String {
    let mut text = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
        SET LOCAL idle_in_transaction_session_timeout = 60000"
        .to_owned();
    if limits_transactions(version) {
        text.push_str("; SET LOCAL transaction_timeout = 0");
    }
    text
}

fn limits_transactions(version: Option<u32>) -> bool {
    version.is_some_and(|version| version >= TRANSACTION_TIMEOUT)
}

/// The limits that the server enforces.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    statement: Duration,
    lock: Duration,
    idle: Duration,
    transaction: Duration,
    pooler: Pooler,
}

impl Limits {
    /// Returns the limits from the settings. None exceeds the time limit of a request.
    pub(super) fn of(config: &Config) -> Limits {
        let longest = config.request_timeout.to_std().unwrap_or_default();
        let limit = |set: chrono::Duration| set.to_std().unwrap_or_default().min(longest);
        Limits {
            statement: limit(config.database_statement_timeout),
            lock: limit(config.database_lock_timeout),
            idle: limit(config.database_idle_transaction_timeout),
            transaction: limit(config.database_transaction_timeout),
            pooler: config.database_pooler,
        }
    }

    /// Returns the limits for operators' commands, whose statements no user waits for.
    pub(super) fn unhurried(self) -> Limits {
        Limits {
            statement: UNHURRIED,
            transaction: UNHURRIED,
            ..self
        }
    }

    /// Returns how long to wait for the response to a statement.
    pub(super) fn answer(&self) -> Duration {
        self.statement + ON_THE_WAY
    }

    /// Returns the commands for a new connection, or `None` with a pooler, whose server connections
    /// are shared.
    pub(super) fn of_session(&self, version: Option<u32>) -> Option<String> {
        match self.pooler {
            Pooler::None => Some(format!("{}{KEEP_ALIVE}", self.commands("SET", version))),
            Pooler::Transaction => None,
        }
    }

    /// Returns the commands that begin a transaction, as one message, so that setting limits takes
    /// no additional round trip.
    pub(super) fn begin(&self, version: Option<u32>) -> String {
        match self.pooler {
            Pooler::None => "BEGIN; ".to_owned(),
            Pooler::Transaction => format!("BEGIN; {}", self.commands("SET LOCAL", version)),
        }
    }

    fn commands(&self, set: &str, version: Option<u32>) -> String {
        let mut text = String::new();
        let transaction = ("transaction_timeout", self.transaction);
        let transaction = limits_transactions(version).then_some(transaction);
        let all = [
            ("statement_timeout", self.statement),
            ("lock_timeout", self.lock),
            ("idle_in_transaction_session_timeout", self.idle),
        ];
        for (name, limit) in all.into_iter().chain(transaction) {
            // Zero would mean no limit.
            let millis = limit.as_millis().max(1);
            let _ = write!(text, "{set} {name} = {millis}; ");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(flags: &[&str]) -> Limits {
        Limits::of(&Config::from_flags(flags).unwrap())
    }

    #[test]
    fn pooled_transaction_sets_its_limits_when_it_begins() {
        let flags = ["--database-pooler", "transaction"];
        assert_eq!(
            limits(&flags).begin(Some(170_002)),
            "BEGIN; SET LOCAL statement_timeout = 3000; SET LOCAL lock_timeout = 2500; \
             SET LOCAL idle_in_transaction_session_timeout = 2000; \
             SET LOCAL transaction_timeout = 10000; "
        );
        assert!(
            !limits(&flags)
                .begin(Some(160_004))
                .contains(" transaction_")
        );
        assert_eq!(limits(&flags).of_session(Some(170_002)), None);
    }

    #[test]
    fn own_connection_sets_its_limits_once() {
        let limits = limits(&[]);
        assert_eq!(limits.begin(Some(150_000)), "BEGIN; ");
        let session = limits.of_session(Some(150_000)).unwrap();
        assert!(
            session.starts_with("SET statement_timeout = 3000; "),
            "{session}"
        );
    }

    #[test]
    fn no_limit_exceeds_the_request_timeout() {
        let limits = limits(&["--request-timeout", "2s"]);
        assert_eq!(limits.statement, Duration::from_secs(2));
        assert_eq!(limits.transaction, Duration::from_secs(2));
        assert_eq!(limits.idle, Duration::from_secs(2));
        assert_eq!(limits.unhurried().answer(), UNHURRIED + ON_THE_WAY);
    }
}
