//! The data of a temporary server in memory.

use std::path::Path;

use local_postgres::{Cluster, Durability, in_memory};

use crate::fresh;

#[test]
fn a_directory_in_memory_is_found_again_and_runs_a_server() -> anyhow::Result<()> {
    let dir = fresh("in-memory")?;

    let memory = in_memory(&dir)?;

    if memory == dir.canonicalize()? {
        eprintln!("this machine has no room in /dev/shm");
        return Ok(());
    }
    assert!(memory.starts_with("/dev/shm"), "{}", memory.display());
    let cluster = Cluster::start(&memory, Durability::Temporary)?;
    assert_eq!((cluster.dir(), in_memory(&dir)?.as_path()), (memory.as_path(), memory.as_path()));
    assert_ne!(in_memory(&dir.join("other"))?, memory);
    cluster.stop()?;
    local_postgres::remove(&memory)?;
    std::fs::remove_dir_all(&memory)?;
    Ok(std::fs::remove_dir_all(in_memory(&dir.join("other"))?)?)
}

#[test]
fn a_directory_in_memory_that_others_can_enter_is_not_used() -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let dir = fresh("open-memory")?;
    let memory = in_memory(&dir)?;
    if !memory.starts_with(Path::new("/dev/shm")) {
        return Ok(());
    }
    std::fs::set_permissions(&memory, std::fs::Permissions::from_mode(0o777))?;

    assert_eq!(in_memory(&dir)?, dir.canonicalize()?);
    Ok(std::fs::remove_dir_all(memory)?)
}
