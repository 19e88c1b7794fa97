//! `audit_events`: changes in a workspace, and denied attempts. Rows are added, repeated denied
//! attempts are counted, and old rows are deleted.

use sea_orm::entity::prelude::*;

/// Whether the attempt was allowed.
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
    /// A version 7 UUID that begins with the time `at`, so that IDs sort by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When it happened, or first happened if it was repeated.
    pub at: DateTimeUtc,
    /// When it last happened.
    pub last_at: DateTimeUtc,
    /// How often it happened; more than 1 only for denied attempts.
    pub count: i32,
    /// The hour in which repeated denied attempts are counted; `None` for changes.
    pub hour: Option<DateTimeUtc>,
    pub kind: String,
    pub outcome: AuditOutcome,
    /// The actor; `None` for the system.
    pub actor_id: Option<Uuid>,
    /// The actor's name and email address at that time.
    pub actor_label: String,
    /// The user who was affected.
    pub subject_id: Option<Uuid>,
    /// The subject's email address at that time.
    pub subject_label: String,
    /// Details, as a JSON object of strings.
    pub details: Json,
    /// The network address of the request.
    pub address: String,
    pub request_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
