//! A server that runs in Docker, and a pooler for it.

use local_postgres::{Docker, Durability, Pooler};

use crate::fresh;

#[test]
#[ignore = "needs a Docker engine and the image postgres:15"]
fn a_server_in_docker_keeps_its_data_through_crash_and_restart() -> anyhow::Result<()> {
    let dir = fresh("docker")?;
    let first = Docker::start(&dir, Durability::Durable)?;
    assert!(first.is_owner());
    first.create_database("shop")?;
    first.create_database("shop")?;
    first.psql("shop", "create table sold (n int); insert into sold values (1)")?;

    first.restart_at_once()?;
    first.psql("shop", "insert into sold values (2)")?;
    first.stop()?;

    let second = Docker::start(&dir, Durability::Durable)?;
    assert_eq!(second.psql("shop", "select count(*) from sold")?, "2");
    let borrowed = Docker::start(&dir, Durability::Durable)?;
    assert_eq!((borrowed.is_owner(), borrowed.port()), (false, second.port()));
    Ok(())
}

#[test]
#[ignore = "needs a Docker engine and the image postgres:15"]
fn a_pooler_connects_to_a_server_in_docker() -> anyhow::Result<()> {
    let dir = fresh("docker-pooler")?;
    let cluster = Docker::start(&dir, Durability::Temporary)?;
    let Some(pooler) = Pooler::start(&cluster, &dir.join("pooler"), 2)? else {
        return Ok(());
    };
    let asked = std::process::Command::new("psql")
        .args(["-X", "-A", "-t", "-c", "show fsync"])
        .arg(pooler.url("postgres"))
        .output()?;
    assert_eq!(String::from_utf8_lossy(&asked.stdout), "off\n");
    Ok(())
}
