//! The same schema over HTTP twice: at `/plain` as async-graphql-axum serves it, and at `/hardened`
//! with the limits and responses of this crate. Prints the address on which it listens.
//!
//! Run it with `cargo run --package async-graphql-hardened --example http`.

use async_graphql::{
    EmptySubscription, Object, Request, Schema, http::parse_query_string,
    parser::types::OperationType,
};
use async_graphql_axum::GraphQL;
use async_graphql_hardened::{Api, Options, Reply};
use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};

struct Query;

#[Object]
impl Query {
    /// A greeting.
    async fn greeting(&self) -> &str {
        "Hello"
    }
}

struct Mutation;

#[Object]
impl Mutation {
    /// Returns its argument.
    async fn echo(&self, text: String) -> String {
        text
    }
}

type Hardened = Api<Schema<Query, Mutation, EmptySubscription>>;

const RESPONSE: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

/// Returns the media type of the response, or `None` if the client accepts neither. A server for
/// all clients also reads the parameters of `Accept`.
fn media_type(headers: &HeaderMap) -> Option<&'static str> {
    let Some(accept) = headers.get(header::ACCEPT) else {
        return Some(JSON);
    };
    let accept = accept.to_str().ok()?;
    [RESPONSE, JSON]
        .into_iter()
        .find(|media_type| accept.contains(media_type))
        .or_else(|| accept.contains("*/*").then_some(JSON))
}

/// A response without a GraphQL result.
type Refusal = (StatusCode, String);

/// Parses the request from the URL (GET) or from the body (POST).
fn parse(
    method: &Method,
    headers: &HeaderMap,
    query: Option<&str>,
    body: &[u8],
) -> Result<Request, Refusal> {
    let refuse = |status: StatusCode, message: String| Err((status, message));
    match *method {
        Method::GET => parse_query_string(query.unwrap_or_default())
            .or_else(|error| refuse(StatusCode::BAD_REQUEST, error.to_string())),
        Method::POST => {
            let content_type = headers.get(header::CONTENT_TYPE);
            let content_type = content_type.and_then(|value| value.to_str().ok());
            if !content_type.is_some_and(|value| value.starts_with(JSON)) {
                let message = format!("Send {JSON}.");
                return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, message);
            }
            serde_json::from_slice(body)
                .or_else(|error| refuse(StatusCode::BAD_REQUEST, error.to_string()))
        }
        _ => refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "Send GET or POST.".to_owned(),
        ),
    }
}

async fn hardened(
    State(api): State<Hardened>,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<Response, Refusal> {
    let media_type = media_type(&headers).ok_or_else(|| {
        let message = format!("Accept {RESPONSE} or {JSON}.");
        (StatusCode::NOT_ACCEPTABLE, message)
    })?;
    let request = parse(&method, &headers, query.as_deref(), &body)?;
    if request.query.is_empty() && request.extensions.is_empty() {
        return Err((StatusCode::BAD_REQUEST, "Send a query.".to_owned()));
    }
    let reply = match api.prepare(request) {
        Ok(operation) if method == Method::GET && operation.kind() != OperationType::Query => {
            let message = "Send a mutation with POST.".to_owned();
            return Err((StatusCode::METHOD_NOT_ALLOWED, message));
        }
        Ok(operation) => api.run(operation, "request-1").await,
        Err(refusal) => Reply::from(refusal),
    };
    let status = if reply.executed || media_type == JSON {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let body = serde_json::to_vec(&reply)
        .map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok((status, [(header::CONTENT_TYPE, media_type)], body).into_response())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let schema = Schema::new(Query, Mutation, EmptySubscription);
    let api = Api::new(schema.clone(), Options::default())?;
    let plain = GraphQL::new(schema);
    let router = Router::new()
        .route_service("/plain", plain)
        .route("/hardened", any(hardened))
        .with_state(api);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}
