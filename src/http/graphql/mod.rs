//! GraphQL over HTTP, following the working draft of the specification.

mod admission;
mod body;
mod bounds;
mod caller;
mod cors;
mod endpoint;
mod media_type;
mod origin;
mod refusal;
mod socket;

use async_graphql::Data;
use async_graphql::parser::types::OperationType;
use axum::{
    Router,
    body::Bytes,
    extract::{
        DefaultBodyLimit, FromRequest, FromRequestParts, Query, Request, State, WebSocketUpgrade,
    },
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use self::{
    admission::Admitted,
    body::{Parameters, UrlParameters, check_content_type},
    bounds::bounded,
    caller::Caller,
    cors::cors,
    endpoint::{Endpoint, MAX_REQUEST_BYTES},
    media_type::MediaType,
    refusal::Refusal,
};
use super::connections::ConnectionPermit;
use super::cookie;
use crate::App;
use crate::graphql::code;
use crate::graphql::request_context::CookieTransport;
use async_graphql_hardened::{Operation, Reply};

/// Returns the route `/graphql`: POST, GET for queries, and GET with an upgrade to WebSocket.
///
/// # Errors
/// Fails if the schema cannot be parsed.
pub fn routes(app: &App, stop: &CancellationToken) -> crate::error::Result<Router> {
    let endpoint = Endpoint::new(app, stop)?;
    endpoint.origins.report();
    Ok(Router::new()
        .route("/graphql", any(handle))
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .layer(cors(&app.config.allowed_origins))
        .with_state(endpoint))
}

async fn handle(State(endpoint): State<Endpoint>, request: Request) -> Result<Response, Refusal> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::of(&parts, endpoint.cookies, &endpoint.proxies);
    if caller.credentials.cookie.is_some() {
        endpoint.origins.check(&parts.headers)?;
    }
    if is_upgrade(&parts.headers) {
        let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &endpoint)
            .await
            .map_err(|rejection| Refusal::bad_input(rejection.status(), rejection.body_text()))?;
        let permit = parts.extensions.remove::<ConnectionPermit>();
        return Ok(socket::upgrade(upgrade, endpoint, caller, permit));
    }
    let media_type = MediaType::negotiate(&parts.headers).ok_or_else(|| {
        let message = "Accept application/graphql-response+json or application/json.";
        Refusal::bad_input(StatusCode::NOT_ACCEPTABLE, message)
    })?;
    let cookies = endpoint.origins.cookie_transport(&parts.headers);
    let deadline = Instant::now() + endpoint.request_timeout;
    let method = parts.method.clone();
    let parameters = timeout_at(deadline, parameters(Request::from_parts(parts, body))).await;
    let parameters = parameters.unwrap_or_else(|_| {
        let message = "The request did not arrive in time.";
        Err(Refusal::bad_input(StatusCode::REQUEST_TIMEOUT, message))
    })?;
    let admitted = endpoint.admission.enter()?;
    let request_id = caller.origin.request_id.clone();
    // Boxed, because every layer around it would copy several kilobytes.
    let reply = Box::pin(run(
        &endpoint, &admitted, caller, cookies, &method, parameters,
    ));
    let reply = bounded(deadline, &request_id, reply).await??;
    Ok(respond(reply, media_type))
}

fn is_upgrade(headers: &HeaderMap) -> bool {
    headers
        .get(header::UPGRADE)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Parses the GraphQL request from the URL (GET) or the body (POST).
async fn parameters(request: Request) -> Result<Parameters, Refusal> {
    match *request.method() {
        Method::GET => {
            let url = Query::<UrlParameters>::try_from_uri(request.uri())
                .map_err(|error| Refusal::bad_input(StatusCode::BAD_REQUEST, error.body_text()))?;
            Parameters::try_from(url.0)
        }
        Method::POST => {
            check_content_type(request.headers())?;
            let body = Bytes::from_request(request, &())
                .await
                .map_err(|rejection| {
                    Refusal::bad_input(rejection.status(), rejection.body_text())
                })?;
            Parameters::from_json(&body)
        }
        _ => Err(Refusal::method_not_allowed(
            "Send a POST request, or GET for a query.",
            "GET, POST",
        )),
    }
}

async fn run(
    endpoint: &Endpoint,
    admitted: &Admitted,
    caller: Caller,
    cookies: CookieTransport,
    method: &Method,
    parameters: Parameters,
) -> Result<Reply, Refusal> {
    let operation = match endpoint.api.prepare(parameters.into()) {
        Ok(operation) => operation,
        Err(refusal) => return Ok(refusal.into()),
    };
    if *method == Method::GET && operation.kind() != OperationType::Query {
        return Err(Refusal::method_not_allowed(
            "Send a mutation with POST.",
            "POST",
        ));
    }
    let _permit = admitted.go_on(operation.kind())?;
    let reads = operation.kind() == OperationType::Query;
    let work = Box::pin(execute(endpoint, caller, cookies, operation));
    endpoint.app.db.on_one_connection(reads, work).await
}

async fn execute(
    endpoint: &Endpoint,
    caller: Caller,
    cookies: CookieTransport,
    operation: Operation,
) -> Result<Reply, Refusal> {
    let request_id = caller.origin.request_id.clone();
    let context = endpoint.context(caller, cookies).await?;
    let mut data = Data::default();
    data.insert(context.clone());
    let reply = endpoint.api.run(operation.with_data(data), &request_id);
    let mut reply = context.drive(reply).await;
    let app = &endpoint.app;
    let session = context.cookie_change();
    let session = session.and_then(|change| cookie::header(app, &change));
    let device = context.known_device();
    let device = device.and_then(|proof| cookie::device_header(app, &proof));
    for value in session.into_iter().chain(device) {
        let headers = &mut reply.response.http_headers;
        headers.append(header::SET_COOKIE, value);
    }
    Ok(reply)
}

fn respond(reply: Reply, media_type: MediaType) -> Response {
    let Ok(body) = serde_json::to_vec(&reply) else {
        let message = "Something went wrong on the server.";
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        return Refusal::new(status, code::INTERNAL, message).into_response();
    };
    let mut response = (media_type.status(!reply.executed), body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type.content_type());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    // `extend` keeps multiple values of a header, such as two cookies.
    headers.extend(reply.response.http_headers);
    response
}
