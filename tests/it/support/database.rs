//! Direct access to the database of a server.

use super::server::Server;
use sea_orm::EntityTrait as _;

impl Server {
    /// Returns the rows that describe the teams, as text. Excludes the audit log, throttles,
    /// sessions, and activity, which change with every request.
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
            team_count,
            expired_invitation_count,
            outbox,
            mail_invitation,
            link_token,
            password_reset
        );
        rows.sort_unstable();
        rows
    }
}
