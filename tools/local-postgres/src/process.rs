//! Information about processes that are not children of this one, without libc.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;

use crate::command;

const TIMEOUT: Duration = Duration::from_secs(10);

/// The command line of a living process, its words separated by one space.
fn command_line(pid: u32) -> Option<String> {
    let line = if Path::new("/proc/self/cmdline").exists() {
        // A zombie has an empty one.
        let words = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        String::from_utf8_lossy(&words).replace('\0', " ")
    } else {
        command::run(Command::new("ps").args(["-ww", "-o", "command=", "-p", &pid.to_string()])).ok()?
    };
    Some(line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// Returns true if the process lives and `path` is a word of its command line: the process id alone may have been reused.
pub(crate) fn names(pid: u32, path: &Path) -> bool {
    command_line(pid).is_some_and(|line| format!(" {line} ").contains(&format!(" {} ", path.display())))
}

/// `kill -9`, and waits until the process that has `path` in its command line is gone. The shell's own `kill`, because
/// not every container has the program.
pub(crate) fn kill_hard(pid: u32, path: &Path) -> anyhow::Result<()> {
    command::run(Command::new("sh").args(["-c", &format!("kill -9 {pid}")]))?;
    let gone = command::wait_for(TIMEOUT, || Ok((!names(pid, path)).then_some(())))?;
    gone.with_context(|| format!("process {pid} does not end"))
}
