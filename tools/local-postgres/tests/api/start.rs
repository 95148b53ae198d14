//! The start of a server, its databases and its settings.

use local_postgres::{Binaries, Cluster, Durability};

use crate::fresh;

#[test]
fn the_second_start_keeps_the_data_and_the_port() -> anyhow::Result<()> {
    let dir = fresh("second-start")?;
    let first = Cluster::start(&dir, Durability::Durable)?;
    let port = first.port();
    first.create_database("shop")?;
    first.psql("shop", "create table shoes (size int); insert into shoes values (42)")?;
    first.stop()?;

    let second = Cluster::start(&dir, Durability::Durable)?;

    assert_eq!(second.psql("shop", "select size from shoes")?, "42");
    assert_eq!(second.port(), port);
    assert_eq!(second.url("shop"), format!("postgres://postgres@127.0.0.1:{port}/shop"));
    Ok(())
}

#[test]
fn a_database_is_created_once_and_its_name_cannot_inject_sql() -> anyhow::Result<()> {
    let dir = fresh("create-database")?;
    let cluster = local_postgres::open(&dir, Durability::Temporary)?;
    cluster.create_database("shop-2")?;
    cluster.psql("shop-2", "create table kept ()")?;

    cluster.create_database("shop-2")?;

    assert_eq!(cluster.psql("shop-2", "select count(*) from kept")?, "0");
    assert!(cluster.create_database(r#"x"; drop database "shop-2"#).is_err());
    Ok(())
}

#[test]
fn each_durability_has_its_settings() -> anyhow::Result<()> {
    let dir = fresh("durability")?;
    let settings = "select string_agg(setting, ' ' order by name) from pg_settings
        where name in ('fsync', 'full_page_writes', 'max_connections', 'synchronous_commit')";

    let durable = Cluster::start(&dir, Durability::Durable)?;
    assert_eq!(durable.psql("postgres", settings)?, "on on 300 on");
    durable.stop()?;

    let temporary = Cluster::start(&dir, Durability::Temporary)?;
    assert_eq!(temporary.psql("postgres", settings)?, "off off 300 off");
    Ok(())
}

#[test]
fn text_is_utf_8_and_times_are_utc() -> anyhow::Result<()> {
    let dir = fresh("locale")?;
    let cluster = Cluster::start(&dir, Durability::Temporary)?;
    cluster.create_database("shop")?;
    assert_eq!(cluster.psql("shop", "show server_encoding")?, "UTF8");
    assert_eq!(cluster.psql("shop", "show timezone")?, "UTC");
    Ok(())
}

#[test]
fn the_error_of_a_failed_start_contains_the_log() -> anyhow::Result<()> {
    let dir = fresh("broken")?;
    let cluster = Cluster::start(&dir, Durability::Temporary)?;
    let conf = cluster.dir().join("data/postgresql.conf");
    cluster.stop()?;
    std::fs::write(conf, "no_such_setting = 1\n")?;

    let error = Cluster::start(&dir, Durability::Temporary).err().map(|error| format!("{error:#}"));

    assert!(error.unwrap_or_default().contains("no_such_setting"));
    Ok(())
}

#[test]
fn the_programs_found_are_new_enough() -> anyhow::Result<()> {
    let binaries = Binaries::find()?;
    assert!(binaries.major() >= 15);
    assert!(binaries.program("initdb").is_file());
    Ok(())
}

#[test]
fn a_removed_server_has_lost_its_data() -> anyhow::Result<()> {
    let dir = fresh("removed")?;
    Cluster::start(&dir, Durability::Temporary)?.create_database("shop")?;

    local_postgres::remove(&dir)?;

    let cluster = Cluster::start(&dir, Durability::Temporary)?;
    assert!(cluster.psql("shop", "select 1").is_err());
    Ok(())
}
