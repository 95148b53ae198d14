//! A directory in memory for a server that is deleted after use.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::account::{self, Account};
use crate::{command, port};

/// A file system in memory that every user of a Linux machine can write to.
const SHARED_MEMORY: &str = "/dev/shm";
/// Bytes that must be free there and in the memory as a whole: the log, the databases of the tests that run at once, and the compiler.
const ROOM: u64 = 6 << 30;

/// Returns a directory in memory, always the same one for the same `dir`; `dir` itself where there is no file system in memory or too little
/// room. Where each test creates and deletes a database, as those of `#[sqlx::test]` do, a server on ext4 takes nearly twice as long.
///
/// # Errors
/// `dir` cannot be created.
pub fn in_memory(dir: &Path) -> anyhow::Result<PathBuf> {
    std::fs::create_dir_all(dir)?;
    let dir = dir.canonicalize()?;
    let memory = PathBuf::from(format!("{SHARED_MEMORY}/local-postgres-{:016x}", port::hash(&dir)));
    let is_in_use = memory.join("data").exists();
    let found =
        (is_in_use || has_room()) && (DirBuilder::new().mode(0o700).create(&memory).is_ok() || is_ours(&memory));
    Ok(if found { memory } else { dir })
}

/// Every user may write there, so the directory could be another user's.
fn is_ours(memory: &Path) -> bool {
    let Ok(found) = memory.symlink_metadata() else { return false };
    let is_root = account::is_root().unwrap_or_default();
    let owner = found.uid();
    let is_owner = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == owner)
        || is_root && Account::candidates().any(|candidate| candidate.is_uid(owner));
    found.is_dir() && found.mode() & 0o077 == 0 && is_owner
}

fn has_room() -> bool {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let is_memory = mounts.lines().any(|line| {
        let mut words = line.split(' ').skip(1);
        (words.next(), words.next()) == (Some(SHARED_MEMORY), Some("tmpfs"))
    });
    is_memory && free_there().is_some_and(|free| free >= ROOM) && free_memory().is_some_and(|free| free >= ROOM)
}

/// Returns the bytes that can be written to [`SHARED_MEMORY`]: the fourth column of `df`, in units of 1024.
fn free_there() -> Option<u64> {
    let table = command::run(Command::new("df").args(["-k", "-P", SHARED_MEMORY])).ok()?;
    table.lines().last()?.split_whitespace().nth(3)?.parse::<u64>().ok()?.checked_mul(1024)
}

/// Returns the bytes of memory that processes can get without swapping.
fn free_memory() -> Option<u64> {
    let memory = std::fs::read_to_string("/proc/meminfo").ok()?;
    let available = memory.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    available.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}
