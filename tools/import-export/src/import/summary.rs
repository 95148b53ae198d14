//! Result of an import of products.

use std::fmt;

use shared::catalogue::product_file::FileFormat;
use shared::catalogue::write::{RowChange, Saved, Stock};
use shared::transfers::MAX_MOVED_SKUS;

/// Result of an import of products.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// The format that was recognised.
    pub format: Option<FileFormat>,
    /// Counts of products.
    pub products: Changes,
    /// Counts of variants.
    pub variants: Changes,
    /// Counts of images.
    pub images: Changes,
    /// Variants that are not in the file and were removed.
    pub variants_removed: u64,
    /// Images that are not in the file and were removed.
    pub images_removed: u64,
    /// Variants that the file says can be bought whatever is on hand.
    pub variants_untracked: u64,
    /// Other variants that the file says can be bought with nothing on hand.
    pub variants_backorderable: u64,
    /// New variants that cannot be bought.
    pub variants_sold_out: u64,
    /// Meaning of the stock in the file.
    pub stock: Stock,
    /// Existing variants whose stock was set to that of the file.
    pub stock_changed: u64,
    /// Existing variants whose stock stayed because it is not the one that the file saw.
    pub stock_moved: usize,
    /// SKUs of the first of these variants.
    pub stock_moved_skus: Vec<String>,
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
        self.images_removed += saved.images_removed;
        self.variants_sold_out += saved.variants_sold_out;
        self.stock_changed += saved.stock_changed;
        self.stock_moved += saved.stock_moved.len();
        let room = usize::from(MAX_MOVED_SKUS).saturating_sub(self.stock_moved_skus.len());
        self.stock_moved_skus.extend(saved.stock_moved.iter().take(room).cloned());
    }

    /// Writes a line about the stock of existing variants, unless the import leaves it alone.
    fn write_stock(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (changed, moved) = (self.stock_changed, self.stock_moved);
        match self.stock {
            Stock::Keep | Stock::Initial => Ok(()),
            Stock::Set => {
                if changed == 0 {
                    writeln!(f, "stock     {changed:>6} set")?;
                } else {
                    writeln!(
                        f,
                        "stock     {changed:>6} set; warning: units of them that were sold after the file was written are for sale again"
                    )?;
                }
                if moved > 0 {
                    writeln!(
                        f,
                        "          {moved:>6} left alone, because units are backordered: book what came in as received"
                    )?;
                }
                self.write_left_alone(f)
            }
            Stock::Compare => {
                writeln!(
                    f,
                    "stock     {changed:>6} set {moved:>10} left alone, because it is not what the file saw or units are backordered"
                )?;
                self.write_left_alone(f)
            }
        }
    }

    /// Names the variants whose stock stayed.
    fn write_left_alone(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stock_moved_skus.iter().try_for_each(|sku| writeln!(f, "          left alone: {sku}"))?;
        match self.stock_moved - self.stock_moved_skus.len() {
            0 => Ok(()),
            more => writeln!(f, "          and {more} more"),
        }
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
        if let Some(format) = self.format {
            writeln!(f, "file      {format}")?;
        }
        for (name, of, removed) in [
            ("products", self.products, 0),
            ("variants", self.variants, self.variants_removed),
            ("images", self.images, self.images_removed),
        ] {
            write!(f, "{name:<9} {:>6} created {:>6} updated {:>6} unchanged", of.created, of.updated, of.unchanged)?;
            match removed {
                0 => writeln!(f)?,
                removed => writeln!(f, " {removed:>6} removed")?,
            }
        }
        if self.variants_untracked + self.variants_backorderable > 0 {
            let (untracked, backorderable) = (self.variants_untracked, self.variants_backorderable);
            writeln!(f, "for sale  {untracked:>6} untracked {backorderable:>6} backorderable")?;
        }
        if self.variants_sold_out > 0 {
            writeln!(f, "sold out  {:>6} new variants: they have no stock", self.variants_sold_out)?;
        }
        self.write_stock(f)?;
        write!(f, "rows      {:>6} failed", self.rows_failed)?;
        match self.products_skipped {
            0 => Ok(()),
            1 => write!(f, "; 1 product skipped because of them"),
            more => write!(f, "; {more} products skipped because of them"),
        }
    }
}
