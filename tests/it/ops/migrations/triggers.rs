//! The counters follow every row, however it is written.

use crate::on_both_engines;
use crate::support::{Server, Team};
use entity::membership::{self, MembershipStatus};
use entity::user::{self, UserStatus};
use entity::{Role, expired_invitation_count, member_activity, team_count, workspace};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _,
};
use tokenvue::graphql::id::GlobalId;
use uuid::Uuid;

on_both_engines!(
    counters_follow_raw_sql,
    counters_follow_invitation_states,
    deleting_a_workspace_deletes_all_its_rows,
);

/// Returns the counters of active and invited admins, operators, and auditors, and of expired
/// invitations.
async fn counters(server: &Server, workspace_id: Uuid) -> [i64; 7] {
    let db = &server.app.db;
    let rows = team_count::Entity::find().filter(team_count::Column::WorkspaceId.eq(workspace_id));
    let mut counters = [0; 7];
    for row in rows.all(db).await.unwrap() {
        let invited = usize::from(row.status == MembershipStatus::Invited);
        let role = usize::try_from(row.role.rank()).unwrap() - 1;
        counters[2 * role + invited] = row.members;
    }
    let expired = expired_invitation_count::Entity::find_by_id(workspace_id);
    if let Some(row) = expired.one(db).await.unwrap() {
        counters[6] = row.invitations;
    }
    counters
}

fn workspace_id(team: &Team) -> Uuid {
    match GlobalId::decode(&team.workspace_id) {
        Some(GlobalId::Workspace(id)) => id,
        other => panic!("{other:?}"),
    }
}

/// Inserts operators in one statement, without the program.
async fn insert_operators(server: &Server, workspace_id: Uuid, count: usize) {
    let db = &server.app.db.maintenance();
    let model = membership::Entity::find().one(db).await.unwrap().unwrap();
    let someone = user::Entity::find_by_id(model.user_id)
        .one(db)
        .await
        .unwrap()
        .unwrap();
    let users: Vec<user::Model> = (0..count)
        .map(|_| {
            let id = Uuid::now_v7();
            user::Model {
                id,
                email_key: id.to_string(),
                ..someone.clone()
            }
        })
        .collect();
    let members = users.iter().map(|user| membership::Model {
        workspace_id,
        user_id: user.id,
        role: Role::GatewayOperator,
        status: MembershipStatus::Active,
        ..model.clone()
    });
    let members: Vec<_> = members.map(|row| row.into_active_model()).collect();
    let users = users.into_iter().map(|row| row.into_active_model());
    user::Entity::insert_many(users)
        .exec_without_returning(db)
        .await
        .unwrap();
    membership::Entity::insert_many(members)
        .exec_without_returning(db)
        .await
        .unwrap();
}

async fn counters_follow_raw_sql(server: Server) {
    let team = Team::first(&server).await;
    let other = workspace_id(&team.another("Globex").await);
    let id = workspace_id(&team);
    insert_operators(&server, id, 3).await;
    assert_eq!(counters(&server, id).await, [1, 0, 3, 0, 0, 0, 0]);
    let noted = member_activity::Entity::find().filter(member_activity::Column::WorkspaceId.eq(id));
    assert_eq!(noted.count(&server.app.db).await.unwrap(), 4);
    let steps: [(&str, [i64; 7]); 5] = [
        (
            "UPDATE memberships SET role = 3 WHERE role = 2",
            [1, 0, 0, 0, 3, 0, 0],
        ),
        (
            "UPDATE memberships SET status = 'INVITED' WHERE role = 3",
            [1, 0, 0, 0, 0, 3, 0],
        ),
        (
            "UPDATE memberships SET name_key = 'x'",
            [1, 0, 0, 0, 0, 3, 0],
        ),
        (
            "UPDATE memberships SET role = 2, status = 'ACTIVE' WHERE role = 3",
            [1, 0, 3, 0, 0, 0, 0],
        ),
        (
            "DELETE FROM memberships WHERE role = 2",
            [1, 0, 0, 0, 0, 0, 0],
        ),
    ];
    for (sql, expected) in steps {
        server.execute(sql).await;
        assert_eq!(counters(&server, id).await, expected, "{sql}");
        assert_eq!(
            counters(&server, other).await,
            [1, 0, 0, 0, 0, 0, 0],
            "{sql}"
        );
    }
    insert_operators(&server, id, 2).await;
    let sql = "DELETE FROM users WHERE id IN (SELECT user_id FROM memberships WHERE role = 2)";
    server.execute(sql).await;
    assert_eq!(
        counters(&server, id).await,
        [1, 0, 0, 0, 0, 0, 0],
        "by cascade"
    );
}

async fn counters_follow_invitation_states(server: Server) {
    let team = Team::first(&server).await;
    let id = workspace_id(&team);
    team.invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    team.invite("cleo@acme.example", "Cleo", "WORKSPACE_ADMIN")
        .await;
    assert_eq!(counters(&server, id).await, [1, 1, 0, 0, 0, 1, 0]);
    let steps = [
        ("UPDATE invitations SET state = 'EXPIRED'", 2),
        ("UPDATE invitations SET state = 'PENDING' WHERE role = 3", 1),
        ("DELETE FROM invitations WHERE role = 1", 0),
    ];
    for (sql, expired) in steps {
        server.execute(sql).await;
        assert_eq!(
            counters(&server, id).await,
            [1, 1, 0, 0, 0, 1, expired],
            "{sql}"
        );
    }
    let sql = "DELETE FROM users WHERE email_key = 'cleo@acme.example'";
    server.execute(sql).await;
    assert_eq!(counters(&server, id).await, [1, 0, 0, 0, 0, 1, 0]);
}

async fn deleting_a_workspace_deletes_all_its_rows(server: Server) {
    let team = Team::first(&server).await;
    let other = team.another("Globex").await;
    other
        .invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    let id = workspace_id(&other);
    let db = &server.app.db.maintenance();
    workspace::Entity::delete_by_id(id).exec(db).await.unwrap();
    assert_eq!(counters(&server, id).await, [0; 7]);
    assert_eq!(
        counters(&server, workspace_id(&team)).await,
        [1, 0, 0, 0, 0, 0, 0]
    );
    let rows = server.dump().await;
    let left = rows.iter().filter(|row| row.contains(&id.to_string()));
    assert_eq!(left.count(), 0);
    user::Entity::delete_many()
        .filter(user::Column::Status.eq(UserStatus::Invited))
        .exec(db)
        .await
        .unwrap();
}
