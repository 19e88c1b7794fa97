//! The mutations, by noun. Each passes its guard, converts its input, calls a verb, and wraps what
//! came of it.

pub mod access;
pub mod invitation;
pub mod invite;
pub mod link;
mod listed;
pub mod member;
pub mod profile;
pub mod workspace;

use async_graphql::MergedObject;

/// Everything that can be changed. Each mutation takes one `input`; what a form can show comes
/// back as `userErrors`, and then nothing was changed.
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
