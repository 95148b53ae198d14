//! Ownership of a server that several processes use, and of a server whose owner was killed.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::Context;
use local_postgres::{Cluster, Durability};

use crate::fresh;

#[test]
fn a_server_whose_owner_was_killed_is_taken_over() -> anyhow::Result<()> {
    let dir = fresh("taken-over")?;
    let mut owner = Owner::of(&dir)?;
    owner.process.kill()?;
    owner.process.wait()?;

    let cluster = Cluster::start(&dir, Durability::Temporary)?;

    assert_eq!(cluster.port(), owner.port);
    assert!(cluster.is_owner());
    let pid_file = cluster.dir().join("data/postmaster.pid");
    cluster.stop()?;
    assert!(!pid_file.exists(), "the server runs on");
    Ok(())
}

#[test]
fn a_server_of_another_living_process_is_used_and_left_running() -> anyhow::Result<()> {
    let dir = fresh("borrowed")?;
    let mut owner = Owner::of(&dir)?;

    let borrowed = Cluster::start(&dir, Durability::Temporary)?;
    assert_eq!(borrowed.port(), owner.port);
    assert!(!borrowed.is_owner());
    borrowed.stop()?;

    let again = Cluster::start(&dir, Durability::Temporary)?;
    assert_eq!(again.psql("postgres", "select 1")?, "1");
    assert!(local_postgres::remove(&dir).is_err(), "a server in use is not removed");
    owner.end()?;
    assert!(again.psql("postgres", "select 1").is_err(), "its owner has stopped it");
    Ok(())
}

#[test]
fn two_simultaneous_starts_share_one_server() -> anyhow::Result<()> {
    let dir = fresh("at-once")?;
    let (one, two) = std::thread::scope(|scope| {
        let other = scope.spawn(|| Cluster::start(&dir, Durability::Temporary));
        let one = Cluster::start(&dir, Durability::Temporary);
        (one, other.join())
    });
    let (one, two) = (one?, two.ok().context("a panic")??);

    assert_eq!(one.port(), two.port());
    assert!(one.is_owner() != two.is_owner());
    assert_eq!(one.psql("postgres", "select 1")?, two.psql("postgres", "select 1")?);
    Ok(())
}

/// Another process, which has started the server in a directory and stops it when its standard input ends.
struct Owner {
    process: Child,
    port: u16,
    /// Kept open, because the test harness of that process still prints at its end.
    _output: BufReader<ChildStdout>,
}

impl Owner {
    fn of(dir: &Path) -> anyhow::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["--exact", "ownership::owner", "--ignored", "--nocapture"])
            .env("LOCAL_POSTGRES_DIR", dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = BufReader::new(process.stdout.take().context("no output")?);
        let port =
            output.by_ref().lines().map_while(Result::ok).find_map(|line| line.rsplit_once("port ")?.1.parse().ok());
        Ok(Self { process, port: port.context("the other process has started no server")?, _output: output })
    }

    fn end(&mut self) -> anyhow::Result<()> {
        drop(self.process.stdin.take());
        anyhow::ensure!(self.process.wait()?.success());
        Ok(())
    }
}

#[test]
#[ignore = "the other process of the tests above"]
fn owner() -> anyhow::Result<()> {
    let Some(dir) = std::env::var_os("LOCAL_POSTGRES_DIR") else {
        return Ok(());
    };
    let cluster = Cluster::start(Path::new(&dir), Durability::Temporary)?;
    writeln!(std::io::stdout(), "port {}", cluster.port())?;
    // Ends when the test closes the pipe or dies.
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}
