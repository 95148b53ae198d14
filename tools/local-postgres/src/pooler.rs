//! PgBouncer in transaction mode. It replaces RDS Proxy, which also gives each transaction to any backend.

use std::fs::File;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::command::{find, log_tail, wait_for};
use crate::home::Home;
use crate::install::{self, Package};
use crate::{Cluster, port, process};

/// Folders to search after `PATH`: Debian has it in `sbin`.
const PLACES: [&str; 5] = [
    "/usr/sbin",
    "/usr/local/sbin",
    "/opt/homebrew/bin",
    "/opt/homebrew/opt/pgbouncer/bin",
    "/usr/local/opt/pgbouncer/bin",
];

const TIMEOUT: Duration = Duration::from_secs(10);

/// A running PgBouncer. Dropping it stops it.
pub struct Pooler {
    child: Child,
    port: u16,
    password: Option<&'static str>,
    /// One pooler per directory for as long as its process lives.
    _only: File,
}

impl Pooler {
    /// Starts PgBouncer in front of the cluster: each database and role has at most `pool_size` backends, and every
    /// transaction gets any of them. Any role of the cluster may log in without a password. `dir` holds its
    /// configuration and log. Returns `None` if PgBouncer is not installed.
    pub fn start(cluster: &Cluster, dir: &Path, pool_size: u32) -> anyhow::Result<Option<Self>> {
        let Some(program) = program() else {
            return Ok(None);
        };
        let home = Home::prepare_like(dir, cluster.home())?;
        let Some(only) = home.try_lock("pgbouncer.lock")? else {
            bail!("another process runs PgBouncer in {}: wait until it ends, or use another directory", dir.display());
        };
        let (ini, log) = (home.path().join("pgbouncer.ini"), home.path().join("pgbouncer.log"));
        let pid_file = home.path().join("pgbouncer.pid");
        end_leftover(&pid_file, &ini)?;

        let port = port::free(&ini)?;
        let users = home.path().join("users.txt");
        home.write(&users, &format!("\"postgres\" \"{}\"\n", cluster.password().unwrap_or_default()))?;
        home.write(&ini, &configuration(cluster.port(), port, pool_size, &users))?;
        home.write(&log, "")?;
        let child = spawn(&home, &program, &ini, &log)?;
        let mut pooler = Self { child, port, password: cluster.password(), _only: only };
        home.write(&pid_file, &pooler.child.id().to_string())?;
        pooler.wait_until_ready(&log)?;
        Ok(Some(pooler))
    }

    /// Installs PgBouncer where it is missing and that can be done (Debian and Ubuntu, as root); elsewhere the error
    /// says what to run.
    pub fn install() -> anyhow::Result<()> {
        match program() {
            Some(_) => Ok(()),
            None => install::install(&Package::PGBOUNCER),
        }
    }

    /// Returns the TCP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the superuser's URL of a database, through the pooler.
    pub fn url(&self, database: &str) -> String {
        let password = self.password.map(|word| format!(":{word}")).unwrap_or_default();
        format!("postgres://postgres{password}@127.0.0.1:{}/{database}", self.port)
    }

    fn wait_until_ready(&mut self, log: &Path) -> anyhow::Result<()> {
        let ready = wait_for(TIMEOUT, || {
            if let Some(status) = self.child.try_wait()? {
                bail!("PgBouncer ended ({status}); {}", log_tail(log));
            }
            Ok(TcpStream::connect(("127.0.0.1", self.port)).ok())
        })?;
        ready.map(drop).with_context(|| format!("PgBouncer did not start in {TIMEOUT:?}; {}", log_tail(log)))
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // kill -9: it keeps nothing, and what SIGTERM means to it (at once, or when the last client has gone) depends
        // on its version.
        let ended = self.child.kill().and_then(|()| self.child.wait());
        if let Err(error) = ended {
            eprintln!("PgBouncer on port {} was not stopped: {error}", self.port);
        }
    }
}

fn program() -> Option<PathBuf> {
    find("pgbouncer", &PLACES)
}

fn spawn(home: &Home, program: &Path, ini: &Path, log: &Path) -> anyhow::Result<Child> {
    let output = File::options().append(true).open(log)?;
    let mut command: Command = home.command(program);
    command.arg(ini).stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    command.spawn().with_context(|| format!("{} could not be run", program.display()))
}

/// The pooler of a process that was killed lives on, and nobody else will end it.
fn end_leftover(pid_file: &Path, ini: &Path) -> anyhow::Result<()> {
    let pid = std::fs::read_to_string(pid_file).ok().and_then(|text| text.trim().parse().ok());
    match pid.filter(|&pid| process::names(pid, ini)) {
        Some(pid) => process::kill_hard(pid, ini),
        None => Ok(()),
    }
}

/// - Roles are looked up in the cluster (`auth_user` runs `auth_query`), so that each keeps its own settings, such as
///   its timeouts; `auth_type = any` would make everyone the superuser.
/// - Idle backends end soon: each test has its own database, and `drop database` requires that no client is connected.
/// - After a crash of the server the default waits 15 seconds before it tries again.
/// - No start-up parameter is ignored, because RDS Proxy ignores none.
fn configuration(server: u16, port: u16, pool_size: u32, users: &Path) -> String {
    format!(
        "; Written at each start by local-postgres.
[databases]
* = host=127.0.0.1 port={server}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = transaction
default_pool_size = {pool_size}
max_client_conn = 1000
max_db_connections = 0
auth_type = trust
auth_file = {users}
auth_user = postgres
server_tls_sslmode = disable
server_idle_timeout = 0.2
server_login_retry = 1
autodb_idle_timeout = 30
log_connections = 0
log_disconnections = 0
log_stats = 0
ignore_startup_parameters =
",
        users = users.display()
    )
}
