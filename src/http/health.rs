//! What operators and their machines ask: is it alive, is it ready, what does it count.

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

/// How long readiness may take to find out: machines that ask give up after a second.
const READINESS: Duration = Duration::from_millis(800);

/// The recorder is one for the whole process, however many servers run in it.
static RECORDER: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();

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

/// Servers that start at the same moment wait for the one that installs it.
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

/// Ready means: the database answers and saves, its schema is this program's, and the server is not
/// about to stop.
async fn ready(State(app): State<App>) -> Response {
    if app.leaving.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the server is stopping\n").into_response();
    }
    let refusal = match tokio::time::timeout(READINESS, app.db.readiness()).await {
        Ok(Ok(Readiness::Ready)) => return (StatusCode::OK, "ready\n").into_response(),
        Ok(Ok(Readiness::NotMigrated)) => "the database is to be migrated\n".to_owned(),
        Ok(Ok(Readiness::Unfit(kind))) => {
            let obstacle = kind.obstacle().unwrap_or("of an unknown fault");
            format!("the database cannot save: {obstacle}\n")
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            "the database does not answer\n".to_owned()
        }
        Err(_) => {
            tracing::warn!("not ready: the database has not answered in time");
            "the database does not answer\n".to_owned()
        }
    };
    (StatusCode::SERVICE_UNAVAILABLE, refusal).into_response()
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
