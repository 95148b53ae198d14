//! PostgreSQL and PgBouncer on the developer's own machine: found, started, taken over, stopped.
//!
//! [`open`] gives a private server that keeps its data in a directory of the caller's, whatever the machine offers:
//! installed binaries, a Docker engine, or a package it can install itself. [`Pooler`] puts PgBouncer in front of it.
//! Whoever has a `DATABASE_URL` has a server already and does not come here.
//!
//! Its servers listen on 127.0.0.1 alone and ask nobody there for a password: for development and tests.
//!
//! It is synchronous and depends on nothing but `anyhow`, so that it builds in seconds and even when the rest does not.
//! Unix only.

mod account;
mod binaries;
mod cluster;
mod command;
mod data_directory;
mod docker;
mod engine;
mod home;
mod install;
mod native;
mod pooler;
mod port;
mod postmaster;
mod process;

use std::path::Path;

use anyhow::{Context, bail};

pub use binaries::Binaries;
pub use cluster::{Cluster, Durability};
pub use docker::Docker;
pub use pooler::Pooler;

/// A running server whose data is in `dir`: by the binaries that are installed, else by Docker, else by the package
/// that it installs first (Debian and Ubuntu, as root). Where nothing of that helps, the error says what to run.
pub fn open(dir: &Path, durability: Durability) -> anyhow::Result<Cluster> {
    if Binaries::installed().is_empty() && Docker::is_available() {
        return Docker::start(dir, durability);
    }
    Cluster::start(dir, durability)
}

/// Forgets the server in `dir` and all its data, so that the next [`open`] begins with nothing.
///
/// Deleting `dir` would not do: the data can be in `/var/tmp` (see [`Cluster::start`]) or in a volume of Docker's.
/// A server that another living process has started is not touched, and is an error.
pub fn remove(dir: &Path) -> anyhow::Result<()> {
    let home = home::Home::prepare(dir)?;
    let _starting = home.lock(cluster::STARTING)?;
    let Some(_owner) = home.try_lock(cluster::OWNER)? else {
        bail!("the PostgreSQL in {} is in use by another process: stop that first", dir.display());
    };
    native::remove(&home).with_context(|| format!("the PostgreSQL in {} was not removed", home.path().display()))?;
    docker::remove(&home)
}
