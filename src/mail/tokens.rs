//! Tokens of links in mails. Only their hashes are stored.

use crate::App;
use crate::error::{Error, Problem, ProblemCode, Result};
use crate::token::Token;
use entity::link_token::{self, LinkPurpose};
use sea_orm::EntityTrait as _;
use uuid::Uuid;

/// Creates a token for a mail's link. Each sending of a mail gets its own token.
///
/// # Errors
/// Fails if the operating system provides no randomness.
pub async fn mint(app: &App, mail_id: Uuid, purpose: LinkPurpose) -> Result<Token> {
    let minted = mint_all(app, [(mail_id, purpose)]).await?;
    let token = minted.into_iter().next();
    token.ok_or_else(|| Error::internal("no token was created"))
}

/// Creates tokens for the links of mails, in their order.
///
/// # Errors
/// Fails if the operating system provides no randomness.
pub async fn mint_all(
    app: &App,
    links: impl IntoIterator<Item = (Uuid, LinkPurpose)>,
) -> Result<Vec<Token>> {
    let (mut tokens, mut rows) = (Vec::new(), Vec::new());
    for (mail_id, purpose) in links {
        let token = Token::random().map_err(Error::internal)?;
        let row = link_token::Model {
            token_hash: token.hash(),
            purpose,
            mail_id,
            created_at: app.now(),
        };
        rows.push(sea_orm::IntoActiveModel::into_active_model(row));
        tokens.push(token);
    }
    if !rows.is_empty() {
        link_token::Entity::insert_many(rows)
            .exec_without_returning(&app.db.maintenance())
            .await?;
    }
    Ok(tokens)
}

/// Refuses a token that was never issued.
pub fn unknown() -> Problem {
    let message = "This link is not complete. Open it from the email again, or copy all of it.";
    Problem::new(ProblemCode::TokenUnknown, &["token"], message)
}
