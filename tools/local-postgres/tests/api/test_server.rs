//! The test server: kept between test runs, stopped and deleted at the end.

use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context as _;
use local_postgres::{Cluster, Durability, test_server};

use crate::fresh;

/// Time in which an idle server has started and stopped.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);

fn keeper(dir: &Path, idle_seconds: u64) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_test-database"));
    command.arg("keep").arg(dir).arg(idle_seconds.to_string());
    command
}

#[test]
fn the_second_request_gets_the_same_server_until_it_is_stopped() -> anyhow::Result<()> {
    let dir = fresh("test-server")?;
    let url = test_server::url(&dir, keeper(&dir, 600))?;
    let cluster = Cluster::start(&dir, Durability::Temporary)?;
    assert!(!cluster.is_owner());
    assert_eq!(url, cluster.url("shop"));
    cluster.psql("shop", "create table kept ()")?;

    assert_eq!(test_server::url(&dir, keeper(&dir, 600))?, url);

    assert_eq!(cluster.psql("shop", "select count(*) from kept")?, "0");
    test_server::stop(&dir)?;
    assert!(cluster.psql("shop", "select 1").is_err());
    assert!(!cluster.dir().join("data").exists());
    Ok(())
}

#[test]
fn an_idle_test_server_stops_by_itself_and_the_next_request_starts_another() -> anyhow::Result<()> {
    let dir = fresh("idle-test-server")?;
    let data = Cluster::start(&dir, Durability::Temporary)?.dir().join("data");
    assert!(data.exists());
    let (ended, end) = mpsc::channel();
    let kept = dir.to_path_buf();
    std::thread::spawn(move || ended.send(test_server::keep(&kept, Duration::ZERO)));
    end.recv_timeout(STOP_TIMEOUT).context("the idle server still runs")??;
    assert!(!data.exists());

    test_server::url(&dir, keeper(&dir, 600))?;
    test_server::stop(&dir)
}

#[test]
fn databases_of_failed_tests_are_deleted_an_hour_later() -> anyhow::Result<()> {
    let dir = fresh("old-test-databases")?;
    test_server::url(&dir, keeper(&dir, 600))?;
    let cluster = Cluster::start(&dir, Durability::Temporary)?;
    cluster.psql("shop", "create schema _sqlx_test")?;
    cluster.psql("shop", "create table _sqlx_test.databases (db_name text, created_at timestamptz)")?;
    for (name, age) in [("old", "2 hours"), ("new", "1 minute")] {
        cluster.create_database(name)?;
        cluster
            .psql("shop", &format!("insert into _sqlx_test.databases values ('{name}', now() - interval '{age}')"))?;
    }

    test_server::url(&dir, keeper(&dir, 600))?;

    let left = "select string_agg(datname, ' ') from pg_database where datname in ('old', 'new')";
    assert_eq!(cluster.psql("shop", left)?, "new");
    assert_eq!(cluster.psql("shop", "select string_agg(db_name, ' ') from _sqlx_test.databases")?, "new");
    test_server::stop(&dir)
}
