//! The baseline of the benchmark: a minimal server that serves only the team page. `GET
//! /team?workspace=UUID` with a bearer token.
//!
//! Settings: `HANDWRITTEN_LISTEN` (an address with port) and `HANDWRITTEN_DATABASE_URL`.

mod answer;
mod queries;

use answer::Answer;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use axum_extra::TypedHeader;
use axum_extra::headers::{Authorization, authorization::Bearer};
use chrono::Utc;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::error::Error;
use uuid::Uuid;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The product's default.
const CONNECTIONS: u32 = 16;
/// The roles that may read the whole page: Workspace Admin and Security Auditor.
const REVIEWERS: [i16; 2] = [1, 3];

#[derive(Deserialize)]
struct Params {
    workspace: Uuid,
}

async fn team(
    State(pool): State<PgPool>,
    Query(Params { workspace }): Query<Params>,
    TypedHeader(bearer): TypedHeader<Authorization<Bearer>>,
) -> Result<Json<Answer>, StatusCode> {
    let now = Utc::now();
    let hash = Sha256::digest(bearer.token());
    let mut connection = pool.acquire().await.map_err(internal)?;
    let role = queries::role(&mut connection, &hash, workspace, now)
        .await
        .map_err(internal)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    if !REVIEWERS.contains(&role) {
        return Err(StatusCode::FORBIDDEN);
    }
    let summary = queries::summary(&mut connection, workspace, now)
        .await
        .map_err(internal)?;
    let members = queries::members(&mut connection, workspace)
        .await
        .map_err(internal)?;
    drop(connection);
    Answer::new(summary, members).map(Json).map_err(internal)
}

fn internal(error: impl Error) -> StatusCode {
    eprintln!("request failed: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .test_before_acquire(false)
        .connect(&std::env::var("HANDWRITTEN_DATABASE_URL")?)
        .await?;
    let router = Router::new().route("/team", get(team)).with_state(pool);
    let listener = tokio::net::TcpListener::bind(std::env::var("HANDWRITTEN_LISTEN")?).await?;
    axum::serve(listener, router).await?;
    Ok(())
}
