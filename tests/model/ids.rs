//! Translates the model's names to IDs of the service by reading the database.

use crate::request::person;
use crate::support::eventually;
use entity::outbox::MailState;
use entity::{invitation, outbox, session, user, workspace};
use model::{Key, Person};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, Database, DatabaseConnection, DbBackend,
    EntityTrait as _, QueryFilter as _, QueryOrder as _, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait as _,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;
use tokenvue::graphql::id::GlobalId;
use tokenvue::token::Token;
use uuid::Uuid;

/// A database connection that faults do not affect. Nonexistent objects get an ID that was never
/// issued.
pub struct Ids {
    db: DatabaseConnection,
    /// Workspaces found so far. Their names may change, but not the start of their slugs.
    workspaces: Mutex<HashMap<Key, Uuid>>,
}

/// A mail in the outbox.
pub struct Outgoing {
    pub id: Uuid,
    pub to: Person,
    pub kind: String,
    pub state: MailState,
}

impl Ids {
    pub async fn connect(url: &str) -> Ids {
        Ids {
            db: Database::connect(url).await.unwrap(),
            workspaces: Mutex::default(),
        }
    }

    /// The slug of a workspace starts with `w` and its key.
    pub async fn workspace(&self, key: Key) -> Uuid {
        if let Some(id) = self.workspaces.lock().unwrap().get(&key) {
            return *id;
        }
        let found = workspace::Entity::find()
            .filter(workspace::Column::Slug.like(format!("w{}-%", key.0)))
            .one(&self.db)
            .await
            .unwrap();
        let Some(found) = found else {
            return Uuid::now_v7();
        };
        self.workspaces.lock().unwrap().insert(key, found.id);
        found.id
    }

    async fn user(&self, person: Person) -> Option<Uuid> {
        let found = user::Entity::find()
            .filter(user::Column::EmailKey.eq(person.email()))
            .one(&self.db);
        found.await.unwrap().map(|user| user.id)
    }

    pub async fn workspace_id(&self, key: Key) -> String {
        GlobalId::Workspace(self.workspace(key).await).encode().0
    }

    pub async fn membership_id(&self, key: Key, person: Person) -> String {
        let user_id = self.user(person).await.unwrap_or_else(Uuid::now_v7);
        let workspace_id = self.workspace(key).await;
        let id = GlobalId::Membership {
            workspace_id,
            user_id,
        };
        id.encode().0
    }

    /// Returns the ID of the latest invitation of a person to a workspace.
    pub async fn invitation_id(&self, key: Key, person: Person) -> String {
        let workspace_id = self.workspace(key).await;
        let found = invitation::Entity::find()
            .filter(invitation::Column::WorkspaceId.eq(workspace_id))
            .filter(invitation::Column::Email.eq(person.email()))
            .order_by_desc(invitation::Column::Id)
            .one(&self.db)
            .await
            .unwrap();
        let id = found.map_or_else(Uuid::now_v7, |found| found.id);
        GlobalId::Invitation { workspace_id, id }.encode().0
    }

    /// Returns the ID of a token's session.
    pub async fn session_id(&self, token: &str) -> String {
        let hash = Token::parse(token).unwrap().hash();
        let found = session::Entity::find()
            .filter(session::Column::TokenHash.eq(hash))
            .one(&self.db)
            .await
            .unwrap();
        let id = found.map_or_else(Uuid::now_v7, |found| found.id);
        GlobalId::Session(id).encode().0
    }

    /// Returns all workspaces.
    pub async fn workspaces(&self) -> BTreeSet<Key> {
        let rows = workspace::Entity::find().all(&self.db).await.unwrap();
        let keys = rows.iter().map(|row| {
            let number = row
                .slug
                .strip_prefix('w')
                .and_then(|rest| rest.split('-').next());
            Key(number.unwrap().parse().unwrap())
        });
        keys.collect()
    }

    /// Returns all mails in order.
    pub async fn outbox(&self) -> Vec<Outgoing> {
        let rows = outbox::Entity::find()
            .order_by_asc(outbox::Column::Id)
            .all(&self.db)
            .await
            .unwrap();
        let mails = rows.into_iter().map(|row| Outgoing {
            id: row.id,
            to: person(&row.recipient_email).unwrap(),
            kind: row.content["kind"].as_str().unwrap().to_owned(),
            state: row.state,
        });
        mails.collect()
    }

    /// Waits until no other transaction is open.
    pub async fn quiet(&self) {
        if self.db.get_database_backend() == DbBackend::Sqlite {
            // SQLite has one writer.
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            let alone = self.db.begin_with_options(options).await.unwrap();
            return alone.commit().await.unwrap();
        }
        let others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()
            AND state <> 'idle' AND pid <> pg_backend_pid()";
        eventually("the end of all transactions", || async {
            let others = Statement::from_string(DbBackend::Postgres, others);
            let rows = self.db.query_all_raw(others).await.unwrap();
            rows.is_empty().then_some(())
        })
        .await;
    }

    /// Returns all mails to a person in order.
    pub async fn mails(&self, to: Person) -> Vec<Outgoing> {
        let rows = outbox::Entity::find()
            .filter(outbox::Column::RecipientEmail.eq(to.email()))
            .order_by_asc(outbox::Column::Id)
            .all(&self.db)
            .await
            .unwrap();
        let mails = rows.into_iter().map(|row| Outgoing {
            id: row.id,
            to,
            kind: row.content["kind"].as_str().unwrap().to_owned(),
            state: row.state,
        });
        mails.collect()
    }
}
