//! PgBouncer in front of the server.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::Context;
use local_postgres::{Binaries, Cluster, Durability, Pooler};

use crate::fresh;

const MY_BACKEND: &str = "select pg_backend_pid();\n";

#[test]
fn a_pooler_hands_out_at_most_its_backends() -> anyhow::Result<()> {
    let dir = fresh("pooler")?;
    let cluster = Cluster::start(&dir, Durability::Temporary)?;
    let Some(pooler) = Pooler::start(&cluster, &dir.join("pooler"), 2)? else {
        eprintln!("not run: there is no PgBouncer");
        return Ok(());
    };

    // One client keeps a transaction open, so that eight others share one backend.
    let mut holder = Client::connect(&pooler.url("postgres"))?;
    holder.say("begin;\n")?;
    holder.say(MY_BACKEND)?;
    let held = holder.hear()?;
    let mut others = (0..8).map(|_| Client::connect(&pooler.url("postgres"))).collect::<anyhow::Result<Vec<_>>>()?;
    for client in &mut others {
        client.say(&MY_BACKEND.repeat(50))?;
    }
    let mut shared = HashSet::new();
    for client in others {
        shared.extend(client.hear_all()?);
    }

    assert_eq!(shared.len(), 1);
    assert!(!shared.contains(&held));
    Ok(())
}

#[test]
fn a_role_keeps_its_own_name_and_settings_through_the_pooler() -> anyhow::Result<()> {
    let dir = fresh("pooler-role")?;
    let cluster = Cluster::start(&dir, Durability::Temporary)?;
    cluster.psql("postgres", "create role shop login; alter role shop set statement_timeout = '7s'")?;
    let Some(pooler) = Pooler::start(&cluster, &dir.join("pooler"), 2)? else {
        return Ok(());
    };

    let mut client = Client::connect(&pooler.url("postgres").replace("postgres@", "shop@"))?;
    client.say("select current_user || ' ' || current_setting('statement_timeout');\n")?;

    assert_eq!(client.hear()?, "shop 7s");
    Ok(())
}

#[test]
fn the_pooler_follows_the_server_through_a_crash() -> anyhow::Result<()> {
    let dir = fresh("pooler-crash")?;
    let cluster = Cluster::start(&dir, Durability::Temporary)?;
    let Some(pooler) = Pooler::start(&cluster, &dir.join("pooler"), 2)? else {
        return Ok(());
    };
    let mut before = Client::connect(&pooler.url("postgres"))?;
    before.say(MY_BACKEND)?;
    let backend = before.hear()?;

    cluster.restart_at_once()?;

    let mut after = Client::connect(&pooler.url("postgres"))?;
    after.say(MY_BACKEND)?;
    assert_ne!(after.hear()?, backend);
    Ok(())
}

#[test]
fn a_dropped_pooler_stops_and_frees_its_directory() -> anyhow::Result<()> {
    let dir = fresh("pooler-dropped")?;
    let cluster = Cluster::start(&dir, Durability::Temporary)?;
    let Some(first) = Pooler::start(&cluster, &dir.join("pooler"), 2)? else {
        return Ok(());
    };
    let port = first.port();
    assert!(Pooler::start(&cluster, &dir.join("pooler"), 2).is_err(), "one pooler per directory");
    drop(first);

    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(Pooler::start(&cluster, &dir.join("pooler"), 2)?.is_some());
    Ok(())
}

/// A `psql` process that gets one statement after the other.
struct Client {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Client {
    fn connect(url: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(Binaries::find()?.program("psql"));
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = BufReader::new(child.stdout.take().context("no output")?);
        Ok(Self { child, output })
    }

    fn say(&mut self, sql: &str) -> anyhow::Result<()> {
        Ok(self.child.stdin.as_mut().context("no input")?.write_all(sql.as_bytes())?)
    }

    fn hear(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }

    /// Returns the rest of the output, after the last statement.
    fn hear_all(mut self) -> anyhow::Result<Vec<String>> {
        drop(self.child.stdin.take());
        let lines = self.output.by_ref().lines().collect::<Result<_, _>>()?;
        anyhow::ensure!(self.child.wait()?.success(), "psql failed");
        Ok(lines)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
