//! `--fresh`: deletes the data of earlier runs, so that the shop starts over with the sample catalogue.

use anyhow::bail;
use command_line::terminal::{ask, is_interactive};
use shared::app::Environment;

use crate::database;
use crate::home::Home;

/// Deletes the data of earlier runs; asks first if a person can answer.
pub(super) async fn delete_data(home: &Home, environment: &Environment, confirmed: bool) -> anyhow::Result<()> {
    if has_data(home) && !confirmed && is_interactive() {
        let question = format!(
            "This deletes the shop in {}: its database, queue, mail and files. Continue? [y/N]",
            home.path().display()
        );
        let answer = tokio::task::spawn_blocking(move || ask(&question)).await??;
        if !["y", "yes"].contains(&answer.to_lowercase().as_str()) {
            bail!("nothing was deleted");
        }
    }
    database::delete(home, environment).await?;
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
