//! Writes products as files describe them: a batch together, or one by one if the database refuses something, so that one bad product does
//! not prevent the others.

use std::borrow::Cow;

use super::edit::{
    BasePrice, BrandRef, CategoriesEdit, ImageEdit, ImageTarget, ImageVariant, ImagesEdit, PriceEdit, ProductEdit,
    ProductTarget, StockEdit, VariantEdit, VariantName, VariantTarget, VariantsEdit,
};
use super::error::EditError;
use super::save::{SaveError, save};
use super::saved::Saved;
use crate::app::db::Tx;
use crate::catalogue::is_made_name;
use crate::catalogue::product_import::{ImportImage, ImportVariant, ProductImport};
use crate::catalogue::store::write::{
    IdOrName, NamedValue, check_deferred_constraints, lock_imports, set_savepoint, undo_to_savepoint,
};
use crate::patch::Patch;
use crate::time::Timestamp;

/// The meaning of the units on hand in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Stock {
    /// Only new variants get these units; the stock of existing variants stays.
    #[default]
    Initial,
    /// The units replace the stock of each variant whose stock still is the one that the file saw. New variants get them.
    Compare,
    /// The units replace the stock of every variant, whatever was sold since the file was written.
    Set,
}

impl Stock {
    /// Returns the name in requests and in `imports.stock`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Maximum number of tries of a batch while other transactions write the same rows.
const TRIES: u8 = 8;

/// The way in which a batch is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// All products together, with few round trips. A refusal by the database fails the whole transaction.
    All,
    /// Each product after its own savepoint, so that a refusal by the database fails one product.
    Each,
}

/// The tries of one batch, each in its own transaction.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// The way in which the next try writes the batch.
    pub together: Together,
    left: u8,
}

impl Default for Attempt {
    fn default() -> Self {
        Self { together: Together::All, left: TRIES }
    }
}

impl Attempt {
    /// Decides after an error whether to try again; returns the error to give up.
    pub fn again_after(&mut self, error: SaveError) -> Result<(), SaveError> {
        if is_conflict(&error) && self.left > 0 {
            self.left -= 1;
            return Ok(());
        }
        if is_about_the_data(&error) && self.together == Together::All {
            *self = Self { together: Together::Each, left: TRIES };
            return Ok(());
        }
        Err(error)
    }
}

/// Products of a file that are saved in one transaction.
#[derive(Clone, Copy, Debug)]
pub struct ImportBatch<'i> {
    /// The products, each with another handle.
    pub products: &'i [&'i ProductImport],
    /// The meaning of the units on hand in the file.
    pub stock: Stock,
    /// The way in which the products are written.
    pub together: Together,
}

/// Saves products as a file describes them. Returns the changes of each, or the reason why it was skipped.
pub async fn save_imports(
    tx: &mut Tx,
    ImportBatch { products, stock, together }: ImportBatch<'_>,
    now: Timestamp,
) -> Result<Vec<Result<Saved, String>>, SaveError> {
    lock_imports(tx).await?;
    let edits: Vec<ProductEdit> = products.iter().map(|import| edit(import, stock)).collect();
    if together == Together::All {
        return Ok(save(tx, &edits, now).await?.into_iter().map(explain).collect());
    }
    let mut all = Vec::new();
    for edit in edits {
        set_savepoint(tx).await?;
        match save_one(tx, edit, now).await {
            Ok(saved) => all.extend(saved),
            Err(error) if is_about_the_data(&error) => {
                undo_to_savepoint(tx).await?;
                all.push(Err(format!("the database refuses it: {error}")));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// Checks deferred constraints after each product, because at the end of the transaction no error names the product that broke them.
async fn save_one(tx: &mut Tx, edit: ProductEdit, now: Timestamp) -> Result<Vec<Result<Saved, String>>, SaveError> {
    let saved = save(tx, &[edit], now).await?;
    check_deferred_constraints(tx).await?;
    Ok(saved.into_iter().map(explain).collect())
}

/// Returns the first error only: people correct the file and send it again.
fn explain(saved: Result<Saved, Vec<EditError>>) -> Result<Saved, String> {
    saved.map_err(|errors| errors.first().map(EditError::to_string).unwrap_or_default())
}

/// Returns true if another transaction was in the way, so that a new transaction may succeed: a product that changed after it was read, a
/// lock timeout, a deadlock, a serialization failure, or two transactions that insert the same row.
fn is_conflict(error: &SaveError) -> bool {
    match error {
        SaveError::Changed => true,
        SaveError::NotInserted(_) => false,
        SaveError::Database(error) => {
            matches!(sqlstate(error).as_deref(), Some("55P03" | "40P01" | "40001" | "23505" | "23P01"))
        }
    }
}

/// Returns true for errors that the data cause: data exceptions, constraints and limits.
fn is_about_the_data(error: &SaveError) -> bool {
    match error {
        SaveError::Changed | SaveError::NotInserted(_) => false,
        SaveError::Database(error) => {
            sqlstate(error).is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)))
        }
    }
}

fn sqlstate(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error.as_database_error().and_then(|error| error.code())
}

/// Builds the edit that makes a product match the file. Fields that a file cannot have stay as they are: the product's own SKU, other
/// categories and the times of publication.
fn edit(import: &ProductImport, stock: Stock) -> ProductEdit {
    let image = |image: &ImportImage| ImageEdit {
        image: ImageTarget::Position,
        url: Some(image.url.clone()),
        alt_text: Some(image.alt_text.clone()),
        position: None,
        variant: Patch::replace(image.variant.map(ImageVariant::Listed)),
    };
    ProductEdit {
        product: ProductTarget::Handle(import.handle.clone()),
        name: Some(import.name.clone()),
        brand: Patch::replace(import.brand.clone().map(BrandRef::Name)),
        description: Some(import.description.clone()),
        base_price: BasePrice::Lowest,
        tags: Some(import.tags.clone()),
        status: Some(import.status),
        categories: if import.category.is_empty() {
            CategoriesEdit::Keep
        } else {
            CategoriesEdit::Include(import.category.clone())
        },
        variants: VariantsEdit::AllSold(import.variants.iter().map(|variant| variant_edit(variant, stock)).collect()),
        images: ImagesEdit::All(import.images.iter().map(image).collect()),
        ..ProductEdit::default()
    }
}

fn variant_edit(variant: &ImportVariant, stock: Stock) -> VariantEdit {
    let named = |(attribute, value): &(String, String)| NamedValue::Of {
        attribute: IdOrName::Name(attribute.clone()),
        value: IdOrName::Name(value.clone()),
    };
    let is_made = is_made_name(&variant.name, variant.options.iter().map(|(_, value)| value.as_str()));
    VariantEdit {
        variant: VariantTarget::SkuOrValues,
        sku: variant.sku.clone(),
        name: if is_made { VariantName::Made(variant.name.clone()) } else { VariantName::Set(variant.name.clone()) },
        values: Some(variant.options.iter().map(named).collect()),
        price: PriceEdit::Total(variant.price),
        compare_at_price: Patch::replace(variant.compare_at_price),
        barcode: Patch::replace(variant.barcode.clone()),
        weight_grams: Patch::replace(variant.weight_grams),
        position: None,
        is_default: None,
        is_archived: Some(false),
        initial_stock: variant.on_hand,
        stock: stock_edit(variant, stock),
    }
}

fn stock_edit(variant: &ImportVariant, stock: Stock) -> StockEdit {
    match (stock, variant.on_hand) {
        (Stock::Initial, _) | (_, None) => StockEdit::Keep,
        (Stock::Compare, Some(units)) => StockEdit::Compare { units, seen: variant.on_hand_seen },
        (Stock::Set, Some(units)) => StockEdit::Set(units),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_tried_again_while_others_change_its_products() {
        let mut attempt = Attempt::default();
        for _ in 0..TRIES {
            attempt.again_after(SaveError::Changed).unwrap();
        }
        assert!(matches!(attempt.again_after(SaveError::Changed), Err(SaveError::Changed)));
    }

    #[test]
    fn an_internal_error_ends_a_batch() {
        for error in [SaveError::NotInserted("shirt".to_owned()), SaveError::Database(sqlx::Error::RowNotFound)] {
            let text = error.to_string();
            assert_eq!(Attempt::default().again_after(error).unwrap_err().to_string(), text);
        }
    }
}
