//! Isolation of operations: time limits and panics.

use super::refusal::Refusal;
use crate::graphql::error;
use axum::http::StatusCode;
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use std::any::Any;
use std::panic::AssertUnwindSafe;
use tokio::time::{Instant, timeout_at};

/// The message of an operation that timed out.
const TOO_SLOW: &str = "The operation timed out. Check whether it took effect, then try again.";

/// Runs an operation with a deadline. At the deadline, it is dropped and its transaction rolled
/// back.
///
/// # Errors
/// 503 on timeout, 500 on panic.
pub async fn bounded<T>(
    deadline: Instant,
    request_id: &str,
    operation: impl Future<Output = T>,
) -> Result<T, Refusal> {
    // State that a panic leaves inconsistent is dropped with the operation.
    let operation = AssertUnwindSafe(operation).catch_unwind();
    match timeout_at(deadline, operation).await {
        Ok(outcome) => outcome.map_err(|panic| panicked(panic, request_id)),
        Err(_) => {
            tracing::warn!(request_id, "an operation timed out");
            // Not 408, because browsers resend the request on 408.
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Err(Refusal::internal(status, TOO_SLOW, request_id))
        }
    }
}

/// Returns the items of a stream, followed by a refusal if it panics.
pub fn unless_panicked<T>(
    items: impl Stream<Item = T>,
    request_id: &str,
) -> impl Stream<Item = Result<T, Refusal>> {
    let items = AssertUnwindSafe(items).catch_unwind();
    items.map(move |item| item.map_err(|panic| panicked(panic, request_id)))
}

/// Logs a panic. The runtime has written its message to standard error.
fn panicked(_: Box<dyn Any + Send>, request_id: &str) -> Refusal {
    tracing::error!(request_id, "an operation panicked");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    Refusal::internal(status, error::INTERNAL, request_id)
}
