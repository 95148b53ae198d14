//! The library against a real PostgreSQL and a real PgBouncer.

use std::ops::Deref;
use std::path::{Path, PathBuf};

mod crashes;
mod docker;
mod memory;
mod ownership;
mod pooler;
mod replica;
mod root;
mod start;
mod test_server;

/// Returns a directory for this test without a server and data. It is deleted at the end of the test.
fn fresh(test: &str) -> anyhow::Result<Fresh> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("local-postgres").join(test);
    local_postgres::remove(&dir)?;
    Ok(Fresh(dir))
}

/// A directory that is deleted on drop. Tests declare it before the server, so that it is dropped after the server.
struct Fresh(PathBuf);

impl Deref for Fresh {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if local_postgres::remove(&self.0).is_ok() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
