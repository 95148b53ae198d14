//! Crashes of the server.

use local_postgres::{Cluster, Durability};

use crate::fresh;

#[test]
fn restart_at_once_keeps_committed_rows_and_the_port() -> anyhow::Result<()> {
    let dir = fresh("restart")?;
    let cluster = Cluster::start(&dir, Durability::Durable)?;
    cluster.psql("postgres", "create table sold (n int); insert into sold select generate_series(1, 1000)")?;
    let started = cluster.psql("postgres", "select pg_postmaster_start_time()")?;

    cluster.restart_at_once()?;

    assert_eq!(cluster.psql("postgres", "select count(*) from sold")?, "1000");
    assert_ne!(cluster.psql("postgres", "select pg_postmaster_start_time()")?, started);
    Ok(())
}

#[test]
fn a_killed_server_comes_back_with_its_rows() -> anyhow::Result<()> {
    let dir = fresh("killed")?;
    let cluster = Cluster::start(&dir, Durability::Durable)?;
    cluster.psql("postgres", "create table sold (n int); insert into sold values (1)")?;

    cluster.kill_hard()?;
    cluster.restart_at_once()?;

    assert_eq!(cluster.psql("postgres", "select count(*) from sold")?, "1");
    Ok(())
}

#[test]
fn a_killed_server_is_stopped_without_complaint() -> anyhow::Result<()> {
    let dir = fresh("killed-and-stopped")?;
    let cluster = Cluster::start(&dir, Durability::Temporary)?;
    cluster.kill_hard()?;
    cluster.stop()
}

#[test]
fn a_pid_file_with_the_pid_of_another_process_does_not_prevent_a_start() -> anyhow::Result<()> {
    let dir = fresh("stale-pid-file")?;
    let cluster = Cluster::start(&dir, Durability::Temporary)?;
    let pid_file = cluster.dir().join("data/postmaster.pid");
    let text = std::fs::read_to_string(&pid_file)?;
    let pid = text.lines().next().unwrap_or_default();
    let stale = text.replacen(pid, &std::process::id().to_string(), 1);
    cluster.stop()?;
    std::fs::write(&pid_file, stale)?;

    let cluster = Cluster::start(&dir, Durability::Temporary)?;

    assert_eq!(cluster.psql("postgres", "select 1")?, "1");
    Ok(())
}
