//! Teams: memberships, invitations, and workspaces.
//!
//! Each operation is a function that runs in one transaction; each query is scoped to a workspace.

pub mod history;
pub mod invitation;
pub mod invite;
pub mod lock;
pub mod member;
pub mod memberships;
pub mod review;
pub mod summary;
pub mod workspace;
