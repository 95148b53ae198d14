//! Imports a category tree, such as Google's product taxonomy, in one transaction.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use command_line::terminal::warn;
use shared::app::db::Db;
use shared::catalogue::Taxonomy;
use shared::catalogue::product_file::{EncodingScan, Unrecognised, decode};
use shared::catalogue::store::write::{TaxonomyCounts, insert_taxonomy, set_dry_run_savepoint, undo_dry_run};

/// Number of bytes by which a category tree is recognised.
const BEGINNING: usize = 1000;
/// Maximum number of wrong lines that are listed.
const MAX_ERRORS: usize = 50;

/// Returns true if the file is a category tree, by its first lines.
pub(super) fn is_taxonomy(path: &Path) -> anyhow::Result<bool> {
    let file = File::open(path).with_context(|| format!("{} could not be read", path.display()))?;
    let mut start = Vec::new();
    file.take(BEGINNING as u64).read_to_end(&mut start)?;
    // Whole lines, because half a letter would count as one in another encoding.
    if start.len() == BEGINNING {
        start.truncate(start.iter().rposition(|byte| *byte == b'\n').map_or(BEGINNING, |last| last + 1));
    }
    Ok(text(&start).is_ok_and(|start| Taxonomy::begins_with(&start)))
}

/// Decodes a text as files of products are decoded.
fn text(bytes: &[u8]) -> Result<String, Unrecognised> {
    let mut scan = EncodingScan::default();
    scan.read(bytes);
    Ok(decode(bytes, scan.finish()?))
}

/// Creates the categories that do not exist; in a dry run it only counts them.
pub(super) async fn import(db: &Db, path: &Path, dry_run: bool) -> anyhow::Result<TaxonomyCounts> {
    let bytes = std::fs::read(path).with_context(|| format!("{} could not be read", path.display()))?;
    let text = text(&bytes).with_context(|| format!("{} cannot be imported", path.display()))?;
    let taxonomy = match Taxonomy::read(&text) {
        Ok(taxonomy) => taxonomy,
        Err(errors) => {
            let name = path.display();
            errors
                .iter()
                .take(MAX_ERRORS)
                .for_each(|error| warn(format_args!("{name}:{}: {}", error.line, error.reason)));
            match errors.len() {
                1 => bail!("1 line is not a category; nothing was imported"),
                more => bail!("{more} lines are not categories; nothing was imported"),
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_in_the_encodings_of_files_of_products() {
        let tree = "3 - Café & Bar > Gläser\n";
        let utf16 = |swap: fn(u16) -> [u8; 2]| -> Vec<u8> {
            [0xfeff].into_iter().chain(tree.encode_utf16()).flat_map(swap).collect()
        };
        for bytes in [
            tree.as_bytes().to_vec(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
            b"3 - Caf\xe9 & Bar > Gl\xe4ser\n".to_vec(),
        ] {
            let text = text(&bytes).unwrap();
            assert!(Taxonomy::begins_with(&text), "{text}");
            assert_eq!(Taxonomy::read(&text).unwrap().paths().concat(), ["Café & Bar", "Café & Bar", "Gläser"]);
        }
    }
}
