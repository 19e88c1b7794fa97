//! Runs one sequence of operations on its own installation. During and after it, responses,
//! database, sent mails, and audit log must agree with the model.

use crate::api::{Answer, Api};
use crate::choice::{Choice, Surroundings};
use crate::ids::Ids;
use crate::installation::Installation;
use crate::mails::Mails;
use crate::plan::{Fault, Step};
use crate::request::password;
use crate::support::engine::Engine;
use crate::support::eventually;
use crate::support::smtp_server::SmtpServer;
use model::{Actor, Entry, Invitee, Key, Operation, Outcome, Person, Role, State, World, Worlds};
use std::time::{Duration, Instant};

/// The maximum run time without moving the clock. The model's limits are whole minutes, so a
/// sequence must take less than one.
const PATIENCE: Duration = Duration::from_secs(40);
/// The minutes after which the mail worker retries all mails after an outage of the mail server.
const PAUSES: u32 = 11;

/// A running sequence.
pub struct Sequence<'s> {
    pub installation: Installation,
    pub api: Api,
    pub worlds: Worlds,
    pub mails: Mails<'s>,
    keys: u32,
    /// The time at which the clock was last moved.
    moved: Instant,
    /// Operations and responses, one line each.
    pub history: Vec<String>,
}

/// A difference from the model, if any.
pub type Check = Result<(), String>;

impl<'s> Sequence<'s> {
    /// Creates a workspace with an admin and three more members. Returns `None` if this machine
    /// lacks a requirement.
    pub async fn begin(
        engine: Engine,
        smtp: &'s mut SmtpServer,
        number: u32,
    ) -> Option<Sequence<'s>> {
        let (admin, key) = (Person(0), Key(0));
        let sender = format!("sequence{number}@tokenvue.example");
        let first = (&*admin.email(), &*password(key));
        let installation = Installation::start(engine, &smtp.url(), &sender, first).await?;
        let ids = Ids::connect(&installation.database_url()).await;
        let founded = Entry {
            workspace: key,
            kind: "CREATE_WORKSPACE",
            actor: admin,
            subject: None,
            details: vec![("name", "W0".to_owned())],
        };
        Some(Sequence {
            installation,
            api: Api::new(ids),
            worlds: Worlds::new(State::new(admin, "Ana", "W0", key), vec![founded]),
            mails: Mails::new(smtp, sender),
            keys: 0,
            moved: Instant::now(),
            history: Vec::new(),
        })
    }

    /// Returns a new key.
    pub fn next_key(&mut self) -> Key {
        self.keys += 1;
        Key(self.keys)
    }

    /// Runs all steps after those that create a team.
    pub async fn run(&mut self, steps: &[Step]) -> Check {
        let checked = self.run_all(steps).await;
        checked.map_err(|what| {
            let history = self.history.join("\n  ");
            let log = self.installation.complaints().join("\n  ");
            format!("{what}\nhistory:\n  {history}\nthe server's log:\n  {log}")
        })
    }

    async fn run_all(&mut self, steps: &[Step]) -> Check {
        self.assemble().await?;
        for step in steps {
            if self.moved.elapsed() > PATIENCE {
                break;
            }
            self.step(step).await?;
            if self.worlds.all().len() > 8 {
                self.compare_teams().await?;
            }
        }
        self.compare_teams().await?;
        self.installation.examine();
        self.mails.compare(&self.api.ids, self.worlds.all()).await
    }

    async fn assemble(&mut self) -> Check {
        let (ana, session) = (Person(0), self.next_key());
        let sign_in = Operation::SignIn {
            key: session,
            person: ana,
            password: Key(0),
        };
        self.run_alone(&sign_in, Fault::None).await?;
        let team = [
            (Person(1), Role::Admin),
            (Person(2), Role::Auditor),
            (Person(3), Role::Operator),
        ];
        let invite = Operation::Invite {
            key: self.next_key(),
            actor: Actor {
                person: ana,
                session,
            },
            invitees: team.map(|(person, role)| Invitee { person, role }).to_vec(),
            workspaces: vec![Key(0)],
        };
        self.run_alone(&invite, Fault::None).await?;
        self.settle().await?;
        for (person, _) in team {
            let accept = Operation::Accept {
                key: self.next_key(),
                person,
                mail: 0,
                session: None,
            };
            self.run_alone(&accept, Fault::None).await?;
        }
        Ok(())
    }

    async fn step(&mut self, step: &Step) -> Check {
        match step {
            Step::Run(choice, fault) => {
                self.choose(choice, *fault).await?;
                self.settle().await
            }
            Step::Advance(minutes) => self.advance(*minutes),
            Step::Restart => {
                self.history.push("the server restarts".to_owned());
                self.installation.stop().await;
                self.installation.serve().await;
                Ok(())
            }
            Step::Outage(choices) => {
                self.mails.begin_outage().await;
                self.history.push("the mail server fails".to_owned());
                for choice in choices {
                    self.choose(choice, Fault::None).await?;
                    self.agree_on_mails(false).await?;
                }
                self.mails.end_outage().await;
                self.history.push("the mail server works".to_owned());
                self.advance(PAUSES)?;
                self.settle().await
            }
        }
    }

    fn advance(&mut self, minutes: u32) -> Check {
        self.history.push(format!("{minutes} minutes pass"));
        self.installation.advance(minutes);
        self.moved = Instant::now();
        let advance = Operation::Advance { minutes };
        let advanced = self.worlds.answered(&advance, &Outcome::Done);
        advanced.map_err(|_| "time stands still".to_owned())
    }

    async fn choose(&mut self, choice: &Choice, fault: Fault) -> Check {
        let around = Surroundings {
            state: &self.worlds.all()[0].state,
            api: &self.api,
            key: Key(self.keys + 1),
        };
        let Some(operation) = choice.operation(&around) else {
            return Ok(());
        };
        self.keys += 1;
        self.run_alone(&operation, fault).await
    }

    /// Runs an operation and compares its response.
    pub async fn run_alone(&mut self, operation: &Operation, fault: Fault) -> Check {
        // It is processed after the response, so faults do not affect the response.
        let is_behind = matches!(operation, Operation::RequestReset { .. });
        let fault = match fault {
            Fault::KillAfter(_) => fault,
            _ if is_behind => Fault::None,
            fault => fault,
        };
        let answer = self.run_with(operation, fault).await;
        self.history.push(match fault {
            Fault::None => format!("{operation:?}: {answer:?}"),
            _ => format!("{operation:?} ({fault:?}): {answer:?}"),
        });
        let is_disturbed = !matches!(fault, Fault::None | Fault::KillAfter(_));
        match answer {
            Answer::Known(_) if is_behind && fault != Fault::None => {
                self.worlds.lost(operation);
            }
            Answer::Known(outcome) => {
                let explained = self.worlds.answered(operation, &outcome);
                return explained.map_err(|expected| format!("expected one of {expected:?}"));
            }
            Answer::Lost if is_disturbed => self.worlds.lost(operation),
            Answer::Unchanged if is_disturbed => {}
            Answer::Unsent => {}
            _ => return Err("it failed without a reason".to_owned()),
        }
        Ok(())
    }

    async fn run_with(&mut self, operation: &Operation, fault: Fault) -> Answer {
        let url = self.installation.url();
        let run = self.api.run(&url, operation);
        match fault {
            Fault::None => run.await,
            Fault::LostCommit | Fault::Break(_) => {
                let Some(proxy) = &self.installation.proxy else {
                    return run.await;
                };
                match fault {
                    Fault::Break(count) => proxy.after_messages(count),
                    _ => proxy.at_next_commit(),
                }
                let answer = run.await;
                proxy.heal();
                self.api.ids.quiet().await;
                answer
            }
            Fault::HangUp(after) => {
                let answer = tokio::time::timeout(Duration::from_millis(after), run).await;
                self.over(&url).await;
                answer.unwrap_or(Answer::Lost)
            }
            Fault::Kill(after) => {
                let installation = &mut self.installation;
                let kill = async {
                    tokio::time::sleep(Duration::from_millis(after)).await;
                    installation.kill();
                };
                let (answer, ()) = tokio::join!(run, kill);
                self.come_back().await;
                answer
            }
            Fault::KillAfter(after) => {
                self.mails.slow_down(true).await;
                let answer = run.await;
                tokio::time::sleep(Duration::from_millis(after)).await;
                self.installation.kill();
                self.mails.slow_down(false).await;
                self.come_back().await;
                answer
            }
        }
    }

    /// Waits until the server has finished the requests of disconnected clients.
    async fn over(&self, url: &str) {
        eventually("the end of all requests", || async {
            (self.api.connections(url).await == 0).then_some(())
        })
        .await;
        self.api.ids.quiet().await;
    }

    async fn come_back(&mut self) {
        self.mails.expect_repeats();
        self.api.ids.quiet().await;
        self.installation.serve().await;
    }

    /// Stops the installation.
    pub async fn end(self) {
        drop(self.api);
        self.installation.end().await;
    }

    /// Waits until all mails are sent and reads them.
    async fn settle(&mut self) -> Check {
        self.agree_on_mails(true).await?;
        self.mails.read(&self.api).await
    }

    /// Discards the worlds that do not match the outbox or the existing workspaces.
    async fn agree_on_mails(&mut self, are_sent: bool) -> Check {
        let there = self.api.ids.workspaces().await;
        let same = |world: &World| world.state.workspaces.keys().eq(there.iter());
        let explained = self.worlds.seen(same);
        explained.map_err(|_| format!("no world has the workspaces {there:?}"))?;
        self.worlds = self
            .mails
            .agree(&self.api.ids, &self.worlds, are_sent)
            .await?;
        Ok(())
    }
}
