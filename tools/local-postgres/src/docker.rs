//! A server in Docker, for machines that have an engine but no PostgreSQL.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use crate::command::{find, run, wait_for};
use crate::engine::{Engine, PSQL, settings};
use crate::home::Home;
use crate::{Cluster, Durability, port};

/// The oldest version that the shop supports, as in `compose.yaml`.
const IMAGE: &str = "postgres:15";

/// The image requires a password; the port is published on 127.0.0.1 only.
const PASSWORD: &str = "postgres";

/// The first start creates the cluster, which takes long on a slow disk.
const TIMEOUT: Duration = Duration::from_secs(120);

/// PostgreSQL in a container; its data is in a volume named after the directory.
pub struct Docker {
    name: String,
    home: Home,
}

impl Docker {
    /// Returns true if a Docker engine responds.
    pub fn is_available() -> bool {
        find("docker", &[]).is_some() && docker(&["info"]).is_ok()
    }

    /// Like [`Cluster::start`], with Docker.
    pub fn start(dir: &Path, durability: Durability) -> anyhow::Result<Cluster> {
        ensure!(Self::is_available(), "no Docker engine responds: start it, or install PostgreSQL");
        let home = Home::prepare(dir)?;
        Cluster::with(home.clone(), durability, || Ok(Box::new(Self::of(home))))
    }

    fn of(home: Home) -> Self {
        Self { name: format!("local-postgres-{:016x}", port::hash(home.path())), home }
    }

    /// Waits with `pg_isready` over TCP: while the image creates the cluster, its server listens on a Unix socket only.
    fn wait_until_ready(&self) -> anyhow::Result<()> {
        let ready = wait_for(TIMEOUT, || {
            ensure!(self.is_up(), "the container {} ended", self.name);
            let asked = docker(&["exec", &self.name, "pg_isready", "--quiet", "--host", "127.0.0.1"]);
            Ok(asked.ok().map(drop))
        });
        match ready {
            Ok(Some(())) => Ok(()),
            outcome => {
                let logs = run(Command::new("sh").args(["-c", &format!("docker logs --tail 15 {} 2>&1", self.name)]));
                let error = outcome.err().map(|error| error.to_string()).unwrap_or(format!("not in {TIMEOUT:?}"));
                bail!("PostgreSQL did not start in Docker: {error}\n{}", logs.unwrap_or_default())
            }
        }
    }

    fn is_up(&self) -> bool {
        let state = docker(&["inspect", "--format", "{{.State.Running}}", &self.name]);
        state.is_ok_and(|running| running == "true")
    }

    fn exists(&self) -> bool {
        docker(&["inspect", "--format", "{{.Id}}", &self.name]).is_ok()
    }

    /// Returns the port of an address such as `127.0.0.1:20123`.
    fn published_port(&self) -> anyhow::Result<u16> {
        let address = docker(&["port", &self.name, "5432/tcp"])?;
        let port = address.lines().next().and_then(|line| line.rsplit(':').next()?.parse().ok());
        port.with_context(|| format!("the container {} publishes no port", self.name))
    }
}

impl Engine for Docker {
    fn running(&self) -> anyhow::Result<Option<u16>> {
        if !self.is_up() {
            return Ok(None);
        }
        self.wait_until_ready()?;
        self.published_port().map(Some)
    }

    fn start(&self, durability: Durability) -> anyhow::Result<u16> {
        if self.exists() {
            docker(&["rm", "--force", &self.name])?;
        }
        if docker(&["image", "inspect", IMAGE]).is_err() {
            eprintln!("fetching the image {IMAGE} with Docker");
            docker(&["pull", "--quiet", IMAGE])?;
        }
        let port = port::free(self.home.path())?;
        let (publish, password) = (format!("127.0.0.1:{port}:5432"), format!("POSTGRES_PASSWORD={PASSWORD}"));
        let volume = format!("{}:/var/lib/postgresql/data", self.name);
        let mut command = Command::new("docker");
        command.args(["run", "--detach", "--name", &self.name, "--publish", &publish, "--volume", &volume]);
        command.args(["--shm-size", "256m", "--env", &password]);
        // Any role may log in without a password, as in a native cluster.
        command.args(["--env", "POSTGRES_HOST_AUTH_METHOD=trust", "--env", "POSTGRES_INITDB_ARGS=--locale=C.UTF-8"]);
        command.args([IMAGE, "postgres"]);
        for setting in settings(durability) {
            command.arg("-c").arg(setting.replace(' ', ""));
        }
        run(&mut command)?;
        self.wait_until_ready()?;
        Ok(port)
    }

    /// Deletes the container; the volume with the data stays.
    fn stop(&self) -> anyhow::Result<()> {
        if self.is_up() {
            docker(&["stop", &self.name])?;
        }
        if self.exists() {
            docker(&["rm", "--force", &self.name])?;
        }
        Ok(())
    }

    fn restart_at_once(&self) -> anyhow::Result<()> {
        self.kill_hard()?;
        docker(&["start", &self.name])?;
        self.wait_until_ready()
    }

    fn kill_hard(&self) -> anyhow::Result<()> {
        if self.is_up() {
            docker(&["kill", &self.name])?;
        }
        Ok(())
    }

    fn copy_to(&self, _: &Home) -> anyhow::Result<()> {
        bail!("a replica needs PostgreSQL's programs on this machine; the server runs in Docker")
    }

    fn psql(&self, _port: u16, database: &str, sql: &str) -> anyhow::Result<String> {
        let mut command = Command::new("docker");
        command.args(["exec", "--env", &format!("PGPASSWORD={PASSWORD}"), &self.name, "psql"]).args(PSQL);
        run(command.args(["-h", "127.0.0.1", "-U", "postgres", "-d", database, "-c", sql]))
    }

    fn password(&self) -> Option<&'static str> {
        Some(PASSWORD)
    }
}

/// Deletes the container and the volume, if they exist.
pub(crate) fn remove(home: &Home) -> anyhow::Result<()> {
    let docker_engine = Docker::of(home.clone());
    if !Docker::is_available() {
        return Ok(());
    }
    if docker_engine.exists() {
        docker(&["rm", "--force", &docker_engine.name])?;
    }
    docker(&["volume", "rm", "--force", &docker_engine.name]).map(drop)
}

fn docker(arguments: &[&str]) -> anyhow::Result<String> {
    run(Command::new("docker").args(arguments))
}
