//! Teams: who is in a workspace, how they come in, what they are there, and how they leave.
//!
//! Each verb is a function that runs in one transaction; each finder is scoped to a workspace.

pub mod accept;
pub mod actions;
pub mod decline;
pub mod history;
pub mod invitation;
pub mod invitations;
pub mod invite;
pub mod leave;
pub mod link;
pub mod list;
pub mod lock;
mod mail_quota;
pub mod member;
pub mod memberships;
pub mod page;
pub mod request_new_invitation;
pub mod reset;
pub mod review;
pub mod role;
pub mod shared;
pub mod summary;
pub mod sweep;
pub mod transfer;
pub mod workspace;
