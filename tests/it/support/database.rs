//! Looking into the database behind a server's back.

use super::server::Server;
use sea_orm::EntityTrait as _;

impl Server {
    /// All rows that tell how the teams stand, as text; without the audit log, counters of
    /// attempts, sessions and activity, which change with whatever anybody does.
    pub async fn dump(&self) -> Vec<String> {
        let mut rows = Vec::new();
        macro_rules! add {
            ($($table:ident),+) => {
                $(for row in entity::$table::Entity::find().all(&self.app.db).await.unwrap() {
                    rows.push(format!("{}: {row:?}", stringify!($table)));
                })+
            };
        }
        add!(
            user,
            workspace,
            membership,
            invitation,
            team_summary,
            outbox,
            mail_invitation,
            link_token,
            password_reset
        );
        rows.sort_unstable();
        rows
    }
}
