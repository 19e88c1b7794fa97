//! Builds the embedded files: the console and the API explorer, both from npm packages.
//!
//! Without npm, or offline, the build succeeds, and pages say what is missing. It does not write to
//! the source tree.

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
        // Returned from `main`, the error would be printed with escaped line breaks.
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
