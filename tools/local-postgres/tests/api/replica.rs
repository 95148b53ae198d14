//! A replica that follows a server.

use std::thread::sleep;
use std::time::{Duration, Instant};

use local_postgres::{Cluster, Durability};

use crate::fresh;

/// Waits until the table has this many rows on the replica.
fn wait_for_rows(replica: &Cluster, rows: &str) -> anyhow::Result<()> {
    let started = Instant::now();
    while replica.psql("shop", "select count(*) from shoes")? != rows {
        anyhow::ensure!(started.elapsed() < Duration::from_secs(20), "the replica does not follow");
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

#[test]
fn a_replica_follows_its_server_and_is_only_read() -> anyhow::Result<()> {
    let (dir, replica_dir) = (fresh("primary")?, fresh("replica")?);
    let primary = Cluster::start(&dir, Durability::Temporary)?;
    primary.create_database("shop")?;
    primary.psql("shop", "create table shoes (size int); insert into shoes values (42)")?;

    let replica = primary.start_replica(&replica_dir)?;

    assert_ne!(replica.port(), primary.port());
    wait_for_rows(&replica, "1")?;
    primary.psql("shop", "insert into shoes values (43)")?;
    wait_for_rows(&replica, "2")?;
    assert!(replica.psql("shop", "insert into shoes values (44)").is_err());

    // After a crash of the server it follows on.
    primary.psql("shop", "checkpoint")?;
    primary.restart_at_once()?;
    primary.psql("shop", "insert into shoes values (44)")?;
    wait_for_rows(&replica, "3")
}

#[test]
fn a_replica_begins_anew_at_each_start() -> anyhow::Result<()> {
    let (dir, replica_dir) = (fresh("primary-kept")?, fresh("replica-anew")?);
    let primary = Cluster::start(&dir, Durability::Durable)?;
    primary.create_database("shop")?;
    primary.psql("shop", "create table shoes (size int)")?;
    primary.start_replica(&replica_dir)?.stop()?;
    primary.psql("shop", "insert into shoes values (42)")?;
    primary.stop()?;

    let primary = Cluster::start(&dir, Durability::Durable)?;
    let replica = primary.start_replica(&replica_dir)?;

    wait_for_rows(&replica, "1")
}
