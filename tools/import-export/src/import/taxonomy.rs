//! Imports a category tree, such as Google's product taxonomy, in one transaction.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use command_line::terminal::warn;
use shared::app::db::Db;
use shared::catalogue::Taxonomy;
use shared::catalogue::store::write::{TaxonomyCounts, insert_taxonomy, set_dry_run_savepoint, undo_dry_run};

/// Maximum number of wrong lines that are listed.
const MAX_ERRORS: usize = 50;

/// Returns true if the file is a category tree, by its first lines.
pub(super) fn is_taxonomy(path: &Path) -> anyhow::Result<bool> {
    let file = File::open(path).with_context(|| format!("{} could not be read", path.display()))?;
    let mut start = Vec::new();
    file.take(1000).read_to_end(&mut start)?;
    Ok(Taxonomy::begins_with(&String::from_utf8_lossy(&start)))
}

/// Creates the categories that do not exist; in a dry run it only counts them.
pub(super) async fn import(db: &Db, path: &Path, dry_run: bool) -> anyhow::Result<TaxonomyCounts> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} could not be read", path.display()))?;
    let taxonomy = match Taxonomy::read(&text) {
        Ok(taxonomy) => taxonomy,
        Err(errors) => {
            let name = path.display();
            errors
                .iter()
                .take(MAX_ERRORS)
                .for_each(|error| warn(format_args!("{name}:{}: {}", error.line, error.reason)));
            bail!("{} lines are not categories; nothing was imported", errors.len());
        }
    };
    let mut tx = db.begin().await?;
    set_dry_run_savepoint(&mut tx).await?;
    let counts = insert_taxonomy(&mut tx, &taxonomy).await?;
    if dry_run {
        undo_dry_run(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(counts)
}
