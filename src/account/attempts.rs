//! The counters of failed sign-ins. They are named by what a client sends, never by what an account
//! is, so that an address without an account is slowed down in the same way, by the same statements.
//!
//! A client that is not a known device of the account has three: the network, over all accounts;
//! the account, from this network; and the account, from all networks. The last one counts only the
//! free failures of each network, so that one network cannot block an account for others. A known
//! device has one of its own, so that no failures elsewhere block it.

use super::throttle;
use crate::App;
use crate::actor::ClientInfo;
use crate::db::Writer;
use crate::error::{Error, Result};
use crate::network;
use chrono::{DateTime, Utc};

/// The counters that an attempt is counted with.
pub enum Counters {
    /// Of a known device.
    Device(String),
    /// Of any other client.
    Client {
        network: String,
        account_from_network: String,
        account: String,
    },
}

/// Names the counter of an account from all networks.
pub fn account_counter(email_key: &str) -> String {
    throttle::key("sign-in-account", email_key)
}

/// Names the counter of an account from one network.
pub fn account_from_network_counter(email_key: &str, origin: &ClientInfo) -> String {
    let network = network::of_client(&origin.address);
    throttle::key("sign-in-account-from", &format!("{email_key} {network}"))
}

impl Counters {
    /// The counters of an account and a client, or of a known device, where `device` names one.
    pub fn of(email_key: &str, origin: &ClientInfo, device: Option<&str>) -> Counters {
        if let Some(device) = device {
            return Counters::Device(throttle::key("sign-in-device", device));
        }
        Counters::Client {
            network: throttle::key("sign-in-address", &network::of_client(&origin.address)),
            account_from_network: account_from_network_counter(email_key, origin),
            account: account_counter(email_key),
        }
    }

    /// Counts an attempt as failed until it has succeeded.
    ///
    /// # Errors
    /// `RateLimited` where an earlier failure makes it wait.
    pub async fn count(&self, app: &App) -> Result<()> {
        // A refused attempt is counted too, so it is not an error of the transaction.
        let refused = app
            .db
            .transaction(|tx| async move {
                let tx = &tx.into_writer();
                match self {
                    Counters::Device(device) => count_device(tx, app, device).await,
                    Counters::Client {
                        network,
                        account_from_network,
                        account,
                    } => count_client(tx, app, [network, account_from_network, account]).await,
                }
            })
            .await?;
        refused.map_or(Ok(()), |until| Err(Error::RateLimited(until)))
    }

    /// Takes the attempt back, and forgets the failures before it: the network's excepted, which
    /// may be about other accounts.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn succeed(&self, tx: &Writer) -> Result<()> {
        match self {
            Counters::Device(device) => throttle::forgive(tx, &[device]).await,
            Counters::Client {
                network,
                account_from_network,
                account,
            } => {
                throttle::refund(tx, network).await?;
                throttle::forgive(tx, &[account_from_network, account]).await
            }
        }
    }
}

async fn count_device(tx: &Writer, app: &App, device: &str) -> Result<Option<DateTime<Utc>>> {
    let now = app.now();
    let counted = throttle::count_attempt(tx, &[device], now).await?;
    let Some(failures) = counted.get(device) else {
        return Ok(Some(throttle::blocked_until(tx, &[device], now).await?));
    };
    let free = app.config.sign_in_failures_per_account;
    let max_wait = app.config.sign_in_max_wait;
    throttle::slow_down(tx, device, *failures, free, max_wait, now).await?;
    Ok(None)
}

/// Counts with a client's three counters; gives the end of the wait where one is blocked. The
/// account's are left as they were then, since nothing is tried.
async fn count_client(
    tx: &Writer,
    app: &App,
    [network, account_from_network, account]: [&String; 3],
) -> Result<Option<DateTime<Utc>>> {
    let (now, config) = (app.now(), &app.config);
    let limits = [
        (network, config.sign_in_failures_per_address),
        (account_from_network, config.sign_in_failures_per_account),
        (account, config.quotas.sign_in_failures_in_all),
    ];
    let first = [network.as_str(), account_from_network.as_str()];
    let mut counted = throttle::count_attempt(tx, &first, now).await?;
    let mut blocked: Vec<&str> = first.to_vec();
    blocked.retain(|key| !counted.contains_key(*key));
    let free = counted.get(account_from_network).copied();
    if blocked.is_empty() && free <= Some(config.sign_in_failures_per_account) {
        let in_all = throttle::count_attempt(tx, &[account], now).await?;
        if in_all.is_empty() {
            blocked.push(account);
        }
        counted.extend(in_all);
    }
    let refused = !blocked.is_empty();
    if refused && counted.remove(account_from_network).is_some() {
        throttle::refund(tx, account_from_network).await?;
    }
    for (key, free) in limits {
        if let Some(failures) = counted.get(key) {
            let max_wait = config.sign_in_max_wait;
            throttle::slow_down(tx, key, *failures, free, max_wait, now).await?;
        }
    }
    if !refused {
        return Ok(None);
    }
    Ok(Some(throttle::blocked_until(tx, &blocked, now).await?))
}
