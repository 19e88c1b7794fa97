//! A realistic team for demonstrations: the history of three workspaces, created by the real
//! operations with a moved clock.

use crate::App;
use crate::account::session;
use crate::account::viewer::Viewer;
use crate::actor::{Actor, ClientInfo};
use crate::email::DomainScope;
use crate::error::{Error, Result};
use crate::mail::tokens::mint;
use crate::name;
use crate::permissions::Role::{self, GatewayOperator, SecurityAuditor, WorkspaceAdmin};
use crate::setup::{self, FirstAdmin};
use crate::team::invitation::accept::{self, Acceptance};
use crate::team::invite::{self, Invitee, Person, Placement};
use crate::team::workspace::create;
use chrono::Duration;
use entity::invitation::Model as Invitation;
use entity::link_token::LinkPurpose;
use entity::user;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

/// The password of all users.
const PASSWORD: &str = "plum kettle orbit sundial";

/// How many days ago a person was invited, and after how many hours they accepted; `None` if they
/// did not.
type Story = (u16, Option<u16>);

/// First name, last name, workspaces (A, G, I), role, story.
const PEOPLE: [(&str, &str, &str, Role, Story); 39] = [
    ("Omar", "Haddad", "A", GatewayOperator, (118, Some(3))),
    ("Ingrid", "Sørensen", "AG", SecurityAuditor, (117, Some(20))),
    ("Mei", "Tanaka", "AGI", WorkspaceAdmin, (115, Some(1))),
    ("Lukas", "Weber", "A", GatewayOperator, (110, Some(7))),
    ("Priya", "Raman", "A", GatewayOperator, (104, Some(2))),
    ("Chidi", "Okafor", "AI", GatewayOperator, (99, Some(30))),
    ("Zoë", "van Dijk", "A", SecurityAuditor, (97, Some(5))),
    ("Mateo", "Fernández", "G", WorkspaceAdmin, (95, Some(4))),
    ("Aisha", "Khan", "G", GatewayOperator, (94, Some(26))),
    ("Thomas", "Müller", "AG", GatewayOperator, (92, Some(9))),
    ("Yuki", "Mori", "G", GatewayOperator, (90, Some(2))),
    ("Elena", "Petrova", "A", GatewayOperator, (83, Some(50))),
    ("Samuel", "Adeyemi", "I", WorkspaceAdmin, (80, Some(1))),
    ("Chloé", "Dubois", "A", GatewayOperator, (76, Some(12))),
    ("Noah", "Lindqvist", "A", SecurityAuditor, (71, Some(3))),
    ("Fatima", "Zahra", "I", GatewayOperator, (70, Some(8))),
    ("Daniel", "O’Connor", "A", GatewayOperator, (64, Some(6))),
    ("Sofia", "Rossi", "AG", GatewayOperator, (60, Some(1))),
    ("Hao", "Nguyễn", "A", GatewayOperator, (55, Some(40))),
    ("Amara", "Diallo", "G", SecurityAuditor, (51, Some(2))),
    ("Jakub", "Nowak", "A", GatewayOperator, (47, Some(15))),
    ("Leila", "Ahmadi", "I", SecurityAuditor, (45, Some(7))),
    ("Marcus", "Berg", "A", GatewayOperator, (40, Some(5))),
    ("Isabel", "Costa", "A", WorkspaceAdmin, (36, Some(3))),
    ("Ravi", "Iyer", "G", GatewayOperator, (33, Some(2))),
    ("Hannah", "Cohen", "A", GatewayOperator, (30, Some(60))),
    ("Tomás", "Herrera", "I", GatewayOperator, (26, Some(4))),
    ("Freya", "Nilsen", "A", GatewayOperator, (21, Some(2))),
    ("Kwame", "Mensah", "A", SecurityAuditor, (17, Some(9))),
    ("Olga", "Ivanova", "G", GatewayOperator, (12, Some(1))),
    ("Ben", "Carter", "A", GatewayOperator, (9, Some(5))),
    ("Rosa", "Delgado", "A", GatewayOperator, (41, None)),
    ("Viktor", "Horvat", "A", SecurityAuditor, (19, None)),
    ("Nadia", "Benali", "G", GatewayOperator, (11, None)),
    ("Pierre", "Lefèvre", "A", GatewayOperator, (8, None)),
    ("Grace", "Kim", "AI", GatewayOperator, (4, None)),
    ("Anders", "Holm", "A", GatewayOperator, (2, None)),
    ("Sana", "Malik", "AG", SecurityAuditor, (1, None)),
    ("Emeka", "Obi", "A", GatewayOperator, (0, None)),
];

/// Fills an empty database. Returns a text for the terminal.
pub async fn fill(app: &App) -> Result<String> {
    let start = Duration::days(120);
    app.clock.advance(-start);
    let admin = FirstAdmin {
        email: "ana.silva@acme.example".to_owned(),
        first_name: "Ana".to_owned(),
        last_name: "Silva".to_owned(),
        password: SecretString::from(PASSWORD),
        workspace: "Acme AI".to_owned(),
    };
    let (ana, acme) = setup::bootstrap(app, &admin).await?;
    let ana = ana.id;
    let actor = &signed_in(app, ana).await?;
    let globex = create::create(app, actor, "Globex Research").await?;
    let initech = create::create(app, actor, "Initech Labs").await?;
    let workspaces = [('A', acme.id), ('G', globex.id), ('I', initech.id)];
    let mut hour = start.num_hours();
    for (hours, index, scene) in scenes() {
        app.clock.advance(Duration::hours(hour - hours));
        hour = hours;
        let person = &Character::new(index, &workspaces);
        match scene {
            Scene::Invited => person.is_invited(app, &signed_in(app, ana).await?).await?,
            Scene::Accepts => person.accepts(app).await?,
        }
    }
    app.clock.advance(Duration::hours(hour));
    session::mark_active(
        &app.db.maintenance(),
        ana,
        &workspaces.map(|(_, id)| id),
        app.now(),
    )
    .await?;
    entity::session::Entity::delete_many()
        .exec(&app.db.maintenance())
        .await?;
    Ok(describe(app))
}

/// Signs a user in. The demo spans months, longer than any session.
async fn signed_in(app: &App, user_id: Uuid) -> Result<Actor> {
    let origin = ClientInfo {
        address: "203.0.113.7".to_owned(),
        ..ClientInfo::default()
    };
    let token = session::begin(&app.db.maintenance(), app, user_id, &origin).await?;
    let viewer = Viewer::load(app, &token).await?;
    let viewer = viewer.ok_or_else(|| Error::internal("the new session has ended"))?;
    Ok(viewer.actor(&origin))
}

enum Scene {
    Invited,
    Accepts,
}

/// Returns the events: how many hours ago, the index in [`PEOPLE`], and what happens. They are in
/// chronological order, because the access history lists events in the order of writing.
fn scenes() -> Vec<(i64, usize, Scene)> {
    let mut scenes = Vec::new();
    for (index, (.., (days, accepted))) in PEOPLE.iter().enumerate() {
        let invited = i64::from(*days) * 24;
        scenes.push((invited, index, Scene::Invited));
        if let Some(hours) = accepted {
            scenes.push((invited - i64::from(*hours), index, Scene::Accepts));
        }
    }
    scenes.sort_by_key(|(hours, ..)| std::cmp::Reverse(*hours));
    scenes
}

/// A person of the demo.
struct Character {
    index: usize,
    email: String,
    placements: Vec<Placement>,
}

impl Character {
    fn new(index: usize, workspaces: &[(char, Uuid)]) -> Character {
        let (first, last, letters, role, _) = PEOPLE[index];
        let local = format!("{}.{}", name::fold(first), name::fold(last));
        let places = workspaces
            .iter()
            .filter(|(letter, _)| letters.contains(*letter));
        let placements = places.map(|(_, workspace_id)| Placement {
            workspace_id: *workspace_id,
            role,
        });
        Character {
            index,
            email: format!("{}@acme.example", local.replace(['\'', ' '], "")),
            placements: placements.collect(),
        }
    }

    async fn is_invited(&self, app: &App, by: &Actor) -> Result<()> {
        let (first, last, ..) = PEOPLE[self.index];
        let person = Person::parse(&self.email, first, last, DomainScope::Public);
        let invitee = Invitee::new(self.email.clone(), person, self.placements.clone());
        invite::invite(app, by, &[invitee]).await?;
        Ok(())
    }

    async fn accepts(&self, app: &App) -> Result<()> {
        let user = user::Entity::find()
            .filter(user::Column::EmailKey.eq(&self.email))
            .one(&app.db)
            .await?;
        let user = user.ok_or_else(|| Error::internal("no user was invited at this address"))?;
        let mail = mail_of(app, &self.placements, user.id).await?;
        let token = mint(app, mail, LinkPurpose::Invitation).await?;
        let acceptance = Acceptance {
            token: token.secret().expose_secret().to_owned(),
            password: Some(SecretString::from(PASSWORD)),
            ..Acceptance::default()
        };
        accept::accept(app, None, &acceptance, &ClientInfo::default()).await?;
        // Most were active recently, some were not for long, and one never again.
        let away = Duration::hours([1, 3, 26, 5, 72, 2, 400, 9][self.index % 8]);
        let seen = app.now() + Duration::days(i64::from(self.index % 11 != 3)) * 110;
        let today = app.clock.real() - away;
        let workspaces = self
            .placements
            .iter()
            .map(|placement| placement.workspace_id);
        let workspaces: Vec<Uuid> = workspaces.collect();
        session::mark_active(&app.db.maintenance(), user.id, &workspaces, seen.min(today)).await
    }
}

async fn mail_of(app: &App, placements: &[Placement], user_id: Uuid) -> Result<Uuid> {
    let first = placements
        .first()
        .ok_or_else(|| Error::internal("no workspace to invite to"))?;
    let open: Option<Invitation> =
        crate::team::memberships::open_invitation(&app.db, first.workspace_id, user_id).await?;
    Ok(open.ok_or(Error::NotFound("invitation"))?.mail_id)
}

fn describe(app: &App) -> String {
    let url = app.config.public_url();
    format!(
        "A demo team of forty people in three workspaces is ready at {url} (API explorer: {url}graphiql).\n\
         It is deleted when the program ends. Sign in with the password \"{PASSWORD}\" as\n\n  \
         ana.silva@acme.example       Workspace Admin everywhere\n  \
         omar.haddad@acme.example     Gateway Operator of Acme AI\n  \
         ingrid.sorensen@acme.example Security Auditor of Acme AI and Globex Research\n\n\
         Invitations that nobody has accepted yet are in {url}mailbox"
    )
}
