//! Prepares what the program carries beside its own code: the console and the API explorer, both
//! made of npm packages.
//!
//! Without npm, or offline, the build succeeds all the same, and pages say what is missing. The
//! source tree is never written to.

mod console;
mod explorer;
mod files;
mod npm;

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, io};

fn main() -> ExitCode {
    match prepare() {
        Ok(()) => ExitCode::SUCCESS,
        // Returned from here, it would be shown with its line breaks escaped.
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn prepare() -> io::Result<()> {
    let out = env::var_os("OUT_DIR").map(PathBuf::from);
    let out = out.ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    explorer::build(&out)?;
    console::build(&out)
}
