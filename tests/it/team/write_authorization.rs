//! Writes are authorized inside their transactions: a request whose actor loses the permission
//! while it runs is denied, like a request that begins afterwards.

mod attempts;
mod ended_session;
mod lost_permission;
pub(super) mod overtaking;
mod password_reset;

use crate::on_both_engines;
use crate::support::Server;
use crate::support::introspection::Introspection;

on_both_engines!(every_mutation_has_a_race_test);

/// Mutations without a session, whose permission cannot be lost. `race.rs` tests concurrent uses of
/// links, and `write_authorization/password.rs` tests signing in during a reset.
const WITHOUT_SESSION: [&str; 6] = [
    "signIn",
    "setUp",
    "declineInvitation",
    "requestNewInvitation",
    "requestPasswordReset",
    "resetPassword",
];

async fn every_mutation_has_a_race_test(server: Server) {
    let schema = Introspection::load(&server.anonymous()).await;
    let fields = schema.fields().into_iter();
    let mut mutations: Vec<String> = fields
        .filter(|field| field.owner == "Mutation")
        .map(|field| field.name)
        .collect();
    mutations.retain(|name| !WITHOUT_SESSION.contains(&name.as_str()));
    mutations.sort_unstable();
    let mut raced = [&lost_permission::WRITES[..], &ended_session::WRITES[..]].concat();
    raced.sort_unstable();
    raced.dedup();
    assert_eq!(mutations, raced);
}
