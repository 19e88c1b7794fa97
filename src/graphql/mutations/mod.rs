//! The mutations, by noun. Each authorizes the caller, converts its input, calls a domain function
//! and wraps the result.

pub mod access;
pub mod invitation;
pub mod invite;
pub mod link;
mod listed;
pub mod member;
pub mod profile;
pub mod workspace;

use async_graphql::MergedObject;

/// The mutation root. Each mutation takes one `input`. Errors that a form can show are returned as
/// `userErrors`; if there are any, nothing was changed.
#[derive(Default, MergedObject)]
pub struct Mutation(
    access::AccessMutation,
    link::LinkMutation,
    profile::ProfileMutation,
    workspace::WorkspaceMutation,
    invite::InviteMutation,
    invitation::InvitationMutation,
    member::MemberMutation,
);
