//! Deletes rows that are no longer needed: ended sessions, counters, mails, links, password resets,
//! and audit events.
//!
//! Deletes in small transactions with pauses between them, so that a backlog of millions of rows
//! holds no lock for long and leaves I/O capacity to others. Replicas may run this at the same
//! time: each one skips rows that another one is deleting.

use crate::App;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::team::workspace::update::MAX_INVITATION_DAYS;
use chrono::{DateTime, Duration, Utc};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{
    Alias, CommonTableExpression, Expr, ExprTrait as _, LockBehavior, LockType, Order, Query,
    WithClause, WithQuery,
};
use std::time::Duration as StdDuration;

/// The maximum number of rows that one transaction deletes.
pub const BATCH: u64 = 500;
/// The pause after a transaction that left rows to delete.
const PAUSE: StdDuration = StdDuration::from_millis(100);

/// Which rows of a table are deleted: those whose `by` column, the first one of an index, is not
/// after `until`.
struct Rule {
    table: &'static str,
    key: &'static [&'static str],
    by: &'static str,
    until: DateTime<Utc>,
    /// A further condition, as written in the index.
    only: Option<&'static str>,
}

/// Deletes all expired rows. Returns their number.
///
/// # Errors
/// Rows that were deleted before the error stay deleted.
pub async fn clear_away(app: &App) -> Result<u64> {
    let mut total = 0;
    for rule in rules(&app.config, app.now()) {
        loop {
            let cleared = clear_batch(app, &rule).await?;
            metrics::counter!("tokenvue_rows_cleared_total", "table" => rule.table)
                .increment(cleared);
            total += cleared;
            // Rows that another replica is deleting are left to it.
            if cleared < BATCH {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(total)
}

fn rules(config: &Config, now: DateTime<Utc>) -> Vec<Rule> {
    let rule = |table, key, by, until| Rule {
        table,
        key,
        by,
        until,
        only: None,
    };
    let retention = &config.retention;
    let mails_until = now - retention.mail_retention;
    let links_until = now - retention.mail_retention.max(longest_link(config));
    let mut rules = vec![
        rule("sessions", &["id"], "expires_at", now),
        rule("throttles", &["key"], "resets_at", now),
        Rule {
            only: Some("state <> 'QUEUED'"),
            ..rule("outbox", &["id"], "created_at", mails_until)
        },
        rule("link_tokens", &["token_hash"], "created_at", links_until),
        rule("password_resets", &["id"], "expires_at", mails_until),
    ];
    let kept = [
        ("outcome = 'DONE'", retention.audit_retention),
        ("outcome = 'REFUSED'", retention.refused_retention),
    ];
    rules.extend(kept.into_iter().filter_map(|(outcome, keep)| {
        Some(Rule {
            only: Some(outcome),
            ..rule(
                "audit_events",
                &["workspace_id", "id"],
                "at",
                keep.cutoff(now)?,
            )
        })
    }));
    rules
}

/// Returns the longest lifetime of a link: its hash must not be deleted earlier.
fn longest_link(config: &Config) -> Duration {
    let settings = [
        config.invitation_lifetime,
        config.password_reset_lifetime,
        config.setup_lifetime,
    ];
    settings
        .into_iter()
        .fold(Duration::days(MAX_INVITATION_DAYS.into()), Duration::max)
}

/// Deletes the earliest rows, up to [`BATCH`], in one transaction.
async fn clear_batch(app: &App, rule: &Rule) -> Result<u64> {
    let statement = app.db.get_database_backend().build(&deletion(rule));
    app.db
        .transaction("DELETE_OLD_ROWS", |tx| {
            let statement = statement.clone();
            async move {
                let done = tx.into_writer().execute_raw(statement).await;
                Ok(done.map_err(Error::from)?.rows_affected())
            }
        })
        .await
}

/// Builds the statement. The rows are selected exactly once, because the CTE is materialized, and
/// cannot change before they are deleted, because they are locked.
fn deletion(rule: &Rule) -> WithQuery {
    const ENDED: &str = "ended";
    let columns = || rule.key.iter().map(|column| Alias::new(*column));
    let by_time = Expr::col(Alias::new(rule.by)).lte(rule.until);
    let is_over = by_time.and(rule.only.map_or(Expr::val(true), Expr::cust));
    let ended = Query::select()
        .columns(columns())
        .from(Alias::new(rule.table))
        .and_where(is_over)
        .order_by(Alias::new(rule.by), Order::Asc)
        .limit(BATCH)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .take();
    let picked = Query::select().columns(columns()).from(ENDED).take();
    let ended = CommonTableExpression::new()
        .query(ended)
        .table_name(ENDED)
        .materialized(true)
        .to_owned();
    Query::delete()
        .from_table(Alias::new(rule.table))
        .and_where(Expr::tuple(columns().map(Expr::col)).in_subquery(picked))
        .take()
        .with(WithClause::new().cte(ended).to_owned())
}
