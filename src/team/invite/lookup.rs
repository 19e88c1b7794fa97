//! The quota of people that an admin may look up. A preview shows who has an account and sends no
//! mail.

use crate::App;
use crate::error::{Problem, ProblemCode, Result};
use crate::throttle::{self, Quota};
use chrono::Duration;
use uuid::Uuid;

/// The window of the quota.
const WINDOW: Duration = Duration::hours(1);

/// Counts a lookup of some people.
///
/// # Errors
/// Refused with `PreviewCapReached`.
pub async fn count(app: &App, viewer_id: Uuid, people: usize) -> Result<()> {
    let quota = Quota {
        key: throttle::key("preview", &viewer_id.to_string()),
        limit: app.config.quotas.previews_per_sender,
        window: WINDOW,
    };
    let used_up = throttle::take(&app.db.maintenance(), &vec![quota; people], app.now()).await?;
    let Some(until) = used_up.into_iter().flatten().next() else {
        return Ok(());
    };
    let message = "You have looked up too many people in the last hour. Try again later, or invite without a preview.";
    let problem = Problem::new(ProblemCode::PreviewCapReached, &["invitees"], message);
    Err(problem.retry_at(until).into())
}
