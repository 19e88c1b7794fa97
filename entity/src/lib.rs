//! The tables of TokenVue User Management, one file per table.
//!
//! These types only mirror rows and are never exposed to clients. The `team` and `account` modules
//! of the main crate contain the rules.

pub mod audit_event;
pub mod expired_invitation_count;
pub mod invitation;
pub mod link_token;
pub mod mail_invitation;
pub mod mail_server;
pub mod member_activity;
pub mod membership;
pub mod outbox;
pub mod password_reset;
pub mod role;
pub mod session;
pub mod team_count;
pub mod throttle;
pub mod user;
pub mod workspace;

pub use role::Role;
