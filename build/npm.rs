//! Runs npm and Node.js.

use std::path::Path;
use std::process::{Command, Output};
use std::{fs, io};

/// Major and minor version of the oldest Node.js that the packages support.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Installs the packages that `package-lock.json` in `folder` pins, unless they are installed.
pub fn install(folder: &Path) -> io::Result<()> {
    let lock_file = fs::read(folder.join("package-lock.json"))?;
    // In `node_modules`, since npm empties that folder first: the file never marks an incomplete
    // installation.
    let mark = folder.join("node_modules/.installed-lock.json");
    if fs::read(&mark).is_ok_and(|installed| installed == lock_file) {
        return Ok(());
    }
    // Only errors, since the error message quotes the first lines of the output.
    let arguments = "ci --include=dev --ignore-scripts --no-audit --no-fund --loglevel=error";
    let output = npm(folder, arguments)?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<&str> = stderr.lines().take(3).collect();
        let reason = lines.join("; ");
        return Err(io::Error::other(format!("npm ci failed ({reason})")));
    }
    fs::write(mark, lock_file)
}

/// Runs a script of `package.json` in `folder`. An error contains its whole output.
pub fn run(folder: &Path, script: &str) -> io::Result<()> {
    let output = npm(folder, &format!("run {script}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "npm run {script} failed\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )))
}

fn npm(folder: &Path, arguments: &str) -> io::Result<Output> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    Command::new(program)
        .args(arguments.split(' '))
        .current_dir(folder)
        // A value set for other purposes must not change the build.
        .env_remove("NODE_ENV")
        .output()
        .map_err(|error| io::Error::other(format!("npm did not start ({error})")))
}

/// Runs a Node.js script of `build/` on `folder`.
pub fn node(script: &str, folder: &Path) -> io::Result<()> {
    let output = Command::new("node").arg(script).arg(folder).output();
    let output = output.map_err(no_node)?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("{script} failed\n{stderr}")))
}

/// Returns an error if Node.js is missing or too old.
pub fn check_node() -> io::Result<()> {
    let output = Command::new("node").arg("--version").output();
    let output = output.map_err(no_node)?;
    let version = String::from_utf8_lossy(&output.stdout);
    let mut numbers = version.trim().trim_start_matches('v').split('.');
    let mut number = || numbers.next().and_then(|number| number.parse().ok());
    let found = number().zip(number());
    if found.is_some_and(|found| found >= OLDEST_NODE) {
        return Ok(());
    }
    let (version, (major, minor)) = (version.trim(), OLDEST_NODE);
    Err(io::Error::other(format!(
        "Node.js is {version}, but {major}.{minor} or later is required"
    )))
}

fn no_node(error: io::Error) -> io::Error {
    io::Error::other(format!("Node.js did not start ({error})"))
}
