//! The right to change teams. A [`TeamLock`] is the only way to write memberships and invitations.
//! It is obtained by locking the workspaces and then verifying, in the same transaction, that the
//! actor may change them.

use crate::App;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::db::{Tx, Writer};
use crate::error::{Error, Result};
use crate::permissions::{self, Permission};
use crate::team::invitation;
use crate::team::invitation::link::Link;
use crate::team::memberships;
use chrono::{DateTime, Utc};
use entity::membership::{self, MembershipStatus};
use entity::{Role, session, workspace};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, LockType, Query};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult};
use std::ops::Deref;
use uuid::Uuid;

/// What an operation on a team requires, and its kind in the audit log.
#[derive(Clone, Copy, Debug)]
pub struct Right {
    /// The permission that the actor needs in every workspace of the operation.
    pub permission: Permission,
    /// The audit kind of a denied attempt.
    pub kind: AuditKind,
}

/// Workspaces whose teams only this transaction can change. Dereferences to the [`Writer`] of the
/// transaction.
pub struct TeamLock {
    writer: Writer,
    workspaces: Vec<workspace::Model>,
    now: DateTime<Utc>,
}

impl Deref for TeamLock {
    type Target = Writer;

    fn deref(&self) -> &Writer {
        &self.writer
    }
}

/// Runs an operation of a signed-in actor on the teams of some workspaces. `work` gets the lock if
/// the actor's session is valid and their current role in every workspace has the permission. A
/// member's denied attempt is written to the audit log.
///
/// # Errors
/// `Unauthenticated` if the session has ended. `NotFound` if the actor does not belong to one of
/// the workspaces. `Forbidden` if their role lacks the permission. The errors of `work`.
pub async fn with_right<T, F, W>(
    app: &App,
    actor: &Actor,
    right: Right,
    workspace_ids: &[Uuid],
    work: F,
) -> Result<T>
where
    F: Fn(TeamLock) -> W,
    W: Future<Output = Result<T>>,
{
    let work = &work;
    let done = app
        .db
        .transaction(right.kind.code(), |tx| async move {
            let team = TeamLock::take(tx, app, workspace_ids).await?;
            let roles = team.roles_of(app, actor).await?;
            let denied = denied(&roles, workspace_ids, right.permission)?;
            if denied.is_empty() {
                return work(team).await.map(Some);
            }
            // Returning an error would roll back the audit entry.
            record_denied(&team, app, actor, right, &denied).await?;
            Ok(None)
        })
        .await
        .map_err(|error| error.in_workspaces(workspace_ids))?;
    done.ok_or(Error::Forbidden(right.permission))
}

/// Runs an operation of a signed-in member on their own membership, which needs no permission.
///
/// # Errors
/// `Unauthenticated` if the session has ended. `NotFound` if the actor does not belong to the
/// workspace. The errors of `work`.
pub async fn as_member<T, F, W>(
    app: &App,
    actor: &Actor,
    operation: &'static str,
    workspace_id: Uuid,
    work: F,
) -> Result<T>
where
    F: Fn(TeamLock) -> W,
    W: Future<Output = Result<T>>,
{
    let work = &work;
    app.db
        .transaction(operation, |tx| async move {
            let team = TeamLock::take(tx, app, &[workspace_id]).await?;
            let roles = team.roles_of(app, actor).await?;
            role_in(&roles, workspace_id)?;
            work(team).await
        })
        .await
        .map_err(|error| error.in_workspaces(&[workspace_id]))
}

/// Writes a denied attempt to the audit logs of workspaces to which the actor belongs.
pub async fn record_denied(
    writer: &Writer,
    app: &App,
    actor: &Actor,
    right: Right,
    workspace_ids: &[Uuid],
) -> Result<()> {
    let entries = workspace_ids
        .iter()
        .map(|id| Entry::refused(*id, right.kind).with("needed", right.permission.code()));
    audit::record(writer, app.now(), actor, entries).await
}

/// Returns the workspaces in which the roles lack the permission.
fn denied(roles: &[(Uuid, Role)], workspace_ids: &[Uuid], needed: Permission) -> Result<Vec<Uuid>> {
    let mut denied = Vec::new();
    for id in workspace_ids {
        if !permissions::allows(role_in(roles, *id)?, needed) {
            denied.push(*id);
        }
    }
    Ok(denied)
}

fn role_in(roles: &[(Uuid, Role)], workspace_id: Uuid) -> Result<Role> {
    let found = roles.iter().find(|(id, _)| *id == workspace_id);
    found
        .map(|(_, role)| *role)
        .ok_or(Error::NotFound("workspace"))
}

/// The workspaces that an invitation link gives access to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The workspaces of its mail.
    Mail,
    /// Also all others to which the same person has a pending invitation, because using the link
    /// verifies the mailbox.
    Mailbox,
}

/// One row for each membership of the actor, or one row without a membership for an actor who has
/// none there.
#[derive(FromQueryResult)]
struct ActorRole {
    workspace_id: Option<Uuid>,
    role: Option<Role>,
}

impl TeamLock {
    /// Locks the workspaces that the holder of an invitation link may change. Then reads the link
    /// again, which was `seen` outside of the transaction. The caller decides what the link's state
    /// allows.
    ///
    /// # Errors
    /// Refused with `TokenUnknown` if no such link was sent.
    pub async fn by_link(
        tx: Tx,
        app: &App,
        token: &str,
        seen: &Link,
        reach: Reach,
    ) -> Result<(TeamLock, Link)> {
        let writer = tx.into_writer();
        let named = seen.invitations.iter().map(|(named, _)| named);
        let workspaces = match (reach, named.clone().next()) {
            (Reach::Mailbox, Some(first)) => {
                let (mail_id, user_id) = (seen.mail_id, first.user_id);
                let ids = invitation::workspaces_of_mailbox(mail_id, user_id, app.now());
                memberships::lock(&writer, workspace::Column::Id.in_subquery(ids)).await?
            }
            _ => memberships::lock_all(&writer, named.map(|named| named.workspace_id)).await?,
        };
        let team = TeamLock::taken(writer, workspaces, app);
        let link = Link::find(&*team, token, team.now).await?;
        Ok((team, link))
    }

    /// Locks a team for `tokenvue doctor`, which repairs it on an operator's request.
    pub async fn for_repair(tx: Tx, app: &App, workspace_id: Uuid) -> Result<TeamLock> {
        TeamLock::take(tx, app, &[workspace_id]).await
    }

    /// Inserts a new workspace, which no other transaction can see before this one ends. The caller
    /// has checked who may create it.
    pub async fn of_new(writer: &Writer, workspace: workspace::Model) -> Result<TeamLock> {
        let now = workspace.created_at;
        let row = sea_orm::IntoActiveModel::into_active_model(workspace.clone());
        workspace::Entity::insert(row)
            .exec_without_returning(writer)
            .await?;
        Ok(TeamLock {
            writer: writer.clone(),
            workspaces: vec![workspace],
            now,
        })
    }

    async fn take(tx: Tx, app: &App, workspace_ids: &[Uuid]) -> Result<TeamLock> {
        let writer = tx.into_writer();
        let workspaces = memberships::lock_all(&writer, workspace_ids.iter().copied()).await?;
        Ok(TeamLock::taken(writer, workspaces, app))
    }

    /// Reads the time after the lock was taken: events are listed by time, which must be the order
    /// of the changes.
    fn taken(writer: Writer, workspaces: Vec<workspace::Model>, app: &App) -> TeamLock {
        let now = app.now();
        TeamLock {
            writer,
            workspaces,
            now,
        }
    }

    /// Returns the time at which the lock was taken.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Returns the connection for reads and writes under the lock.
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Returns the locked workspaces.
    pub fn workspaces(&self) -> &[workspace::Model] {
        &self.workspaces
    }

    /// Requires that the lock covers these workspaces.
    ///
    /// # Errors
    /// `NotFound` if one of them did not exist when the lock was taken, or was not locked.
    pub fn covers(&self, workspace_ids: &[Uuid]) -> Result<()> {
        for id in workspace_ids {
            self.workspace(*id)?;
        }
        Ok(())
    }

    /// Returns a locked workspace.
    ///
    /// # Errors
    /// `NotFound` if it did not exist when the lock was taken, or was not locked.
    pub fn workspace(&self, id: Uuid) -> Result<&workspace::Model> {
        self.workspaces
            .iter()
            .find(|workspace| workspace.id == id)
            .ok_or(Error::NotFound("workspace"))
    }

    /// Requires that the actor's session is valid. It cannot end before the transaction.
    ///
    /// # Errors
    /// `Unauthenticated` if the session has ended.
    pub async fn require_session(&self, app: &App, actor: &Actor) -> Result<()> {
        self.roles_of(app, actor).await.map(drop)
    }

    /// Returns the actor's roles in the locked workspaces if their session is valid. The session's
    /// row stays locked, so that it cannot end before the transaction.
    async fn roles_of(&self, app: &App, actor: &Actor) -> Result<Vec<(Uuid, Role)>> {
        let session_id = actor.session_id.ok_or(Error::Unauthenticated)?;
        let ids = self.workspaces.iter().map(|workspace| workspace.id);
        let membership = Condition::all()
            .add(
                Expr::col((membership::Entity, membership::Column::UserId))
                    .equals((session::Entity, session::Column::UserId)),
            )
            .add(
                Expr::col((membership::Entity, membership::Column::Status))
                    .eq(Expr::value(MembershipStatus::Active)),
            )
            .add(Expr::col((membership::Entity, membership::Column::WorkspaceId)).is_in(ids));
        let query = Query::select()
            .column((membership::Entity, membership::Column::WorkspaceId))
            .column((membership::Entity, membership::Column::Role))
            .from(session::Entity)
            .left_join(membership::Entity, membership)
            .cond_where(crate::account::session::usable(
                app,
                session_id,
                actor.user_id,
            ))
            .lock_with_tables(LockType::KeyShare, [session::Entity])
            .to_owned();
        let statement = self.get_database_backend().build(&query);
        let rows = ActorRole::find_by_statement(statement)
            .all(self.writer())
            .await?;
        if rows.is_empty() {
            return Err(Error::Unauthenticated);
        }
        let role = |row: ActorRole| Some((row.workspace_id?, row.role?));
        Ok(rows.into_iter().filter_map(role).collect())
    }
}
