//! The way of a request: scan, parse, bound, choose the operation, execute, complete, give codes.
//!
//! Every transport goes through here, so no limit can be passed by choosing another one.

mod complete;
pub mod cost;
mod document;
mod document_store;
mod documents;
pub mod errors;
pub mod expansion;
mod lex;
mod list_sizes;
mod literals;
mod paths;
mod persisted;
mod price;
pub mod reply;
mod rewrite;
pub mod scan;
mod selection;
pub mod types;
mod variables;

use std::sync::Arc;

use async_graphql::{
    Data, Executor, ObjectType, Request, Response, ServerError, SubscriptionType, Value, Variables,
    parser::{self, types::OperationType},
};
use futures_util::{Stream, StreamExt};

use self::{
    complete::complete, cost::CostLimits, document::Document, documents::Documents,
    expansion::ExpansionLimits, reply::Reply, scan::ScanLimits, selection::Collector,
    types::TypeMap,
};
use super::Schema;

/// A schema with all that stands around it. Made once, cheap to clone.
#[derive(Clone)]
pub struct Api<E = Schema> {
    schema: E,
    types: Arc<TypeMap>,
    documents: Arc<Documents>,
    cost: CostLimits,
}

/// A request that may run: its document is sound, its operation chosen, its variables there.
pub struct Operation {
    request: Request,
    document: Arc<Document>,
    kind: OperationType,
}

impl Operation {
    /// Query, mutation or subscription.
    pub fn kind(&self) -> OperationType {
        self.kind
    }

    /// Adds what the resolvers need: the viewer, loaders.
    #[must_use]
    pub fn with_data(mut self, data: Data) -> Self {
        self.request.data = data;
        self
    }
}

impl<Q, M, S> Api<async_graphql::Schema<Q, M, S>>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// Puts limits before `schema`.
    ///
    /// # Errors
    /// Where the schema's own SDL can't be read back.
    pub fn new(
        schema: async_graphql::Schema<Q, M, S>,
        scan: ScanLimits,
        expansion: ExpansionLimits,
        cost: CostLimits,
    ) -> Result<Self, parser::Error> {
        Ok(Self {
            types: Arc::new(TypeMap::from_sdl(&schema.sdl())?),
            documents: Arc::new(Documents::new(scan, expansion)),
            schema,
            cost,
        })
    }
}

impl<E: Executor> Api<E> {
    /// Checks a request as far as that is possible without running it.
    ///
    /// # Errors
    /// A refusal with the code `QUERY_TOO_COMPLEX`, `BAD_INPUT` or one of persisted queries.
    pub fn prepare(&self, mut request: Request) -> Result<Operation, ServerError> {
        let document = self.documents.get(&request, &self.types)?;
        let operation = &document.operation(request.operation_name.as_deref())?.node;
        variables::check_size(document.variable_uses, &request.variables)?;
        variables::coerce(operation, &mut request.variables)?;
        let collector = Collector {
            types: &self.types,
            fragments: &document.executable.fragments,
            variables: &request.variables,
            marker: &document.marker,
        };
        cost::check(collector, operation, &self.cost).map_err(errors::too_dear)?;
        let kind = operation.ty;
        Ok(Operation {
            request,
            document,
            kind,
        })
    }

    /// Prepares and runs a request, see [`Self::prepare`] and [`Self::run`].
    pub async fn execute(&self, request: Request, request_id: &str) -> Reply {
        match self.prepare(request) {
            Ok(operation) => self.run(operation, request_id).await,
            Err(refusal) => refusal.into(),
        }
    }

    /// Runs a query or mutation. A subscription is refused, see [`Self::subscribe`].
    ///
    /// `request_id` stands in the log beside the cause of an `INTERNAL` error, and in that error.
    pub async fn run(&self, operation: Operation, request_id: &str) -> Reply {
        if operation.kind == OperationType::Subscription {
            let message = "Subscriptions run over WebSocket (graphql-transport-ws) only.";
            return errors::bad_input(message, None).into();
        }
        let (request, finish) = self.split(operation, request_id);
        finish.reply(self.schema.execute(request).await)
    }

    /// Runs any operation and gives a reply for each of its results: one for a query or mutation,
    /// any number for a subscription, which ends after a request error.
    pub fn subscribe(
        &self,
        operation: Operation,
        request_id: &str,
    ) -> impl Stream<Item = Reply> + Send + use<E> {
        let (request, finish) = self.split(operation, request_id);
        self.schema
            .execute_stream(request, None)
            .map(move |response| finish.reply(response))
    }

    fn split(&self, operation: Operation, request_id: &str) -> (Request, Finish) {
        let Operation {
            mut request,
            document,
            ..
        } = operation;
        request.set_parsed_query(document.executable.clone());
        let finish = Finish {
            types: Arc::clone(&self.types),
            document,
            operation_name: request.operation_name.clone(),
            conditions: conditions(&request.variables),
            request_id: request_id.to_owned(),
        };
        (request, finish)
    }
}

/// The variables that `@skip` and `@include` can ask for.
fn conditions(variables: &Variables) -> Variables {
    let mut conditions = Variables::default();
    for (name, value) in variables.iter() {
        if let Value::Boolean(_) = value {
            conditions.insert(name.clone(), value.clone());
        }
    }
    conditions
}

/// What turns the library's responses into replies.
struct Finish {
    types: Arc<TypeMap>,
    document: Arc<Document>,
    operation_name: Option<String>,
    conditions: Variables,
    request_id: String,
}

impl Finish {
    fn reply(&self, mut response: Response) -> Reply {
        if errors::are_request_errors(&response) {
            errors::finish_request_errors(&mut response.errors);
            return Reply {
                response,
                executed: false,
            };
        }
        let collector = Collector {
            types: &self.types,
            fragments: &self.document.executable.fragments,
            variables: &self.conditions,
            marker: &self.document.marker,
        };
        if let Ok(operation) = self.document.operation(self.operation_name.as_deref()) {
            complete(collector, &operation.node, &mut response);
        }
        errors::finish_field_errors(&mut response.errors, &self.request_id);
        Reply {
            response,
            executed: true,
        }
    }
}
