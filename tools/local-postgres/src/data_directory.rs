//! The files of a cluster that installed binaries run: creating, configuring and deleting them.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::Durability;
use crate::binaries::Binaries;
use crate::command::run;
use crate::engine::settings;
use crate::home::Home;

/// Returns the directory of the data; the log and the settings are next to it.
pub(crate) fn data(home: &Home) -> PathBuf {
    home.path().join("data")
}

/// Creates an empty cluster if there is none, under another name that is then changed, so that a killed process leaves nothing that looks
/// like a cluster.
pub(crate) fn initialise(home: &Home, binaries: &Binaries, durability: Durability) -> anyhow::Result<()> {
    let (data, new) = (data(home), home.path().join("data.new"));
    if data.join("PG_VERSION").exists() {
        return Ok(());
    }
    // C if the C library has no C.UTF-8 (macOS): letters beyond ASCII then have no upper case.
    let initdb = |locale| initdb(home, binaries, &new, locale, durability);
    initdb("C.UTF-8").or_else(|_| initdb("C"))?;
    let conf = new.join("postgresql.conf");
    let own = std::fs::read_to_string(&conf)?;
    home.write(&conf, &format!("{own}\ninclude '../settings.conf'\n"))?;
    std::fs::rename(&new, &data).with_context(|| format!("{} could not be created", data.display()))
}

fn initdb(home: &Home, binaries: &Binaries, new: &Path, locale: &str, durability: Durability) -> anyhow::Result<()> {
    if new.exists() {
        std::fs::remove_dir_all(new)?;
    }
    let mut command = home.command(&binaries.program("initdb"));
    command.args(["--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", locale]);
    command.arg("--no-instructions").arg("--pgdata").arg(new);
    if durability == Durability::Temporary {
        command.arg("--no-sync");
    }
    run(&mut command).map(drop)
}

/// Copies the server at this port as a replica that follows it, under another name at first, as [`initialise`] does.
pub(crate) fn copy(binaries: &Binaries, port: u16, replica: &Home) -> anyhow::Result<()> {
    let (data, new) = (data(replica), replica.path().join("data.new"));
    let mut command = replica.command(&binaries.program("pg_basebackup"));
    command.args(["--write-recovery-conf", "--checkpoint", "fast", "--no-sync"]);
    command.arg("--dbname").arg(format!("postgres://postgres@127.0.0.1:{port}/postgres"));
    run(command.arg("--pgdata").arg(&new)).context("the server could not be copied")?;
    std::fs::rename(&new, &data).with_context(|| format!("{} could not be created", data.display()))
}

/// Written at each start, so that an old cluster runs with current settings.
pub(crate) fn write_settings(home: &Home, port: u16, durability: Durability) -> anyhow::Result<()> {
    let mut lines = vec!["# Written at each start by local-postgres.".to_owned(), format!("port = {port}")];
    lines.extend(["listen_addresses = '127.0.0.1'", "unix_socket_directories = ''"].map(str::to_owned));
    lines.extend(settings(durability).into_iter().map(str::to_owned));
    home.write(&home.path().join("settings.conf"), &(lines.join("\n") + "\n"))?;
    // The second line lets replicas in, which `all` does not mean.
    let logins = "host all all 127.0.0.1/32 trust\nhost replication all 127.0.0.1/32 trust\n";
    home.write(&data(home).join("pg_hba.conf"), logins)
}

/// The pid file of a dead server does not prevent a start, unless another process has its number now, or the dead one is a zombie (under a
/// container's first process that reaps none). So the number is replaced with one that no process can have; the rest stays, because the
/// server uses it to see whether orphans still use its memory.
pub(crate) fn defuse_pid_file(home: &Home) -> anyhow::Result<()> {
    let path = data(home).join("postmaster.pid");
    match std::fs::read_to_string(&path).as_deref().map(|text| text.split_once('\n')) {
        Ok(Some((_, rest))) => home.write(&path, &format!("{}\n{rest}", i32::MAX)),
        _ => Ok(()),
    }
}

/// Deletes all files of a stopped server.
pub(crate) fn remove(home: &Home) -> anyhow::Result<()> {
    for directory in ["data", "data.new"].map(|name| home.path().join(name)) {
        if directory.exists() {
            std::fs::remove_dir_all(directory)?;
        }
    }
    for file in ["settings.conf", "postgres.log", "postgres.log.old"].map(|name| home.path().join(name)) {
        if file.exists() {
            std::fs::remove_file(file)?;
        }
    }
    Ok(())
}
