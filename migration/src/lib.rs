//! The migrations of TokenVue User Management, for SQLite and PostgreSQL.
//!
//! Tables and indexes are written with sea-orm-migration's builders. Triggers, functions, and what
//! only PostgreSQL has are SQL. [`dialect`] has the differences between the engines.

mod builders;
mod dialect;
mod m0001_people_and_workspaces;
mod m0002_memberships;
mod m0003_invitations;
mod m0004_team_counts;
mod m0005_accounts;
mod m0006_audit_and_throttles;

use sea_orm_migration::prelude::*;
pub use sea_orm_migration::{MigratorTrait, sea_orm, seaql_migrations};

/// All migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people_and_workspaces::Migration),
            Box::new(m0002_memberships::Migration),
            Box::new(m0003_invitations::Migration),
            Box::new(m0004_team_counts::Migration),
            Box::new(m0005_accounts::Migration),
            Box::new(m0006_audit_and_throttles::Migration),
        ]
    }
}
