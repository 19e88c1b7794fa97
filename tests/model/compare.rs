//! Compares teams and audit logs with the model, as an admin sees them.

use crate::audit_log::AuditLog;
use crate::plan::Fault;
use crate::sequence::{Check, Sequence};
use crate::team::Team;
use model::{Actor, Entry, Key, Operation, Refusal, World};
use std::collections::BTreeSet;

impl Sequence<'_> {
    /// Compares the teams of all workspaces.
    pub async fn compare_teams(&mut self) -> Check {
        let keys: Vec<Key> = self.api.ids.workspaces().await.into_iter().collect();
        for key in keys {
            let reader = self.reader(key).await?;
            self.compare_team(key, reader).await?;
        }
        Ok(())
    }

    /// Returns an admin of a workspace with a session. Signs one in if no admin has a session.
    async fn reader(&mut self, key: Key) -> Result<Actor, String> {
        loop {
            let world = &self.worlds.all()[0];
            let admins: Vec<_> = world.state.workspaces[&key].admins().collect();
            for person in &admins {
                let account = world.state.account(*person);
                let sessions = self.api.sessions(*person).into_iter();
                let mut sessions = sessions.filter(|session| {
                    account.is_some_and(|account| account.sessions.contains(session))
                });
                if let Some(session) = sessions.next_back() {
                    let person = *person;
                    return Ok(Actor { person, session });
                }
            }
            let person = *admins.first().ok_or("a workspace without admins")?;
            let account = world.state.account(person).ok_or("no account")?;
            let password = account.password;
            let key = self.next_key();
            let sign_in = Operation::SignIn {
                key,
                person,
                password,
            };
            self.run_alone(&sign_in, Fault::None).await?;
        }
    }

    async fn compare_team(&mut self, key: Key, reader: Actor) -> Check {
        let url = self.installation.url();
        let may_read = |world: &World| {
            let account = world.state.account(reader.person);
            let signed_in = account.is_some_and(|a| a.sessions.contains(&reader.session));
            signed_in && world.state.workspaces[&key].is_admin(reader.person)
        };
        let team = match self.api.team_if_allowed(&url, reader, key).await {
            Ok(team) => team,
            // The first world does not match.
            Err(reply) => {
                let explained = self.worlds.seen(|world| !may_read(world));
                explained.map_err(|_| format!("an admin cannot read their team: {reply}"))?;
                let reader = Box::pin(self.reader(key)).await?;
                return Box::pin(self.compare_team(key, reader)).await;
            }
        };
        let explained = self
            .worlds
            .seen(|world| may_read(world) && Team::expected(&world.state, key) == team);
        explained.map_err(|worlds| {
            let expected = worlds.iter().map(|world| Team::expected(&world.state, key));
            let expected: Vec<_> = expected.collect();
            format!("team {key:?} is {team:?}\nexpected one of {expected:?}")
        })?;
        let log = self.api.audit_log(&url, reader, key).await;
        let explained = self.worlds.seen(|world| is_log_of(&log, world, key));
        explained.map_err(|worlds| {
            let expected = worlds.iter().map(|world| entries(world, key));
            let expected: Vec<_> = expected.map(|entries| lines(&entries)).collect();
            let refused = worlds.iter().map(|world| refusals(world, key));
            let refused: Vec<_> = refused.collect();
            format!(
                "the audit log of {key:?} is\n{}refused: {:?}\nexpected:\n{}refused: {refused:?}",
                lines(&log.done),
                log.refused,
                expected.join("or\n"),
            )
        })
    }
}

fn is_log_of(log: &AuditLog, world: &World, key: Key) -> bool {
    let refused: BTreeSet<Refusal> = log.refused.iter().copied().collect();
    log.done == entries(world, key) && refused == refusals(world, key)
}

/// Formats a log for display.
fn lines(log: &[Vec<Entry>]) -> String {
    let entry = |entry: &Entry| {
        let (actor, subject) = (entry.actor, entry.subject);
        format!(
            "  {} {actor:?} {subject:?} {:?}\n",
            entry.kind, entry.details
        )
    };
    log.iter().flatten().map(entry).collect()
}

/// Returns the log of a workspace: the entries of each operation that wrote to it.
fn entries(world: &World, key: Key) -> Vec<Vec<Entry>> {
    let operations = world.log.iter().map(|entries| {
        let here = entries.iter().filter(|entry| entry.workspace == key);
        here.cloned().collect::<Vec<_>>()
    });
    operations.filter(|entries| !entries.is_empty()).collect()
}

fn refusals(world: &World, key: Key) -> BTreeSet<Refusal> {
    let here = world.refusals.iter().filter(|r| r.workspace == key);
    here.copied().collect()
}
