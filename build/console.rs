//! The console: `web/` is copied, and built there by npm against the copied schema.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use crate::{files, npm};

const SOURCE: &str = "web";
const SCHEMA: &str = "schema.graphql";
const MISSING: &str = "src/http/console/missing.html";
/// For those who work on the Rust side alone. Not named like a setting: the program refuses those
/// that it does not know.
const SKIP: &str = "SKIP_CONSOLE";
/// What working in `web/` leaves there: neither read nor watched.
const LEFT_OUT: [&str; 6] = [
    "node_modules",
    "dist",
    "generated",
    "test-results",
    "playwright-report",
    "coverage",
];

/// Builds the console and lists its files in `console.rs`. Where it can't be built here, that is a
/// page that says why; a console that fails to build is an error.
pub fn build(out: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-env-changed={SKIP}");
    println!("cargo::rerun-if-changed={SCHEMA}");
    println!("cargo::rerun-if-changed={MISSING}");
    let web = out.join("console").join(SOURCE);
    let dist = web.join("dist");
    match prepare(&web) {
        Ok(()) => {
            npm::run(&web, "build")?;
            files::compress(&dist)?;
        }
        Err(reason) => {
            println!("cargo::warning=the console is not built in: {reason}");
            files::clear(&dist)?;
            fs::copy(MISSING, dist.join("index.html"))?;
        }
    }
    files::embed(&dist, &out.join("console.rs"))
}

/// Has sources, schema and packages ready in the copy.
fn prepare(web: &Path) -> io::Result<()> {
    if env::var_os(SKIP).is_some_and(|value| value == "1") {
        return Err(io::Error::other(format!("{SKIP} is set")));
    }
    let sources = sources()?;
    npm::check_node()?;
    remove_all_but_packages(web)?;
    for path in sources {
        copy(&path, &web.join(path.file_name().unwrap_or_default()))?;
    }
    fs::copy(SCHEMA, web.with_file_name(SCHEMA))?;
    npm::install(web)
}

/// What the console is built from, each of it watched: whole folders, and files one by one, since
/// `web/` itself changes with what is left out.
fn sources() -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(SOURCE);
    let entries = entries.map_err(|error| io::Error::other(format!("{SOURCE}/: {error}")))?;
    let mut sources = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if is_source(&path) {
            println!("cargo::rerun-if-changed={}", path.display());
            sources.push(path);
        }
    }
    Ok(sources)
}

fn is_source(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let hidden = name.starts_with('.') && path.is_dir();
    !hidden && !LEFT_OUT.contains(&name)
}

/// Sources that have been removed must not be built any more; the packages are checked by what
/// installs them.
fn remove_all_but_packages(web: &Path) -> io::Result<()> {
    fs::create_dir_all(web)?;
    for entry in fs::read_dir(web)? {
        let path = entry?.path();
        if path.ends_with("node_modules") {
            continue;
        }
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        } else {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
