//! How many operations run or wait at once. Further ones are refused at once: a queue that grows
//! would only make all of them slow, and those at its end too late to be of use.

use super::refusal::Refusal;
use crate::config::Config;
use crate::graphql::code;
use async_graphql::parser::types::OperationType;
use axum::http::StatusCode;
use metrics::Gauge;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// After how many seconds a client that was refused may try again.
const RETRY_AFTER: u16 = 1;
/// What clients hear who are refused.
const BUSY: &str =
    "The server has too much to do right now. Nothing was changed; try again in a moment.";

/// Lets in as many operations as may be under way. Clones count together.
#[derive(Clone)]
pub struct Admission {
    all: Arc<Semaphore>,
    /// Mutations have to leave room for queries: many of them may wait for one lock.
    mutations: Arc<Semaphore>,
}

/// An operation's place among those that are under way.
pub struct Admitted {
    admission: Admission,
    _permit: OperationPermit,
}

/// Given back when it is dropped, whichever way the operation ends.
pub struct OperationPermit {
    _permit: OwnedSemaphorePermit,
    running: Gauge,
}

impl Admission {
    /// As many places as the settings say.
    pub fn new(config: &Config) -> Self {
        let all = usize::from(config.max_operations);
        Self {
            all: Arc::new(Semaphore::new(all)),
            mutations: Arc::new(Semaphore::new((all * 3 / 4).max(1))),
        }
    }

    /// A place for an operation, before it is looked at.
    ///
    /// # Errors
    /// 503, code `UNAVAILABLE`, where all are taken.
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
    /// What the operation needs besides, once it is known what it does.
    ///
    /// # Errors
    /// 503, code `UNAVAILABLE`, for a mutation beyond those that may be under way.
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
