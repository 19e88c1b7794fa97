//! What keeps one operation from taking others with it: it neither lasts for ever nor panics.

use super::refusal::Refusal;
use crate::graphql::error;
use axum::http::StatusCode;
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use std::any::Any;
use std::panic::AssertUnwindSafe;
use tokio::time::{Instant, timeout_at};

/// What a client hears of an operation that was given up.
const TOO_SLOW: &str =
    "This took too long and was given up. Look whether it was done, and try again.";

/// Runs an operation until a deadline, upon which it is dropped and its transaction rolled back.
///
/// # Errors
/// 503 where it is not done by then, 500 where it panics.
pub async fn bounded<T>(
    deadline: Instant,
    request_id: &str,
    operation: impl Future<Output = T>,
) -> Result<T, Refusal> {
    // What a panic leaves half done ends with the operation.
    let operation = AssertUnwindSafe(operation).catch_unwind();
    match timeout_at(deadline, operation).await {
        Ok(outcome) => outcome.map_err(|panic| panicked(panic, request_id)),
        Err(_) => {
            tracing::warn!(request_id, "an operation took too long and was given up");
            // Not 408: upon that one browsers send the request again by themselves.
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Err(Refusal::internal(status, TOO_SLOW, request_id))
        }
    }
}

/// The items of a stream; a refusal as the last one where it panics.
pub fn unless_panicked<T>(
    items: impl Stream<Item = T>,
    request_id: &str,
) -> impl Stream<Item = Result<T, Refusal>> {
    let items = AssertUnwindSafe(items).catch_unwind();
    items.map(move |item| item.map_err(|panic| panicked(panic, request_id)))
}

/// The panic's own text has been written to standard error by the runtime.
fn panicked(_: Box<dyn Any + Send>, request_id: &str) -> Refusal {
    tracing::error!(request_id, "an operation panicked");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    Refusal::internal(status, error::INTERNAL, request_id)
}
