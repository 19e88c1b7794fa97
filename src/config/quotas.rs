//! Quotas of users, accounts, addresses, and networks.

use chrono::Duration;
use clap::Args;

/// Limits that ordinary use does not reach. Each description states the period.
#[derive(Clone, Debug, Args)]
pub struct Quotas {
    /// Password resets that visitors may request for one email address while the link of the first
    /// one is valid
    #[arg(long, env = "TOKENVUE_RESETS_PER_ADDRESS", default_value_t = 3, value_parser = count())]
    pub resets_per_address: i32,
    /// Password resets that visitors may request from one network address in an hour
    #[arg(long, env = "TOKENVUE_RESETS_PER_NETWORK", default_value_t = 50, value_parser = count())]
    pub resets_per_network: i32,
    /// Password resets that one admin may send to members in a day
    #[arg(long, env = "TOKENVUE_RESETS_PER_ADMIN", default_value_t = 200, value_parser = count())]
    pub resets_per_admin: i32,
    /// Mails that one user may cause in a day by inviting, adding, and resending
    #[arg(long, env = "TOKENVUE_MAILS_PER_SENDER", default_value_t = 5_000, value_parser = count())]
    pub mails_per_sender: i32,
    /// People that one user may look up in an hour with inviteUsersPreview
    #[arg(long, env = "TOKENVUE_PREVIEWS_PER_SENDER", default_value_t = 5_000, value_parser = count())]
    pub previews_per_sender: i32,
    /// Open invitations of one workspace
    #[arg(long, env = "TOKENVUE_OPEN_INVITATIONS", default_value_t = 5_000, value_parser = count())]
    pub open_invitations: i32,
    /// Workspaces that one user may create
    #[arg(long, env = "TOKENVUE_WORKSPACES_PER_CREATOR", default_value_t = 50, value_parser = count())]
    pub workspaces_per_creator: i32,
    /// Sessions that one user may have at once; a new one ends the one that was idle the longest
    #[arg(long, env = "TOKENVUE_SESSIONS_PER_USER", default_value_t = 50, value_parser = count())]
    pub sessions_per_user: i32,
    /// Failed sign-ins to one account from all networks together before further ones are delayed
    #[arg(long, env = "TOKENVUE_SIGN_IN_FAILURES_IN_ALL", default_value_t = 20, value_parser = count())]
    pub sign_in_failures_in_all: i32,
    /// How long a browser is a known device after a sign-in: failed sign-ins elsewhere do not delay
    /// it
    #[arg(long, env = "TOKENVUE_KNOWN_DEVICE_LIFETIME", default_value = "180d", value_parser = super::duration)]
    pub known_device_lifetime: Duration,
}

/// Parses a count of at least one.
fn count() -> clap::builder::RangedI64ValueParser<i32> {
    clap::value_parser!(i32).range(1..)
}
