//! Files to embed, and the table that `src/http/files.rs` serves them from.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::npm;

const COMPRESS: &str = "build/compress.mjs";

/// Empties a folder, so that no files of an earlier build remain.
pub fn clear(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::create_dir_all(folder),
    }
}

/// Adds compressed versions of all files of `folder` that get smaller.
pub fn compress(folder: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed={COMPRESS}");
    npm::node(COMPRESS, folder)
}

/// Writes a Rust expression of the type `Files` that embeds all files of `folder`.
pub fn embed(folder: &Path, table: &Path) -> io::Result<()> {
    let mut paths = Vec::new();
    list(folder, &mut paths)?;
    paths.sort();
    let (mut page, mut others) = (String::new(), String::new());
    for path in paths.into_iter().filter(|path| !is_compressed(path)) {
        let name = url_path(folder, &path);
        let file = entry(&name, &path)?;
        if name == "/index.html" {
            page = file;
        } else {
            others += &file;
            others += ",\n";
        }
    }
    if page.is_empty() {
        let message = format!("{} has no index.html", folder.display());
        return Err(io::Error::other(message));
    }
    fs::write(
        table,
        format!("Files {{ page: {page}, others: &[{others}] }}"),
    )
}

fn list(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

fn url_path(folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap_or(path);
    let parts = below.iter().map(|part| part.to_string_lossy());
    parts.fold(String::new(), |path, part| path + "/" + &part)
}

/// Returns the path of a compressed version: the path of the file with another extension added.
fn form(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

fn is_compressed(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending == "br" || ending == "gz")
}

fn entry(name: &str, path: &Path) -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    fs::read(path)?.hash(&mut hasher);
    // Weak, since it identifies the content in any encoding.
    let etag = format!("W/\"{:016x}\"", hasher.finish());
    let [brotli, gzip] = [".br", ".gz"].map(|ending| {
        let path = form(path, ending);
        let found = path.exists().then(|| format!("include_bytes!({path:?})"));
        found.map_or("None".to_owned(), |bytes| format!("Some({bytes})"))
    });
    let media_type = media_type(path)?;
    Ok(format!(
        "File {{ path: {name:?}, media_type: {media_type:?}, etag: {etag:?}, \
         plain: include_bytes!({path:?}), brotli: {brotli}, gzip: {gzip} }}"
    ))
}

/// Browsers must not guess media types, so an unknown type is an error.
fn media_type(path: &Path) -> io::Result<&'static str> {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    Ok(match &*ending {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "js" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => {
            let message = format!(
                "{}: build/files.rs has no media type for it",
                path.display()
            );
            return Err(io::Error::other(message));
        }
    })
}
