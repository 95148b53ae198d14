//! `--fresh`: begins with nothing.

use anyhow::bail;
use shared::app::Environment;

use crate::database;
use crate::home::Home;
use crate::terminal::{ask, is_attended};

/// Deletes what earlier runs have left, after a question where somebody can answer it.
pub(super) async fn begin_anew(home: &Home, environment: &Environment, sure: bool) -> anyhow::Result<()> {
    if has_data(home) && !sure && is_attended() {
        let question = format!(
            "This deletes the shop in {}: its database, queue, mail and files. Go on? [y/N]",
            home.path().display()
        );
        let answer = tokio::task::spawn_blocking(move || ask(&question)).await??;
        if !["y", "yes"].contains(&answer.to_lowercase().as_str()) {
            bail!("nothing was deleted");
        }
    }
    database::forget(home, environment).await?;
    for directory in [home.queue(), home.mail(), home.files()] {
        if directory.exists() {
            std::fs::remove_dir_all(directory)?;
        }
    }
    if home.signing_key().exists() {
        std::fs::remove_file(home.signing_key())?;
    }
    Ok(())
}

fn has_data(home: &Home) -> bool {
    [home.postgres(), home.queue(), home.mail(), home.files()].iter().any(|path| path.exists())
}
