//! Who may read and do what: tests each field and mutation with each kind of viewer over HTTP, and
//! compares the results with the table in `src/permissions.rs`, the directives of the schema, and a
//! golden file.

mod declared;
mod fields;
mod membership_changes;
mod mutations;
mod other_workspaces;
mod world;

use crate::on_both_engines;
use crate::support::introspection::{Field, Introspection};
use crate::support::{Server, golden};
use declared::Declared;
use std::fmt::Write as _;
use tokenvue::permissions;
use world::{Asker, World};

on_both_engines!(every_field_follows_the_permission_table);

/// The result of one field for one kind of viewer.
pub type Got = (Asker, String);

async fn every_field_follows_the_permission_table(server: Server) {
    let schema = Introspection::load(&server.anonymous()).await;
    let world = World::build(&server).await;
    let fields = schema.fields();
    let mut matrix = fields::read_everything(&world, &fields).await;
    matrix.extend(mutations::run_everything(&world, &fields).await);
    let declared = Declared::read();
    declared.check_public(&fields);
    let mut text = String::new();
    for field in &fields {
        let got = matrix.remove(&field.path());
        let got = got.unwrap_or_else(|| panic!("{}: no query reaches it", field.path()));
        assert_agrees(field, &got, &declared);
        writeln!(text, "{}", line(&field.path(), &got)).unwrap();
    }
    golden::check("api/permissions.golden", &format!("{}\n{text}", header()));
    world.assert_refused_attempts_are_recorded().await;
}

/// Asserts that a field with a permission is available to exactly the roles that the table allows.
fn assert_agrees(field: &Field, got: &[Got], declared: &Declared) {
    let Some(permission) = declared.permission(&field.path()) else {
        return;
    };
    for (asker, outcome) in got {
        let Some(role) = asker.role() else { continue };
        let path = field.path();
        let code = permission.code();
        if permissions::allows(role, permission) {
            assert_eq!(outcome, "ok", "{path} for {asker:?}, who has {code}");
        } else {
            let withheld = ["FORBIDDEN", "null"].contains(&outcome.as_str());
            assert!(withheld, "{path} for {asker:?} without {code}: {outcome}");
        }
    }
}

fn header() -> String {
    let columns = Asker::ALL.map(|asker| format!("{asker:?}").to_lowercase());
    let got = Asker::ALL.into_iter().zip(columns).collect::<Vec<_>>();
    line("field", &got)
}

fn line(path: &str, got: &[Got]) -> String {
    let mut line = format!("{path:<48}");
    for (_, outcome) in got {
        write!(line, " {outcome:<15}").unwrap();
    }
    line.trim_end().to_owned()
}
