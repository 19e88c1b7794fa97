//! Writes the decisions: users, memberships, invitations, mails, and audit entries, each table in
//! one statement regardless of the number of people.

use super::decide::{Decision, Facts, Verdict};
use super::{Invitee, Person, users};
use crate::App;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::error::{Problem, Result};
use crate::mail::outbox::{self, AddedTo, MailKind, OutboxMail};
use crate::mail::quota;
use crate::name;
use crate::team::invitation::{lifetime, store};
use crate::team::lock::TeamLock;
use crate::team::memberships::{self, Identity};
use entity::invitation as invitations;
use entity::invitation::InvitationState;
use entity::membership;
use entity::user;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

/// Fails the decisions that would exceed a mail quota, without counting.
pub async fn foresee_caps(
    db: &impl ConnectionTrait,
    app: &App,
    sender_id: Uuid,
    invitees: &[Invitee],
    decisions: &mut [Decision],
) -> Result<()> {
    let recipients = recipients(invitees, decisions);
    let problems = quota::foresee(db, app, sender_id, &email_keys(&recipients)).await?;
    fail_each(decisions, &recipients, problems);
    Ok(())
}

/// Writes all decisions and sets the users of those that create one.
pub async fn apply(
    team: &TeamLock,
    app: &App,
    actor: &Actor,
    invitees: &[Invitee],
    facts: &Facts,
    decisions: &mut [Decision],
) -> Result<()> {
    let notified = recipients(invitees, decisions);
    let problems = quota::count(team, app, actor.user_id, &email_keys(&notified)).await?;
    fail_each(decisions, &notified, problems);
    let users = users::create(team, facts, &recipients(invitees, decisions)).await?;
    let mut batch = Batch::default();
    for (index, invitee) in invitees.iter().enumerate() {
        let Ok(person) = &invitee.person else {
            continue;
        };
        let Some(user) = users.get(person.email.key()) else {
            continue;
        };
        let mine = decisions
            .iter_mut()
            .filter(|decision| decision.invitee == index);
        batch.plan(app, actor, facts, person, user, mine);
    }
    batch.write(team, actor).await
}

fn email_keys<'a>(recipients: &[(usize, &'a Person)]) -> Vec<&'a str> {
    recipients
        .iter()
        .map(|(_, person)| person.email.key())
        .collect()
}

/// Fails the recipients with a problem.
fn fail_each(
    decisions: &mut [Decision],
    recipients: &[(usize, &Person)],
    problems: Vec<Option<Problem>>,
) {
    for ((index, _), problem) in recipients.iter().zip(problems) {
        if let Some(problem) = problem {
            fail(decisions, *index, &problem);
        }
    }
}

/// Returns the invitees who will receive a mail.
fn recipients<'a>(invitees: &'a [Invitee], decisions: &[Decision]) -> Vec<(usize, &'a Person)> {
    let is_notified = |index| {
        decisions.iter().any(|decision| {
            decision.invitee == index
                && matches!(decision.verdict, Verdict::Added | Verdict::Invited)
        })
    };
    let people = invitees
        .iter()
        .enumerate()
        .filter(|(index, _)| is_notified(*index));
    people
        .filter_map(|(index, invitee)| Some((index, invitee.person.as_ref().ok()?)))
        .collect()
}

fn fail(decisions: &mut [Decision], invitee: usize, problem: &Problem) {
    for decision in decisions
        .iter_mut()
        .filter(|decision| decision.invitee == invitee)
    {
        if matches!(decision.verdict, Verdict::Added | Verdict::Invited) {
            decision.verdict = Verdict::Failed(problem.clone());
        }
    }
    // Repetitions of a failed decision in the same call fail too.
    for n in 0..decisions.len() {
        let repeated = decisions[n].repeats.map(|first| &decisions[first].verdict);
        if let Some(Verdict::Failed(problem)) = repeated {
            decisions[n].verdict = Verdict::Failed(problem.clone());
        }
    }
}

/// The rows to write for all invitees.
#[derive(Default)]
struct Batch {
    members: Vec<membership::Model>,
    invitations: Vec<invitations::Model>,
    mails: Vec<OutboxMail>,
    entries: Vec<Entry>,
}

impl Batch {
    /// Collects the rows of one person's decisions. One mail names all workspaces to which they are
    /// invited, and one all to which they were added.
    fn plan<'d>(
        &mut self,
        app: &App,
        actor: &Actor,
        facts: &Facts,
        person: &Person,
        user: &user::Model,
        decisions: impl Iterator<Item = &'d mut Decision>,
    ) {
        let greeted = name::display(&person.first_name, &person.last_name, "");
        let mail = OutboxMail::new(greeted, person.email.typed(), MailKind::Invitation);
        let mut added = Vec::new();
        let mut invited = false;
        for decision in decisions {
            let Some(workspace) = facts.workspaces.get(&decision.placement.workspace_id) else {
                continue;
            };
            let role = decision.placement.role;
            let kind = match decision.verdict {
                Verdict::Added => {
                    self.add(facts, user, decision);
                    added.push(AddedTo {
                        workspace: workspace.name.clone(),
                        role: role.display_name().to_owned(),
                    });
                    AuditKind::AddMember
                }
                Verdict::Invited => {
                    let expires_at = facts.now + lifetime(app, workspace);
                    let invitation =
                        new_invitation(facts, actor, person, user, decision, mail.id(), expires_at);
                    self.invite(facts, person, user, invitation);
                    invited = true;
                    AuditKind::InviteMember
                }
                _ => continue,
            };
            decision.user_id = Some(user.id);
            let entry = Entry::done(workspace.id, kind).to(user.id, person.email.typed());
            self.entries.push(entry.with("role", role.code()));
        }
        if invited {
            self.mails.push(mail);
        }
        if !added.is_empty() {
            self.mails.push(added_mail(actor, user, added));
        }
    }

    fn add(&mut self, facts: &Facts, user: &user::Model, decision: &Decision) {
        let (workspace_id, role) = (decision.placement.workspace_id, decision.placement.role);
        let mut member = memberships::active(workspace_id, role, user, facts.now);
        // Invited before they signed up elsewhere; the invitation has expired since.
        if let Some(open) = facts.invitations.get(&(workspace_id, user.id)) {
            member.invite_sent_at = Some(open.sent_at);
            self.invitations.push(invitations::Model {
                state: InvitationState::Accepted,
                ended_at: Some(facts.now),
                ..open.clone()
            });
        }
        self.members.push(member);
    }

    fn invite(
        &mut self,
        facts: &Facts,
        person: &Person,
        user: &user::Model,
        mut invitation: invitations::Model,
    ) {
        let identity = Identity {
            first_name: &person.first_name,
            last_name: &person.last_name,
            email: person.email.typed(),
            email_key: &user.email_key,
        };
        let (workspace_id, role) = (invitation.workspace_id, invitation.role);
        let member = memberships::invited(workspace_id, role, user.id, identity, facts.now);
        // An expired invitation is resent instead of duplicated.
        if let Some(expired) = facts.invitations.get(&(workspace_id, user.id)) {
            invitation.id = expired.id;
            invitation.created_at = expired.created_at;
            invitation.sent_count = expired.sent_count + 1;
        }
        self.members.push(member);
        self.invitations.push(invitation);
    }

    async fn write(self, team: &TeamLock, actor: &Actor) -> Result<()> {
        memberships::store(team, &self.members).await?;
        store::store(team, &self.invitations).await?;
        outbox::enqueue(team, team.now(), self.mails).await?;
        audit::record(team, team.now(), actor, self.entries).await
    }
}

fn added_mail(actor: &Actor, user: &user::Model, workspaces: Vec<AddedTo>) -> OutboxMail {
    let by = actor.name.clone();
    let greeted = name::display(&user.first_name, &user.last_name, "");
    OutboxMail::new(greeted, &user.email, MailKind::Added { by, workspaces })
}

fn new_invitation(
    facts: &Facts,
    actor: &Actor,
    person: &Person,
    user: &user::Model,
    decision: &Decision,
    mail_id: Uuid,
    expires_at: chrono::DateTime<chrono::Utc>,
) -> invitations::Model {
    invitations::Model {
        workspace_id: decision.placement.workspace_id,
        id: Uuid::now_v7(),
        user_id: user.id,
        email: person.email.typed().to_owned(),
        role: decision.placement.role,
        state: InvitationState::Pending,
        inviter_id: actor.user_id,
        mail_id,
        created_at: facts.now,
        sent_at: facts.now,
        sent_count: 1,
        expires_at,
        ended_at: None,
        renewal_asked_at: None,
    }
}
