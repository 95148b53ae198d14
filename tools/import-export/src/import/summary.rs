//! Result of an import of products.

use std::fmt;

use shared::catalogue::write::RowChange;
use shared::catalogue::write::Saved;

/// Result of an import of products.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// Counts of products.
    pub products: Changes,
    /// Counts of variants.
    pub variants: Changes,
    /// Counts of images.
    pub images: Changes,
    /// Variants that are not in the file and were removed.
    pub variants_removed: u64,
    /// Rows that were not imported. The command fails if there is one.
    pub rows_failed: usize,
    /// Products that were skipped because of them.
    pub products_skipped: usize,
}

/// Counts for one kind of row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Number of rows created.
    pub created: usize,
    /// Number of rows updated.
    pub updated: usize,
    /// Number of rows that were already equal.
    pub unchanged: usize,
}

impl ImportSummary {
    pub(super) fn add(&mut self, saved: &Saved) {
        self.products.add(saved.product);
        saved.variants.iter().for_each(|change| self.variants.add(*change));
        saved.images.iter().for_each(|change| self.images.add(*change));
        self.variants_removed += saved.variants_removed;
    }
}

impl Changes {
    fn add(&mut self, change: RowChange) {
        match change {
            RowChange::Inserted => self.created += 1,
            RowChange::Updated => self.updated += 1,
            RowChange::Unchanged => self.unchanged += 1,
        }
    }
}

impl fmt::Display for ImportSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, of) in [("products", self.products), ("variants", self.variants), ("images", self.images)] {
            write!(f, "{name:<9} {:>6} created {:>6} updated {:>6} unchanged", of.created, of.updated, of.unchanged)?;
            match self.variants_removed {
                removed @ 1.. if name == "variants" => writeln!(f, " {removed:>6} removed")?,
                _ => writeln!(f)?,
            }
        }
        write!(f, "rows      {:>6} failed", self.rows_failed)?;
        match self.products_skipped {
            0 => Ok(()),
            1 => write!(f, "; 1 product skipped because of them"),
            more => write!(f, "; {more} products skipped because of them"),
        }
    }
}
