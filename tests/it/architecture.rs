//! The modules of `src/` depend on each other as `docs/architecture.md` says, and resolvers are
//! short.

use entity::Role;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Files that use every module.
const ENTRY_POINTS: [&str; 2] = ["lib", "main"];
/// The shared state, which holds parts of most modules and is passed to them.
const SHARED_STATE: &str = "app";

/// The maximum number of lines in the body of a resolver.
const MAX_RESOLVER: usize = 20;

type Dependencies = BTreeMap<String, BTreeSet<String>>;

/// The rows of the table, in their order: a module, and what it depends on.
fn documented() -> Vec<(String, BTreeSet<String>)> {
    let guide = fs::read_to_string("docs/architecture.md").unwrap();
    let rows = guide.lines().filter(|line| line.starts_with("| `src/"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').collect();
        let path = quoted(cells[1]).next().unwrap();
        let module = path.trim_start_matches("src/").trim_end_matches('/');
        let module = module.trim_end_matches(".rs").to_owned();
        (
            module,
            quoted(cells[3])
                .map(|path| path.replace("/", "::"))
                .collect(),
        )
    })
    .collect()
}

/// The texts in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The paths that the code of each module takes from others, as `module` or `module::part`.
fn used() -> Dependencies {
    let mut modules = Dependencies::new();
    for entry in fs::read_dir("src").unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if !ENTRY_POINTS.contains(&module.as_str()) {
            let used = modules.entry(module.clone()).or_default();
            for file in code_files(&path) {
                read(&file, &module, used);
            }
        }
    }
    modules
}

/// The Rust files at or under a path, without tests.
fn code_files(path: &Path) -> Vec<PathBuf> {
    if path.is_dir() {
        let entries = fs::read_dir(path).unwrap();
        return entries
            .flat_map(|entry| code_files(&entry.unwrap().path()))
            .collect();
    }
    let is_code = path.extension().is_some_and(|extension| extension == "rs");
    Vec::from_iter((is_code && !path.ends_with("tests.rs")).then(|| path.to_owned()))
}

/// Adds the paths that a file takes from other modules than its own.
fn read(path: &Path, module: &str, used: &mut BTreeSet<String>) {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
    for line in code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
    {
        for path in line.split("crate::").skip(1) {
            let name = |text: &str| {
                let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                text[..end.unwrap_or(text.len())].to_owned()
            };
            let first = match name(path).as_str() {
                "App" => SHARED_STATE.to_owned(),
                first => first.to_owned(),
            };
            assert!(
                !first.is_empty(),
                "write one `use crate::…` for each module: {line}"
            );
            if first == module {
                continue;
            }
            let second = path[first.len().min(path.len())..]
                .strip_prefix("::")
                .map(name);
            match second.filter(|second| !second.is_empty()) {
                Some(second) => used.insert(format!("{first}::{second}")),
                None => used.insert(first),
            };
        }
    }
}

fn first(path: &str) -> &str {
    path.split("::").next().unwrap()
}

#[test]
fn modules_depend_on_each_other_as_documented() {
    let (documented, used) = (documented(), used());
    let names: BTreeSet<_> = documented.iter().map(|(module, _)| module).collect();
    assert_eq!(names, used.keys().collect(), "each module has a row");
    for (module, allowed) in &documented {
        let taken = &used[module];
        let covers = |allowed: &str, taken: &str| {
            taken == allowed || taken.starts_with(&format!("{allowed}::"))
        };
        for path in taken {
            let is_allowed = allowed.iter().any(|allowed| covers(allowed, path));
            assert!(is_allowed, "{module} uses {path}: not in its row");
        }
        for path in allowed {
            let is_taken = taken.iter().any(|taken| covers(path, taken));
            assert!(is_taken, "{module} does not use {path}: it is in its row");
        }
    }
}

#[test]
fn no_module_depends_on_a_later_one_as_a_whole() {
    let documented = documented();
    let mut earlier = BTreeSet::from([SHARED_STATE]);
    for (module, dependencies) in &documented {
        for dependency in dependencies.iter().filter(|path| !path.contains("::")) {
            assert!(
                earlier.contains(first(dependency)),
                "{module} depends on {dependency}, which comes later"
            );
        }
        earlier.insert(module);
    }
}

/// The files that change when a role is added, and those that use one role as an example.
const NAMES_ROLES: [&str; 5] = [
    "entity/src/role.rs",
    "src/demo.rs",
    "src/graphql/enums.rs",
    "src/mail/content.rs",
    "src/permissions.rs",
];

/// The Workspace Admin is not searched for: the rules about the last admin name that role.
#[test]
fn only_the_documented_files_name_every_role() {
    let roles = Role::ALL
        .into_iter()
        .filter(|role| *role != Role::WorkspaceAdmin);
    let names: Vec<String> = roles
        .flat_map(|role| [role.code(), role.display_name()])
        .flat_map(|name| [name.to_owned(), name.replace(' ', "")])
        .collect();
    let mut found = BTreeSet::new();
    for folder in ["entity", "migration", "src"] {
        for path in code_files(Path::new(folder)) {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
            if names.iter().any(|name| code.contains(name.as_str())) {
                found.insert(path.to_str().unwrap().to_owned());
            }
        }
    }
    assert_eq!(found, BTreeSet::from(NAMES_ROLES.map(str::to_owned)));
}

/// The names of the resolvers in formatted code, with the numbers of lines in their bodies.
fn resolvers(code: &str) -> Vec<(String, usize)> {
    let mut resolvers = Vec::new();
    let mut lines = code.lines();
    while lines.any(|line| line.starts_with("#[Object") || line.starts_with("#[ComplexObject")) {
        let mut items = lines.by_ref().take_while(|line| *line != "}");
        while let Some(signature) = items.find_map(|line| line.split_once("async fn ")) {
            let name = signature.1.split(['(', '<']).next().unwrap();
            let opened = signature.1.ends_with('{') || items.any(|line| line.ends_with(" {"));
            assert!(opened, "{name} has a body");
            resolvers.push((
                name.to_owned(),
                items.by_ref().take_while(|line| *line != "    }").count(),
            ));
        }
    }
    resolvers
}

#[test]
fn resolvers_are_short() {
    let mut found = 0;
    for path in code_files(Path::new("src/graphql")) {
        for (name, lines) in resolvers(&fs::read_to_string(&path).unwrap()) {
            found += 1;
            assert!(
                lines <= MAX_RESOLVER,
                "{name} in {} has {lines} lines, more than {MAX_RESOLVER}",
                path.display()
            );
        }
    }
    assert!(found > 100, "found only {found} resolvers");
}
