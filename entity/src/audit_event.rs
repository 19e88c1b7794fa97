//! `audit_events`: what happened in a workspace, refused attempts included. Rows are only added,
//! the repeats of a refused attempt counted, and old ones deleted.

use sea_orm::entity::prelude::*;

/// Whether what was tried was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum AuditOutcome {
    #[sea_orm(string_value = "DONE")]
    Done,
    #[sea_orm(string_value = "REFUSED")]
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: Uuid,
    /// A version 7 UUID that begins with the time `at`, so that ids sort by it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When it happened; of repeated attempts, the first.
    pub at: DateTimeUtc,
    /// When it happened last.
    pub last_at: DateTimeUtc,
    /// How often it happened: more than once for refused attempts only.
    pub count: i32,
    /// The hour in which the repeats of a refused attempt are counted; none for what was done.
    pub hour: Option<DateTimeUtc>,
    pub kind: String,
    pub outcome: AuditOutcome,
    /// Who did it; none for the system itself.
    pub actor_id: Option<Uuid>,
    /// The actor's name and address at that time.
    pub actor_label: String,
    /// Whom it was done to.
    pub subject_id: Option<Uuid>,
    /// The subject's address at that time.
    pub subject_label: String,
    /// What else is known, as a JSON object of strings.
    pub details: Json,
    /// The network address that the request came from.
    pub address: String,
    pub request_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
