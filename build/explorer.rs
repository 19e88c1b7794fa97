//! Builds GraphiQL: the few files that its page needs, from the packages that
//! `explorer/package-lock.json` pins.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::{files, npm};

/// The files that determine the installed packages.
const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];
const PAGES: [&str; 2] = ["index.html", "missing.html"];
/// Files that are copied from `explorer/`.
const OWN_FILES: [&str; 2] = ["explorer.css", "explorer.js"];
/// Files from the packages: name in the URL, path under `node_modules/`.
const PACKAGED: [(&str, &str); 4] = [
    ("graphiql.css", "graphiql/graphiql.min.css"),
    ("graphiql.js", "graphiql/graphiql.min.js"),
    ("react.js", "react/umd/react.production.min.js"),
    ("react-dom.js", "react-dom/umd/react-dom.production.min.js"),
];

/// Builds the explorer, or a page with the reason if it is missing, and lists the files in
/// `explorer.rs`.
pub fn build(out: &Path) -> io::Result<()> {
    let source = Path::new("explorer");
    for name in MANIFESTS.iter().chain(&PAGES).chain(&OWN_FILES) {
        println!("cargo::rerun-if-changed=explorer/{name}");
    }
    let target = out.join("explorer");
    files::clear(&target)?;
    match install(source, &out.join("explorer-packages")) {
        Ok(modules) => {
            lay_out(source, &modules, &target)?;
            files::compress(&target)?;
        }
        Err(reason) => {
            println!("cargo::warning=GraphiQL is not built in: {reason}");
            fs::copy(source.join("missing.html"), target.join("index.html"))?;
        }
    }
    files::embed(&target, &out.join("explorer.rs"))
}

/// Installs the packages. Returns the path of `node_modules`.
fn install(source: &Path, folder: &Path) -> io::Result<PathBuf> {
    npm::check_node()?;
    fs::create_dir_all(folder)?;
    for name in MANIFESTS {
        fs::copy(source.join(name), folder.join(name))?;
    }
    npm::install(folder)?;
    Ok(folder.join("node_modules"))
}

/// Copies page and assets into `target`. The version in the assets' URLs depends on their contents,
/// so that browsers can cache them without limit.
fn lay_out(source: &Path, modules: &Path, target: &Path) -> io::Result<()> {
    let own = OWN_FILES.map(|name| (name, source.join(name)));
    let packaged = PACKAGED.map(|(name, path)| (name, modules.join(path)));
    let mut assets = Vec::new();
    let mut hasher = DefaultHasher::new();
    for (name, path) in own.into_iter().chain(packaged) {
        let bytes = fs::read(path)?;
        bytes.hash(&mut hasher);
        assets.push((name, bytes));
    }
    let version = format!("{:016x}", hasher.finish());
    let folder = target.join("graphiql/assets").join(&version);
    fs::create_dir_all(&folder)?;
    for (name, bytes) in assets {
        fs::write(folder.join(name), bytes)?;
    }
    let page = fs::read_to_string(source.join("index.html"))?;
    fs::write(
        target.join("index.html"),
        page.replace("{{version}}", &version),
    )
}
