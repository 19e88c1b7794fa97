//! The program as its operator starts it: a process of its own.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The built program, in a folder and with nothing of the surroundings' settings.
pub fn command(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tokenvue"));
    command
        .args(arguments)
        .env_clear()
        .envs(settings.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the program to its end.
pub fn run(folder: &Path, arguments: &[&str], settings: &[(&str, &str)], input: &str) -> Output {
    let mut child = command(folder, arguments, settings).spawn().unwrap();
    // A program that reads no input may have ended before it is written.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}

/// Output as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
