//! Teams: invitations, members, and workspaces.

pub mod accept_invitation;
mod concurrency;
mod denied_attempts;
mod history_order;
pub mod invite;
pub mod invite_limits;
mod last_admin;
mod many_workspaces;
mod member_filters;
mod member_list;
mod open_invitation;
mod quotas;
mod review;
mod write_authorization;
