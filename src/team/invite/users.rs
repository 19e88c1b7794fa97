//! The users of invited people.

use super::Person;
use super::decide::Facts;
use crate::db::Writer;
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use entity::user::{self, UserStatus};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use uuid::Uuid;

/// Returns the known users and those of the recipients by email key. Inserts those who do not exist
/// yet.
pub(super) async fn create(
    writer: &Writer,
    facts: &Facts,
    recipients: &[(usize, &Person)],
) -> Result<HashMap<String, user::Model>> {
    let mut users = facts.users.clone();
    let mut new = Vec::new();
    for (_, person) in recipients {
        if let Entry::Vacant(entry) = users.entry(person.email.key().to_owned()) {
            let user = invited(person, facts.now);
            new.push(entry.insert(user).clone());
        }
    }
    let stored = insert(writer, new).await?.into_iter();
    users.extend(stored.map(|user| (user.email_key.clone(), user)));
    Ok(users)
}

fn invited(person: &Person, now: DateTime<Utc>) -> user::Model {
    user::Model {
        id: Uuid::now_v7(),
        email: person.email.typed().to_owned(),
        email_key: person.email.key().to_owned(),
        status: UserStatus::Invited,
        first_name: String::new(),
        last_name: String::new(),
        password_hash: None,
        created_at: now,
        signed_up_at: None,
    }
}

/// Inserts users. A concurrent call may have inserted the same person in another workspace; then
/// that user is returned instead.
async fn insert(writer: &Writer, users: Vec<user::Model>) -> Result<Vec<user::Model>> {
    if users.is_empty() {
        return Ok(users);
    }
    let rows = users.iter().cloned().map(|user| user.into_active_model());
    let inserted = user::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::column(user::Column::EmailKey)
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(writer)
        .await?;
    if usize::try_from(inserted) == Ok(users.len()) {
        return Ok(users);
    }
    let keys = users.into_iter().map(|user| user.email_key);
    let existing = user::Entity::find()
        .filter(user::Column::EmailKey.is_in(keys))
        .all(writer)
        .await?;
    let has_signed_up = |user: &user::Model| user.status != UserStatus::Invited;
    if existing.iter().any(has_signed_up) {
        return Err(Error::Conflict("an invitee has signed up"));
    }
    Ok(existing)
}
