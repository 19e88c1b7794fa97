//! Liveness, readiness and metrics.

use crate::App;
use crate::db::Readiness;
use crate::error::{Error, Result};
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Upper bounds of the request histogram's buckets, in seconds.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// The timeout of the readiness check, below the one second that probes typically wait.
const READINESS: Duration = Duration::from_millis(800);

/// The recorder is global to the process, which may run several servers.
static RECORDER: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();

/// Returns the routes `/healthz`, `/readyz` and `/metrics`.
///
/// # Errors
/// Fails if the metrics recorder cannot be installed.
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

/// Installs the recorder once. Servers that start concurrently wait for it.
fn recorder() -> Result<PrometheusHandle> {
    let installed = RECORDER.get_or_init(|| install().map_err(|error| error.to_string()));
    installed.clone().map_err(Error::internal)
}

fn install() -> Result<PrometheusHandle, BuildError> {
    let matcher = Matcher::Full("tokenvue_http_request_seconds".to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(matcher, &BUCKETS)?
        .install_recorder()
}

fn render(metrics: &PrometheusHandle) -> Response {
    metrics.run_upkeep();
    let text = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, text)], metrics.render()).into_response()
}

/// Responds with 200 if the database responds and accepts writes, its schema is current, and the
/// server is not stopping.
async fn ready(State(app): State<App>) -> Response {
    if app.leaving.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the server is stopping\n").into_response();
    }
    let refusal = match tokio::time::timeout(READINESS, app.db.readiness()).await {
        Ok(Ok(Readiness::Ready)) => return (StatusCode::OK, "ready\n").into_response(),
        Ok(Ok(Readiness::NotMigrated)) => "the database must be migrated\n".to_owned(),
        Ok(Ok(Readiness::Unfit(kind))) => {
            let reason = kind.reason_not_writable().unwrap_or("unknown error");
            format!("the database cannot save: {reason}\n")
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            "the database does not respond\n".to_owned()
        }
        Err(_) => {
            tracing::warn!("not ready: the database did not respond in time");
            "the database does not respond\n".to_owned()
        }
    };
    (StatusCode::SERVICE_UNAVAILABLE, refusal).into_response()
}

/// Returns the metric label of a method. Clients can send any method, and label values are never
/// freed, so unknown methods share one label.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::POST => "POST",
        _ => "other",
    }
}

/// Records the number and duration of requests, by route and status.
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
