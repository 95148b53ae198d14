//! Reads the variations of a product: those that the shop sells, each with the variants for which it stands.

use super::attributes::{Expanded, Options, ProductOptions, check_pairs};
use super::columns::{Column, Columns};
use super::product::{Reading, too_many_variants};
use super::publication::is_enabled;
use super::stock::{self, Stock};
use crate::catalogue::limits::{MAX_SKU, MAX_VARIANTS};
use crate::catalogue::product_file::Row;
use crate::catalogue::product_import::ImportVariant;

/// Returns true if the values of a product's variations are those that the product lists, and no two variations have the same; or if they are
/// too many, so that the product is refused.
pub(super) fn fit(head: &Row, variations: &[Row], columns: &Columns) -> bool {
    let is_sold = |row: &&Row| is_enabled(row, columns).unwrap_or(true);
    let sold: Vec<Row> = variations.iter().filter(is_sold).cloned().collect();
    sold.len() > MAX_VARIANTS || ProductOptions::read(head, &sold, columns).fit
}

impl Reading<'_> {
    /// Returns the variations that the shop sells, in the order in which it shows them.
    fn sold(&mut self, rows: &[Row]) -> Vec<Row> {
        let columns = self.columns();
        let mut sold = Vec::new();
        for row in rows {
            let position = row.number(columns, Column::Position, i32::MAX);
            let read = is_enabled(row, columns).and_then(|enabled| Ok((enabled, position?.unwrap_or_default())));
            if let Some((true, position)) = self.note(row, read) {
                sold.push((position, row.clone()));
            }
        }
        sold.sort_by_key(|(position, _)| *position);
        sold.into_iter().map(|(_, row)| row).collect()
    }

    /// Reads the variations.
    pub(super) fn variations(&mut self, head: &Row, rows: &[Row]) -> Vec<ImportVariant> {
        let columns = self.columns();
        let rows = self.sold(rows);
        if rows.len() > MAX_VARIANTS {
            self.note::<()>(head, Err(too_many_variants()));
            return Vec::new();
        }
        let mut options = ProductOptions::read(head, &rows, columns);
        let shared = self.shared(head, &rows);
        let Some(shared) = self.note(head, shared) else { return Vec::new() };
        let mut all = Vec::new();
        for row in &rows {
            let read = self.variation(head, row, &mut options, shared);
            all.extend(self.note(row, read).unwrap_or_default());
            // A variation of any value stands for many variants.
            if all.len() > MAX_VARIANTS {
                break;
            }
        }
        all
    }

    /// Returns the stock that the variations share, if they share one; fails if it is more than one variation that does.
    fn shared(&self, head: &Row, rows: &[Row]) -> Result<Stock, String> {
        let columns = self.columns();
        let sharing = rows.iter().filter(|row| stock::is_shared(row, head, columns)).count();
        if sharing == 0 {
            return Ok(Stock::default());
        }
        let stock = stock::read(head, columns)?;
        match stock.on_hand {
            Some(units @ 1..) if sharing > 1 => Err(format!(
                "\"{}\" is \"{units}\": {sharing} variations share these units, but here each variant has its own; in WooCommerce, turn on \
                 \"Manage stock?\" for each variation and say how many there are of it",
                columns.name(Column::Stock)
            )),
            _ => Ok(stock),
        }
    }

    fn variation(
        &self,
        head: &Row,
        row: &Row,
        options: &mut ProductOptions,
        shared: Stock,
    ) -> Result<Vec<ImportVariant>, String> {
        let columns = self.columns();
        let stock = if stock::is_shared(row, head, columns) { shared } else { stock::read(row, columns)? };
        let variant = ImportVariant { image: self.image(row)?, ..self.variant(row, head, stock)? };
        let sku = row.text(columns, Column::Sku, MAX_SKU)?;
        check_pairs(row, columns)?;
        if columns.attributes().is_empty() {
            return Ok(vec![ImportVariant { sku, ..variant }]);
        }
        let Expanded { variants, any } = options.expand(row, columns)?;
        if variants.len() > 1 && stock.on_hand.is_some_and(|units| units > 0) {
            return Err(format!(
                "\"{}\" is \"{}\": {} variants would share these units, because the variation has any {}; in WooCommerce, create a variation \
                 for each value",
                columns.name(Column::Stock),
                stock.on_hand.unwrap_or_default(),
                variants.len(),
                any.join(" and any ")
            ));
        }
        let with = |options: Options| -> Result<ImportVariant, String> {
            let sku = sku.as_deref().map(|sku| sku_of(sku, &options, &any)).transpose()?;
            Ok(ImportVariant { sku, options: Some(options), ..variant.clone() })
        };
        variants.into_iter().map(with).collect()
    }
}

/// Returns the SKU of one of the variants for which a variation stands: that of the variation and the values that it leaves open.
fn sku_of(sku: &str, options: &Options, any: &[String]) -> Result<String, String> {
    let open = options.iter().filter(|(name, _)| any.contains(name)).map(|(_, value)| value.as_str());
    let sku = std::iter::once(sku).chain(open).collect::<Vec<_>>().join("-");
    if sku.chars().count() > MAX_SKU {
        return Err(format!("the SKU \"{sku}\" of one of its variants has more than {MAX_SKU} characters"));
    }
    Ok(sku)
}
