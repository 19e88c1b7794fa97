use crate::builders::{drop_tables, index, one_of};
use entity::user::UserStatus;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    integer_null, json_binary, pk_uuid, text, text_null, text_uniq, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

fn users() -> TableCreateStatement {
    let is_active = || Expr::col("status").eq(UserStatus::Active);
    Table::create()
        .table("users")
        .col(pk_uuid("id"))
        .col(text("email"))
        .col(text_uniq("email_key"))
        .col(one_of::<UserStatus>(text("status")))
        .col(text("first_name"))
        .col(text("last_name"))
        .col(text_null("password_hash"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("signed_up_at"))
        .check(is_active().eq(Expr::col("password_hash").is_not_null()))
        .check(is_active().eq(Expr::col("signed_up_at").is_not_null()))
        .take()
}

fn workspaces() -> TableCreateStatement {
    let lifetime = Expr::col("invitation_lifetime_days").between(1, 90);
    Table::create()
        .table("workspaces")
        .col(pk_uuid("id"))
        .col(text("name"))
        .col(text_uniq("slug"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("creator_id"))
        .col(integer_null("invitation_lifetime_days").check(lifetime))
        .col(json_binary("allowed_email_domains"))
        .take()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(users()).await?;
        manager.create_table(workspaces()).await?;
        manager
            .create_index(index(
                "workspaces_of_creator",
                "workspaces",
                &["creator_id"],
            ))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["workspaces", "users"]).await
    }
}
