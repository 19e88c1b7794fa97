//! Password hashes with parameters other than the current ones.

use crate::on_both_engines;
use crate::support::{PASSWORD, Server, Team, user_errors};
use argon2::password_hash::{PasswordHasher as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use entity::user;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use tokio::task::JoinSet;

on_both_engines!(signing_in_replaces_an_older_hash);

/// Replaces an account's password hash with one of [`PASSWORD`] as an earlier version would have
/// stored it.
pub async fn make_older(server: &Server, email: &str) {
    let params = Params::new(64, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let salt = SaltString::from_b64("c29tZSBzYWx0").unwrap();
    let hash = argon2.hash_password(PASSWORD.as_bytes(), &salt).unwrap();
    let writer = server.app.db.maintenance();
    user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, hash.to_string().into())
        .filter(user::Column::EmailKey.eq(email))
        .exec(&writer)
        .await
        .unwrap();
}

async fn hash_of(server: &Server, email: &str) -> String {
    let by_email = user::Entity::find().filter(user::Column::EmailKey.eq(email));
    let user = by_email.one(&server.app.db).await.unwrap().unwrap();
    user.password_hash.unwrap()
}

async fn sign_in(server: Server, email: String, password: &'static str) -> Value {
    let input = json!({ "email": email, "password": password, "transport": "BEARER" });
    let anonymous = server.anonymous();
    anonymous.mutate("signIn", input, "sessionToken").await
}

/// Returns algorithm, version, and costs, without salt and hash.
fn parameters(hash: &str) -> String {
    hash.split('$').take(4).collect::<Vec<_>>().join("$")
}

async fn signing_in_replaces_an_older_hash(server: Server) {
    let team = Team::first(&server).await;
    let email = team.admin.email.clone();
    let current = hash_of(&server, &email).await;
    sign_in(server.clone(), email.clone(), PASSWORD).await;
    assert_eq!(hash_of(&server, &email).await, current);

    make_older(&server, &email).await;
    let older = hash_of(&server, &email).await;
    assert_ne!(parameters(&older), parameters(&current));
    let wrong = sign_in(server.clone(), email.clone(), "not the password").await;
    assert_eq!(user_errors(&wrong), ["CREDENTIALS_INVALID"]);
    assert_eq!(hash_of(&server, &email).await, older);

    // All of them may verify the older hash before one replaces it.
    let mut signing_in = JoinSet::new();
    for _ in 0..4 {
        signing_in.spawn(sign_in(server.clone(), email.clone(), PASSWORD));
    }
    for payload in signing_in.join_all().await {
        assert!(payload["sessionToken"].is_string(), "{payload}");
    }
    let renewed = hash_of(&server, &email).await;
    assert_eq!(parameters(&renewed), parameters(&current));
    assert!(team.admin.client.is_signed_in().await);
    let payload = sign_in(server.clone(), email.clone(), PASSWORD).await;
    assert!(payload["sessionToken"].is_string(), "{payload}");
    assert_eq!(hash_of(&server, &email).await, renewed);
}
