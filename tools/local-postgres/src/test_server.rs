//! The test server: a private PostgreSQL that stays up between test runs.
//!
//! Its owner is a separate process, the keeper, so that the server outlives a test run. The keeper stops the server and deletes its
//! data when nobody has used it for a while. Each `dir` has its own server, so checkouts do not share one.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use crate::command::{log_tail, wait_for};
use crate::home::Home;
use crate::{Cluster, Durability, open, remove};

/// Held by the keeper for as long as it lives.
const KEEPER: &str = "keeper.lock";
/// Held while the server is requested or ended, so that no request gets a server that is about to end.
const REQUEST: &str = "request.lock";
/// Contains the server's URL while it is up. Its modification time is the time of the last request.
const URL: &str = "url";
/// Asks the keeper to end.
const STOP: &str = "stop";
const DATABASE: &str = "shop";

/// The first start may have to install PostgreSQL.
const START_TIMEOUT: Duration = Duration::from_secs(300);
const STOP_TIMEOUT: Duration = Duration::from_secs(60);
/// Interval at which the keeper looks for requests to end.
const POLL: Duration = Duration::from_millis(500);

/// Databases of `#[sqlx::test]` whose test failed. A passed test deletes its own; what is younger may belong to a run that goes on.
const OLD_DATABASES: &str = "
    select db_name from _sqlx_test.databases where created_at < now() - interval '1 hour'";

/// Returns the URL of the server in `dir`. If it is not up, starts `keeper`, a command that calls [`keep`] with the same `dir`.
pub fn url(dir: &Path, mut keeper: Command) -> anyhow::Result<String> {
    let home = Home::prepare(dir)?;
    let _request = home.lock(REQUEST)?;
    let path = home.path().join(URL);
    if home.try_lock(KEEPER)?.is_some() {
        remove_file(&path)?;
        remove_file(&home.path().join(STOP))?;
        start_keeper(&mut keeper, &home)?;
    } else {
        delete_old_databases(dir)?;
    }
    let url = std::fs::read_to_string(&path).with_context(|| format!("{} could not be read", path.display()))?;
    home.write(&path, &url)?;
    Ok(url)
}

/// Waits until the keeper has written the URL.
fn start_keeper(keeper: &mut Command, home: &Home) -> anyhow::Result<()> {
    let (path, log) = (home.path().join(URL), home.path().join("keeper.log"));
    let output = std::fs::File::create(&log)?;
    // In its own process group, so that Ctrl-C in the terminal of a test run does not reach it.
    keeper.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(output);
    let mut child = keeper.spawn().context("the keeper of the test server could not be run")?;
    let started = wait_for(START_TIMEOUT, || {
        if path.exists() {
            return Ok(Some(()));
        }
        match child.try_wait()? {
            Some(status) => bail!("the test server did not start ({status}); {}", log_tail(&log)),
            None => Ok(None),
        }
    })?;
    started.with_context(|| format!("the test server did not start in {START_TIMEOUT:?}; {}", log_tail(&log)))
}

/// Runs the server in `dir` until it was idle for this long or [`stop`] is called, then deletes it.
pub fn keep(dir: &Path, idle: Duration) -> anyhow::Result<()> {
    let home = Home::prepare(dir)?;
    let keeper = home.try_lock(KEEPER)?;
    ensure!(keeper.is_some(), "the test server in {} is already running", dir.display());
    let cluster = open(dir, Durability::Temporary)?;
    cluster.create_database(DATABASE)?;
    let url = home.path().join(URL);
    // Written under another name and renamed: a request must not read half of it.
    let unfinished = home.path().join("url.new");
    home.write(&unfinished, &cluster.url(DATABASE))?;
    std::fs::rename(&unfinished, &url)?;
    loop {
        std::thread::sleep(POLL);
        if !must_end(&home, &cluster, idle)? {
            continue;
        }
        // A request that comes now waits, and then starts a new keeper. One that came before has set the time.
        let Some(request) = home.try_lock(REQUEST)? else { continue };
        if must_end(&home, &cluster, idle)? {
            remove_file(&url)?;
            cluster.stop()?;
            remove(dir)?;
            drop(keeper);
            drop(request);
            return Ok(());
        }
    }
}

fn must_end(home: &Home, cluster: &Cluster, idle: Duration) -> anyhow::Result<bool> {
    // The target folder may have been deleted.
    let Ok(url) = std::fs::metadata(home.path().join(URL)) else { return Ok(true) };
    if home.path().join(STOP).exists() {
        return Ok(true);
    }
    let age = url.modified()?.elapsed().unwrap_or_default();
    Ok(age >= idle && !has_clients(cluster)?)
}

fn has_clients(cluster: &Cluster) -> anyhow::Result<bool> {
    let clients =
        "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()";
    Ok(cluster.psql(DATABASE, clients)? != "0")
}

/// Stops the server in `dir` and deletes its data; does nothing if it is not up.
pub fn stop(dir: &Path) -> anyhow::Result<()> {
    let home = Home::prepare(dir)?;
    if home.try_lock(KEEPER)?.is_some() {
        return remove(dir);
    }
    home.write(&home.path().join(STOP), "")?;
    let ended = wait_for(STOP_TIMEOUT, || Ok(home.try_lock(KEEPER)?.map(drop)))?;
    ended.with_context(|| format!("the test server did not stop in {STOP_TIMEOUT:?}"))?;
    remove_file(&home.path().join(STOP))
}

/// Deletes what failed tests of earlier runs left.
fn delete_old_databases(dir: &Path) -> anyhow::Result<()> {
    // The keeper is the owner, so dropping this does not stop the server.
    let cluster = open(dir, Durability::Temporary)?;
    if cluster.psql(DATABASE, "select to_regclass('_sqlx_test.databases')")?.is_empty() {
        return Ok(());
    }
    for name in cluster.psql(DATABASE, OLD_DATABASES)?.lines() {
        // A database with a client is in use and stays.
        if cluster.psql(DATABASE, &format!(r#"drop database if exists "{name}""#)).is_ok() {
            cluster.psql(DATABASE, &format!("delete from _sqlx_test.databases where db_name = '{name}'"))?;
        }
    }
    Ok(())
}

fn remove_file(path: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} could not be deleted", path.display()))
        }
        _ => Ok(()),
    }
}
