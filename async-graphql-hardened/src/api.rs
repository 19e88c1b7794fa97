//! The processing of a request: scan, parse, check expansion, select the operation, compute its
//! cost, execute, complete.

use std::sync::Arc;

use async_graphql::{
    Data, Executor, ObjectType, Request, Response, ServerError, SubscriptionType, Value, Variables,
    parser::{self, types::OperationType},
};
use futures_util::{Stream, StreamExt};

use crate::{
    Options, Reply, complete::complete, document::Document, documents::Documents, errors,
    operation_cost, selection::Collector, types::TypeMap, variables,
};

/// A schema with limits, whose responses follow the specification. Create it once; clones share
/// their state.
///
/// Every transport must execute its requests here: a limit that one transport skips is no limit.
#[derive(Clone)]
pub struct Api<E> {
    schema: E,
    types: Arc<TypeMap>,
    documents: Arc<Documents>,
    options: Arc<Options>,
}

/// A request that passed all checks: its document is within the limits, its operation is selected,
/// and its variables are complete.
pub struct Operation {
    request: Request,
    document: Arc<Document>,
    kind: OperationType,
}

impl Operation {
    /// Returns whether this is a query, mutation, or subscription.
    pub fn kind(&self) -> OperationType {
        self.kind
    }

    /// Adds data that resolvers read with [`Context::data`](async_graphql::Context::data), such as
    /// the user or data loaders.
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
    /// Adds the limits of `options` to `schema`.
    ///
    /// # Errors
    /// If the SDL of the schema cannot be parsed, because of an invalid directive or description.
    pub fn new(
        schema: async_graphql::Schema<Q, M, S>,
        options: Options,
    ) -> Result<Self, parser::Error> {
        Ok(Self {
            types: Arc::new(TypeMap::from_sdl(&schema.sdl(), &options.cost_rules)?),
            documents: Arc::new(Documents::new(&options)),
            schema,
            options: Arc::new(options),
        })
    }
}

impl<E: Executor> Api<E> {
    /// Runs all checks that are possible without executing the request.
    ///
    /// # Errors
    /// An error with the code [`QUERY_TOO_COMPLEX`](errors::QUERY_TOO_COMPLEX),
    /// [`BAD_INPUT`](errors::BAD_INPUT), or one of automatic persisted queries.
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
        let Options {
            cost, cost_rules, ..
        } = &*self.options;
        operation_cost::check(collector, operation, cost, cost_rules)
            .map_err(errors::over_budget)?;
        let kind = operation.ty;
        Ok(Operation {
            request,
            document,
            kind,
        })
    }

    /// Checks and executes a request; see [`Self::prepare`] and [`Self::run`].
    pub async fn execute(&self, request: Request, request_id: &str) -> Reply {
        match self.prepare(request) {
            Ok(operation) => self.run(operation, request_id).await,
            Err(refusal) => refusal.into(),
        }
    }

    /// Executes a query or mutation. A subscription is an error; see [`Self::subscribe`].
    ///
    /// `request_id` is logged with the cause of an `INTERNAL` error and returned in its
    /// `extensions.requestId`.
    pub async fn run(&self, operation: Operation, request_id: &str) -> Reply {
        if operation.kind == OperationType::Subscription {
            let message = "Subscriptions run over WebSocket (graphql-transport-ws) only.";
            return errors::bad_input(message, None).into();
        }
        let (request, finish) = self.split(operation, request_id);
        finish.reply(self.schema.execute(request).await)
    }

    /// Executes an operation of any kind and yields its results: one reply for a query or mutation,
    /// any number for a subscription. A subscription ends after a request error.
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
            options: Arc::clone(&self.options),
        };
        (request, finish)
    }
}

/// Returns the variables that `@skip` and `@include` can read.
fn conditions(variables: &Variables) -> Variables {
    let mut conditions = Variables::default();
    for (name, value) in variables.iter() {
        if let Value::Boolean(_) = value {
            conditions.insert(name.clone(), value.clone());
        }
    }
    conditions
}

/// Converts the responses of async-graphql to replies.
struct Finish {
    types: Arc<TypeMap>,
    document: Arc<Document>,
    operation_name: Option<String>,
    conditions: Variables,
    request_id: String,
    options: Arc<Options>,
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
        errors::finish_field_errors(&mut response.errors, &self.request_id, &self.options);
        Reply {
            response,
            executed: true,
        }
    }
}
