//! Limits the operations that run or wait at once. Further ones are refused immediately: a growing
//! queue would slow down all of them and serve the last ones too late.

use super::refusal::Refusal;
use crate::config::Config;
use crate::graphql::code;
use async_graphql::parser::types::OperationType;
use axum::http::StatusCode;
use metrics::Gauge;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The value of `Retry-After`, in seconds.
const RETRY_AFTER: u16 = 1;
/// The message of a refusal.
const BUSY: &str =
    "The server is overloaded right now. Nothing was changed; try again in a moment.";

/// Admits a limited number of operations. Clones share the limit.
#[derive(Clone)]
pub struct Admission {
    all: Arc<Semaphore>,
    /// The permits of mutations, fewer than all: many mutations may wait for one lock, and queries
    /// must not wait for them.
    mutations: Arc<Semaphore>,
}

/// An admitted operation.
pub struct Admitted {
    admission: Admission,
    _permit: OperationPermit,
}

/// The permit of a running operation, returned when dropped.
pub struct OperationPermit {
    _permit: OwnedSemaphorePermit,
    running: Gauge,
}

impl Admission {
    /// Creates the configured number of permits.
    pub fn new(config: &Config) -> Self {
        let all = usize::from(config.max_operations);
        Self {
            all: Arc::new(Semaphore::new(all)),
            mutations: Arc::new(Semaphore::new((all * 3 / 4).max(1))),
        }
    }

    /// Admits an operation before it is parsed.
    ///
    /// # Errors
    /// 503 with code `UNAVAILABLE` if the limit is reached.
    pub fn enter(&self) -> Result<Admitted, Refusal> {
        let permit = self.all.clone().try_acquire_owned();
        let permit = permit.map_err(|_| refused("any"))?;
        Ok(Admitted {
            admission: self.clone(),
            _permit: OperationPermit::new(permit, "any"),
        })
    }
}

impl Admitted {
    /// Acquires the additional permit of a mutation once the kind of the operation is known.
    ///
    /// # Errors
    /// 503 with code `UNAVAILABLE` if the limit of mutations is reached.
    pub fn go_on(&self, kind: OperationType) -> Result<Option<OperationPermit>, Refusal> {
        if kind != OperationType::Mutation {
            return Ok(None);
        }
        let permit = self.admission.mutations.clone().try_acquire_owned();
        let permit = permit.map_err(|_| refused("mutation"))?;
        Ok(Some(OperationPermit::new(permit, "mutation")))
    }
}

impl OperationPermit {
    fn new(permit: OwnedSemaphorePermit, kind: &'static str) -> Self {
        let running = metrics::gauge!("tokenvue_operations_under_way", "kind" => kind);
        running.increment(1);
        Self {
            _permit: permit,
            running,
        }
    }
}

impl Drop for OperationPermit {
    fn drop(&mut self) {
        self.running.decrement(1);
    }
}

fn refused(kind: &'static str) -> Refusal {
    metrics::counter!("tokenvue_operations_shed_total", "kind" => kind).increment(1);
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, code::UNAVAILABLE, BUSY).retry_after(RETRY_AFTER)
}
