//! Writes are authorized inside their transactions: a request whose actor loses the right to it
//! while it runs is refused, like a request that begins afterwards.

mod ended_session;
mod lost_permission;
mod password;
mod race;
mod scene;

use crate::on_both_engines;
use crate::support::Server;
use crate::support::introspection::Introspection;

on_both_engines!(every_mutation_has_a_race_test);

/// Mutations that nobody has to be signed in for: no right is lost while they run. What happens to
/// links while they are used is tested in `race.rs`, and signing in during a reset in
/// `write_authorization/password.rs`.
const FOR_EVERYBODY: [&str; 6] = [
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
    mutations.retain(|name| !FOR_EVERYBODY.contains(&name.as_str()));
    mutations.sort_unstable();
    let mut raced = [&lost_permission::WRITES[..], &ended_session::WRITES[..]].concat();
    raced.sort_unstable();
    raced.dedup();
    assert_eq!(mutations, raced);
}
