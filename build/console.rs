//! Builds the console: copies `web/`, and runs npm on the copy with the copied schema.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use crate::{files, npm};

const SOURCE: &str = "web";
const SCHEMA: &str = "schema.graphql";
const MISSING: &str = "src/http/console/missing.html";
/// Leaves the console out, for work on the Rust code only. It has no prefix of the settings, since
/// the program rejects unknown settings.
const SKIP: &str = "SKIP_CONSOLE";
/// Files that work in `web/` creates: neither copied nor watched.
const LEFT_OUT: [&str; 6] = [
    "node_modules",
    "dist",
    "generated",
    "test-results",
    "playwright-report",
    "coverage",
];

/// Builds the console and lists its files in `console.rs`. If npm is not usable, embeds a page with
/// the reason instead. A console that does not compile is an error.
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

/// Copies sources and schema, and installs packages.
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

/// Returns the console's sources, and watches each of them: folders as a whole and files
/// individually, since generated files change `web/` itself.
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

/// Deletes sources of earlier builds. Packages stay: installing them checks whether they are
/// current.
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
