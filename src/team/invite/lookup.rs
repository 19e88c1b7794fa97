//! How many people an admin may look up: a preview tells who has an account, and mails nobody.

use crate::App;
use crate::error::{Problem, ProblemCode, Result};
use crate::throttle::{self, Quota};
use chrono::Duration;
use uuid::Uuid;

/// The time for which look-ups are counted together.
const WINDOW: Duration = Duration::hours(1);

/// Counts a look-up of some people.
///
/// # Errors
/// Those of the database; `PreviewCapReached` as a problem.
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
    let message = "You have looked up too many people in the last hour. Wait a little, or invite without a preview.";
    let problem = Problem::new(ProblemCode::PreviewCapReached, &["invitees"], message);
    Err(problem.retry_at(until).into())
}
