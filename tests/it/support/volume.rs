//! A small file system that a test can fill. It is in a separate mount namespace, so it disappears
//! with the test.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Mounts the file system and keeps the namespace until standard input is closed.
const HOLD: &str = r#"mount -t tmpfs -o "size=$1" none "$0" && echo mounted && exec cat"#;

/// A file system that is visible only to programs started with [`Volume::command`].
pub struct Volume {
    /// A process in the namespace. It ends when this process closes its input or ends.
    holder: Child,
    folder: TempDir,
    /// Whether the namespace belongs to a user namespace, as it must if the test is not root.
    in_user_namespace: bool,
}

impl Volume {
    /// Creates a file system of a `size` like `8m`. Returns `None` if the system does not allow it,
    /// which is a failure in CI.
    pub fn new(size: &str) -> Option<Volume> {
        let volume = [false, true].into_iter().find_map(|in_user_namespace| {
            let folder = tempfile::tempdir().unwrap();
            let mut unshare = Command::new("unshare");
            if in_user_namespace {
                unshare.args(["--user", "--map-root-user"]);
            }
            let mut holder = unshare
                .args(["--mount", "sh", "-c", HOLD])
                .arg(folder.path())
                .arg(size)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .ok()?;
            let mut line = String::new();
            let read = BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line);
            let volume = Volume {
                holder,
                folder,
                in_user_namespace,
            };
            (read.is_ok() && line == "mounted\n").then_some(volume)
        });
        if volume.is_none() {
            assert!(std::env::var_os("CI").is_none(), "cannot mount a tmpfs");
            eprintln!("SKIPPED: this system allows no mount namespaces");
        }
        volume
    }

    /// Returns its path for programs of [`Volume::command`].
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns a command that sees the file system. `nsenter` is replaced by the program, so it has
    /// the same process ID.
    pub fn command(&self, program: &str) -> Command {
        let mut nsenter = Command::new("nsenter");
        nsenter.args(["--target", &self.holder.id().to_string(), "--mount"]);
        if self.in_user_namespace {
            nsenter.args(["--user", "--preserve-credentials"]);
        }
        nsenter.args(["--", program]);
        nsenter
    }

    /// Uses up all free space.
    pub fn fill(&self) {
        let mut filler = File::create(self.filler()).unwrap();
        while filler.write_all(&[1; 4096]).is_ok() {}
        while filler.write_all(&[1]).is_ok() {}
    }

    /// Releases the space.
    pub fn free(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    /// Returns the path of one of its files for this process.
    pub fn file(&self, name: &str) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(self.folder().strip_prefix("/").unwrap())
            .join(name)
    }

    fn filler(&self) -> PathBuf {
        self.file("filler")
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        drop(self.holder.stdin.take());
        self.holder.wait().unwrap();
    }
}
