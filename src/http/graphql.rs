//! temporary
use super::{client, cookie};
use crate::App;
use crate::error::Result;
use crate::graphql::{self, ApiSchema, scope::Scope};
use crate::token::Token;
use axum::{
    Json, Router,
    extract::State,
    http::{header, request::Parts},
    response::{IntoResponse, Response},
    routing::post,
};

pub fn routes(app: &App) -> Result<Router> {
    let schema = graphql::schema(&app.config);
    Ok(Router::new()
        .route("/graphql", post(handle))
        .with_state((app.clone(), schema)))
}

async fn handle(
    State((app, schema)): State<(App, ApiSchema)>,
    parts: Parts,
    Json(request): Json<async_graphql::Request>,
) -> Response {
    let origin = client::origin(&parts, &app.config.trusted_proxies);
    let bearer = parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .map(str::to_owned);
    let jar = axum_extra::extract::CookieJar::from_headers(&parts.headers);
    let token = bearer
        .or_else(|| jar.get(cookie::name(&app)).map(|c| c.value().to_owned()))
        .and_then(|t| Token::parse(&t));
    let scope = match Scope::open(app.clone(), origin, token, true).await {
        Ok(s) => std::sync::Arc::new(s),
        Err(e) => return format!("{e}").into_response(),
    };
    let response = schema.execute(request.data(scope.clone())).await;
    let mut response = Json(response).into_response();
    if let Some(value) = scope.cookie_change().and_then(|c| cookie::header(&app, &c)) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
