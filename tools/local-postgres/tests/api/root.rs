//! PostgreSQL refuses root, so root runs it as another user.

use std::os::unix::fs::{MetadataExt, PermissionsExt};

use local_postgres::{Cluster, Durability};

use crate::fresh;

#[test]
fn the_data_belongs_to_a_user_other_than_root() -> anyhow::Result<()> {
    let dir = fresh("unprivileged")?;
    let cluster = Cluster::start(&dir, Durability::Temporary)?;
    assert_ne!(cluster.dir().join("data").metadata()?.uid(), 0);
    Ok(())
}

#[test]
fn the_data_of_a_private_directory_is_elsewhere_and_found_again() -> anyhow::Result<()> {
    let private = fresh("private")?;
    if !is_root()? {
        return Ok(());
    }
    std::os::unix::fs::chown(&*private, Some(0), Some(0))?;
    std::fs::set_permissions(&*private, std::fs::Permissions::from_mode(0o700))?;
    let dir = private.join("cluster");
    local_postgres::remove(&dir)?;

    let first = Cluster::start(&dir, Durability::Temporary)?;
    assert!(first.dir().starts_with("/var/tmp"));
    first.create_database("shop")?;
    first.stop()?;
    let second = Cluster::start(&dir, Durability::Temporary)?;
    assert_eq!(second.psql("shop", "select 1")?, "1");

    let elsewhere = second.dir().to_owned();
    second.stop()?;
    local_postgres::remove(&dir)?;
    std::fs::remove_dir_all(elsewhere)?;
    Ok(())
}

fn is_root() -> anyhow::Result<bool> {
    let output = std::process::Command::new("id").arg("-u").output()?.stdout;
    Ok(output == b"0\n")
}
