//! Setup of the first workspace and its admin.

use crate::request::password;
use model::{Key, Person, State};
use tokenvue::App;
use tokenvue::setup::{self, FirstAdmin};

/// Sets up an installation and returns its model.
pub async fn first(app: &App) -> State {
    let (admin, key) = (Person(0), Key(0));
    let first = FirstAdmin {
        email: admin.email(),
        first_name: "Ana".to_owned(),
        last_name: String::new(),
        password: password(key).into(),
        workspace: "W0".to_owned(),
    };
    setup::bootstrap(app, &first).await.unwrap();
    State::new(admin, "Ana", "W0", key)
}
