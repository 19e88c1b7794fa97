//! Random choices of operations.

mod operation;

pub use operation::Surroundings;

use model::Role;
use proptest::prelude::*;
use proptest::sample::select;

/// The kind of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Invite,
    Assign,
    Resend,
    Revoke,
    ChangeRole,
    Remove,
    Leave,
    SendReset,
    Create,
    Update,
    Switch,
    Rename,
    ChangePassword,
    SignOut,
    RevokeSession,
    SignIn,
    Accept,
    Decline,
    RequestInvitation,
    RequestReset,
    ResetPassword,
}

/// An operation before its participants are known. Numbers select from what exists.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    pub verb: Verb,
    actor: u8,
    person: u8,
    workspace: u8,
    role: Role,
    /// Selects between the two variants of an operation.
    flag: bool,
    /// Whether the operation is likely to be refused.
    odd: bool,
}

fn verb() -> impl Strategy<Value = Verb> {
    use Verb as V;
    let weights = [
        (16, V::Invite),
        (5, V::Assign),
        (6, V::Resend),
        (5, V::Revoke),
        (12, V::ChangeRole),
        (7, V::Remove),
        (4, V::Leave),
        (3, V::SendReset),
        (4, V::Create),
        (3, V::Update),
        (2, V::Switch),
        (3, V::Rename),
        (2, V::ChangePassword),
        (1, V::SignOut),
        (1, V::RevokeSession),
        (4, V::SignIn),
        (14, V::Accept),
        (5, V::Decline),
        (3, V::RequestInvitation),
        (2, V::RequestReset),
        (4, V::ResetPassword),
    ];
    let verbs = weights.map(|(weight, verb)| vec![verb; weight]);
    select(verbs.concat())
}

/// Generates choices.
pub fn choice() -> impl Strategy<Value = Choice> {
    let role = select(vec![Role::Admin, Role::Operator, Role::Auditor]);
    let numbers = (any::<u8>(), any::<u8>(), any::<u8>());
    let flags = (any::<bool>(), proptest::bool::weighted(0.25));
    (verb(), numbers, role, flags).prop_map(
        |(verb, (actor, person, workspace), role, (flag, odd))| Choice {
            verb,
            actor,
            person,
            workspace,
            role,
            flag,
            odd,
        },
    )
}
