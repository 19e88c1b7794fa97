//! Counters of failed sign-ins. Their keys depend only on what the client sends, so an address
//! without an account is slowed down in the same way, by the same statements.
//!
//! A client that is not a known device of the account has three counters: one for the network, over
//! all accounts; one for the account from this network; and one for the account from all networks.
//! The last one counts only the free failures of each network, so that one network cannot block an
//! account for others. A known device has its own counter, so failures elsewhere do not block it.

use crate::App;
use crate::actor::ClientInfo;
use crate::db::Writer;
use crate::error::{Error, Result};
use crate::network;
use crate::throttle;
use chrono::{DateTime, Utc};

/// The counters that count an attempt.
pub enum Counters {
    /// The counter of a known device.
    Device(String),
    /// The counters of any other client.
    Client {
        network: String,
        account_from_network: String,
        account: String,
    },
}

/// Returns the key of an account's counter for all networks.
pub fn account_counter(email_key: &str) -> String {
    throttle::key("sign-in-account", email_key)
}

/// Returns the key of an account's counter for the client's network.
pub fn account_from_network_counter(email_key: &str, origin: &ClientInfo) -> String {
    let network = network::of_client(&origin.address);
    throttle::key("sign-in-account-from", &format!("{email_key} {network}"))
}

impl Counters {
    /// Returns the counter of the known device `device`, if given, and otherwise the counters of
    /// the account and the client.
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

    /// Counts an attempt as failed. [`Counters::succeed`] undoes this.
    ///
    /// # Errors
    /// `RateLimited` while earlier failures block the client.
    pub async fn count(&self, app: &App) -> Result<()> {
        // A refused attempt is counted too, so the transaction commits and returns the refusal as a
        // value.
        let refused = app
            .db
            .transaction("COUNT_SIGN_IN", |tx| async move {
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

    /// Undoes the attempt and clears earlier failures, except those of the network, which may
    /// concern other accounts.
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

/// Counts an attempt with a client's three counters. Returns the end of the wait if one of them is
/// blocked. In that case the account's counters do not change, because no password is checked.
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
    // Count with the network's counters. Blocked counters are missing from the result.
    let mut counted = throttle::count_attempt(tx, &first, now).await?;
    let mut blocked: Vec<&str> = first.to_vec();
    blocked.retain(|key| !counted.contains_key(*key));
    // Only the free failures of a network count for the account from all networks.
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
