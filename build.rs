//! Prepares GraphiQL for embedding: installs the npm packages that
//! `explorer/package-lock.json` pins, and lays the few files that the page
//! needs, compressed, into `$OUT_DIR/explorer`.
//!
//! Without npm, or offline, the build succeeds all the same and `/graphiql`
//! says what is missing. The source tree is never written to.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use flate2::{Compression, write::GzEncoder};

/// What decides which packages are installed.
const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];
/// Files of our own: as they are in `explorer/`.
const OWN: [&str; 2] = ["explorer.css", "explorer.js"];
/// Files out of the packages: name in the URL, path under `node_modules/`.
const PACKAGED: [(&str, &str); 4] = [
    ("graphiql.css", "graphiql/graphiql.min.css"),
    ("graphiql.js", "graphiql/graphiql.min.js"),
    ("react.js", "react/umd/react.production.min.js"),
    ("react-dom.js", "react-dom/umd/react-dom.production.min.js"),
];

fn main() -> io::Result<()> {
    let source = PathBuf::from("explorer");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for name in MANIFESTS.iter().chain(&OWN) {
        println!("cargo::rerun-if-changed=explorer/{name}");
    }
    println!("cargo::rerun-if-changed=explorer/index.html");
    println!("cargo::rerun-if-changed=explorer/missing.html");

    let target = out.join("explorer");
    fs::create_dir_all(&target)?;
    let installed = install(&source, &out.join("explorer-packages"));
    if let Err(reason) = &installed {
        println!("cargo::warning=GraphiQL is not built in: {reason}");
    }
    let page = if installed.is_ok() {
        "index.html"
    } else {
        "missing.html"
    };
    let version = lay_out(&source, installed.ok().as_deref(), &target)?;
    let html = fs::read_to_string(source.join(page))?.replace("{{version}}", &version);
    fs::write(target.join("index.html"), html)?;
    // A file, not `rustc-env`: `cargo run` would pass that on to the program,
    // which refuses settings that it does not know.
    fs::write(target.join("version"), version)
}

/// Installs the pinned packages into `folder`, unless they already are there,
/// and gives the path of its `node_modules`.
fn install(source: &Path, folder: &Path) -> io::Result<PathBuf> {
    let modules = folder.join("node_modules");
    let done = folder.join("installed");
    let wanted = fs::read(source.join("package-lock.json"))?;
    if fs::read(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(modules);
    }
    fs::create_dir_all(folder)?;
    for name in MANIFESTS {
        fs::copy(source.join(name), folder.join(name))?;
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder)
        .output()
        .map_err(|error| io::Error::other(format!("npm did not start ({error})")))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        let first = told.lines().next().unwrap_or("no message").to_owned();
        return Err(io::Error::other(format!("npm ci failed ({first})")));
    }
    fs::write(done, wanted)?;
    Ok(modules)
}

/// Compresses every asset into `target`; those of packages are empty without
/// packages. The version that it returns changes with any of their bytes, so
/// that browsers may keep each URL for ever.
fn lay_out(source: &Path, modules: Option<&Path>, target: &Path) -> io::Result<String> {
    let own = OWN.map(|name| (name, Some(source.join(name))));
    let packaged = PACKAGED.map(|(name, path)| (name, modules.map(|folder| folder.join(path))));
    let mut hasher = DefaultHasher::new();
    for (name, path) in own.into_iter().chain(packaged) {
        let bytes = path.map_or_else(|| Ok(Vec::new()), fs::read)?;
        bytes.hash(&mut hasher);
        let file = fs::File::create(target.join(format!("{name}.gz")))?;
        let mut encoder = GzEncoder::new(file, Compression::best());
        io::Write::write_all(&mut encoder, &bytes)?;
        encoder.finish()?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}
