//! What operators and their machines ask: is it alive, is it ready, what does it count.

use crate::App;
use crate::error::{Error, Result};
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use std::time::Instant;

/// Upper bounds of the request histogram's buckets, in seconds.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// The recorder is one for the whole process, however many servers run in it.
static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// `/healthz`, `/readyz` and `/metrics`.
///
/// # Errors
/// When the metrics cannot be recorded.
pub fn routes(app: &App) -> Result<Router> {
    let metrics = recorder()?;
    Ok(Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(app.clone())
        .route(
            "/metrics",
            get(move || std::future::ready(render(&metrics))),
        ))
}

fn recorder() -> Result<PrometheusHandle> {
    if let Some(handle) = RECORDER.get() {
        return Ok(handle.clone());
    }
    let matcher = Matcher::Full("tokenvue_http_request_seconds".to_owned());
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(matcher, &BUCKETS)
        .map_err(Error::internal)?;
    let handle = match builder.install_recorder() {
        Ok(handle) => handle,
        // Another server of this process was faster.
        Err(error) => {
            return RECORDER
                .get()
                .cloned()
                .ok_or_else(|| Error::internal(error));
        }
    };
    Ok(RECORDER.get_or_init(|| handle).clone())
}

fn render(metrics: &PrometheusHandle) -> Response {
    metrics.run_upkeep();
    let text = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, text)], metrics.render()).into_response()
}

/// Ready means: the database answers, and its schema is this program's.
async fn ready(State(app): State<App>) -> Response {
    match app.db.is_current().await {
        Ok(true) => (StatusCode::OK, "ready\n").into_response(),
        Ok(false) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database is to be migrated\n",
        )
            .into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            )
                .into_response()
        }
    }
}

/// The label for a method. A method can be any word, and each label value stays in memory for good:
/// those that no route takes are counted together.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::POST => "POST",
        _ => "other",
    }
}

/// Counts requests and their time, by route and status.
pub async fn count(request: Request, next: Next) -> Response {
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("other", MatchedPath::as_str)
        .to_owned();
    let method = method_label(request.method());
    let start = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("tokenvue_http_requests_total", "method" => method, "path" => path.clone(), "status" => status)
        .increment(1);
    metrics::histogram!("tokenvue_http_request_seconds", "path" => path)
        .record(start.elapsed().as_secs_f64());
    response
}
