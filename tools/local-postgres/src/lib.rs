//! PostgreSQL and PgBouncer on the developer's own machine: found, started, taken over, stopped.
//!
//! [`open`] starts a private server whose data is in a directory of the caller, with what the machine offers: installed binaries,
//! a Docker engine, or a package that it installs. [`Pooler`] puts PgBouncer in front of it.
//! [`test_server`] keeps one up between test runs. Callers that have a `DATABASE_URL` do not need this crate.
//!
//! Its servers listen on 127.0.0.1 only and require no password: for development and tests.
//!
//! It is synchronous and depends on `anyhow` only, so that it builds in seconds, and even when the rest does not build.
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
mod memory;
mod native;
mod pooler;
mod port;
mod postmaster;
mod process;
pub mod test_server;

use std::path::Path;

use anyhow::{Context, bail};

pub use binaries::Binaries;
pub use cluster::{Cluster, Durability};
pub use docker::Docker;
pub use memory::in_memory;
pub use pooler::Pooler;

/// Starts a server whose data is in `dir`: with installed binaries, otherwise with Docker, otherwise with a package that it installs
/// first (Debian and Ubuntu, as root). If none of these is possible, the error says what to run.
pub fn open(dir: &Path, durability: Durability) -> anyhow::Result<Cluster> {
    if Binaries::installed().is_empty() && Docker::is_available() {
        return Docker::start(dir, durability);
    }
    Cluster::start(dir, durability)
}

/// Deletes the server in `dir` and its data, so that the next [`open`] starts with an empty one.
///
/// Deleting `dir` is not enough: the data can be in `/var/tmp` (see [`Cluster::start`]) or in a Docker volume.
/// Fails if another living process owns the server.
pub fn remove(dir: &Path) -> anyhow::Result<()> {
    let home = home::Home::prepare(dir)?;
    let _starting = home.lock(cluster::STARTING)?;
    let Some(_owner) = home.try_lock(cluster::OWNER)? else {
        bail!("the PostgreSQL in {} is in use by another process: stop that first", dir.display());
    };
    native::remove(&home)
        .with_context(|| format!("the PostgreSQL in {} could not be deleted", home.path().display()))?;
    docker::remove(&home)
}
