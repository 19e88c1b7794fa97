//! CPU time of other processes, to the nanosecond, from their CPU-time clocks (POSIX,
//! `clock_getcpuclockid`): all threads, user and system.

use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;
use std::collections::HashMap;
use std::time::Duration;
use std::{fs, io};

/// Returns the CPU time that a process has used since it started.
///
/// # Errors
/// If there is no such process.
pub(crate) fn of_process(pid: i32) -> io::Result<Duration> {
    Ok(clock_getcpuclockid(Pid::from_raw(pid))?.now()?.into())
}

/// CPU times of the current children of a process: for PostgreSQL's postmaster, all backends.
pub(crate) struct Children(HashMap<i32, Duration>);

impl Children {
    /// Reads the clocks of all children of a process.
    ///
    /// # Errors
    /// If `/proc` cannot be read.
    pub(crate) fn of(parent: i32) -> io::Result<Children> {
        let mut clocks = HashMap::new();
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            // Processes may end while they are read.
            if parent_of(pid) == Some(parent)
                && let Ok(used) = of_process(pid)
            {
                clocks.insert(pid, used);
            }
        }
        Ok(Children(clocks))
    }

    /// Returns the CPU time that the children present at both times have used in between.
    pub(crate) fn since(&self, earlier: &Children) -> Duration {
        let spent = self.0.iter().filter_map(|(pid, used)| {
            let before = earlier.0.get(pid)?;
            Some(used.saturating_sub(*before))
        });
        spent.sum()
    }
}

/// Returns the fourth field of `/proc/PID/stat` (proc(5)). The second field, a name in parentheses,
/// may contain blanks and parentheses itself.
fn parent_of(pid: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(1)?.parse().ok()
}
