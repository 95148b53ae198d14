//! Writes products as files describe them: a batch together, or one by one if the database refuses something, so that one bad product does
//! not prevent the others.

use std::borrow::Cow;

use super::author::Author;
use super::duplicate_skus::add_suffixes;
use super::edit::{
    BasePrice, BrandRef, CategoriesEdit, FileImages, ImagesEdit, PriceEdit, ProductEdit, ProductTarget, StockEdit,
    VariantEdit, VariantName, VariantTarget, VariantsEdit,
};
use super::error::EditError;
use super::reason::reason;
use super::refusal::explain_refusal;
use super::save::{SaveError, save_of_file};
use super::saved::Saved;
use crate::app::db::Tx;
use crate::catalogue::product_file::{FileKind, NamedSkus};
use crate::catalogue::product_import::{ImportVariant, ProductImport, variant_name};
use crate::catalogue::store::write::{
    IdOrName, NamedValue, check_deferred_constraints, lock_imports, set_dry_run_savepoint, set_savepoint, undo_dry_run,
    undo_to_savepoint,
};
use crate::money::Currency;
use crate::patch::Patch;
use crate::users::{Permission, Permissions, Stamp};

/// The meaning of the units on hand in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Stock {
    /// The file changes no stock and no rules of stock: new variants are tracked and have nothing on hand.
    Keep,
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

    /// Returns the permissions that an import needs whose file has stock with this meaning. A dry run needs them too, because it says whether the
    /// import would succeed.
    pub fn permissions(self) -> Permissions {
        let stock = (self != Self::Keep).then_some(Permission::Stock);
        std::iter::once(Permission::Catalogue).chain(stock).collect()
    }
}

/// The treatment of a SKU that a variant before, or another product, has already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DuplicateSkus {
    /// The product is refused.
    #[default]
    Refuse,
    /// The variant gets the SKU with a number: `RING-2`.
    Suffix,
}

impl DuplicateSkus {
    /// Returns the name in requests and in `imports.duplicate_skus`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The choices of the person who imports a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// The meaning of the units on hand in the file.
    pub stock: Stock,
    /// True if no variant is removed because the file does not have it.
    pub keep_missing_variants: bool,
    /// The treatment of SKUs that are taken.
    pub duplicate_skus: DuplicateSkus,
    /// True if nothing is written, and only the changes and errors are returned.
    pub dry_run: bool,
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
    /// The kind of the file, in whose words reasons are written.
    pub kind: FileKind,
    /// The currency of the prices.
    pub currency: Currency,
    /// The SKUs of the file around these products: none of them is removed from a product because the file has it under another handle.
    pub skus: &'i NamedSkus,
    /// The choices of the person who imports the file.
    pub options: ImportOptions,
    /// The way in which the products are written.
    pub together: Together,
}

/// Reason why a product was skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Index of the variant that the reason is about; `None` if it is about the product.
    pub variant: Option<usize>,
    /// The reason, for people.
    pub reason: String,
}

impl Refused {
    /// Returns the line that the reason is about, of a product that begins on line `first`.
    pub fn line(&self, product: &ProductImport, first: u64) -> u64 {
        let variant = self.variant.and_then(|at| product.variants.get(at));
        variant.map_or(first, |variant| variant.line)
    }
}

/// Saves products as a file describes them. Returns the changes of each, or the reason why it was skipped. A dry run is undone before it
/// returns; the transaction can then be used further.
pub async fn save_imports(
    tx: &mut Tx,
    batch: ImportBatch<'_>,
    stamp: Stamp,
) -> Result<Vec<Result<Saved, Refused>>, SaveError> {
    let author = Author { stamp, may_change_stock: batch.options.stock != Stock::Keep };
    if !batch.options.dry_run {
        return save_batch(tx, batch, author).await;
    }
    set_dry_run_savepoint(tx).await?;
    let saved = save_batch(tx, batch, author).await?;
    check_deferred_constraints(tx).await?;
    undo_dry_run(tx).await?;
    Ok(saved)
}

async fn save_batch(
    tx: &mut Tx,
    ImportBatch { products, kind, skus, currency, options, together }: ImportBatch<'_>,
    author: Author,
) -> Result<Vec<Result<Saved, Refused>>, SaveError> {
    lock_imports(tx).await?;
    let mut edits: Vec<ProductEdit> = products.iter().map(|import| edit(import, options)).collect();
    if options.duplicate_skus == DuplicateSkus::Suffix {
        add_suffixes(tx, &mut edits).await?;
    }
    if together == Together::All {
        let saved = save_of_file(tx, &edits, skus, currency, author).await?;
        return Ok(saved.into_iter().map(|saved| explain(saved, kind)).collect());
    }
    let mut all = Vec::new();
    for edit in edits {
        set_savepoint(tx).await?;
        match save_one(tx, &edit, skus, currency, author).await {
            Ok(saved) => all.extend(saved.into_iter().map(|saved| explain(saved, kind))),
            Err(SaveError::Database(error)) if is_refusal(&error) => {
                undo_to_savepoint(tx).await?;
                all.push(Err(Refused { variant: None, reason: explain_refusal(edit.product.handle(), error) }));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// Checks deferred constraints after each product, because at the end of the transaction no error names the product that broke them.
async fn save_one(
    tx: &mut Tx,
    edit: &ProductEdit,
    named: &NamedSkus,
    currency: Currency,
    author: Author,
) -> Result<Vec<Result<Saved, Vec<EditError>>>, SaveError> {
    let saved = save_of_file(tx, std::slice::from_ref(edit), named, currency, author).await?;
    check_deferred_constraints(tx).await?;
    Ok(saved)
}

/// Returns the first error only: people correct the file and send it again.
fn explain(saved: Result<Saved, Vec<EditError>>, kind: FileKind) -> Result<Saved, Refused> {
    saved.map_err(|errors| {
        let first = errors.first();
        Refused {
            variant: first.and_then(EditError::variant),
            reason: first.map(|first| reason(first, kind)).unwrap_or_default(),
        }
    })
}

/// Returns true if another transaction was in the way, so that a new transaction may succeed: a product that changed after it was read, a
/// lock timeout, a deadlock, a serialization failure, or two transactions that insert the same row.
fn is_conflict(error: &SaveError) -> bool {
    match error {
        SaveError::Changed => true,
        SaveError::NotInserted(_) | SaveError::OtherCurrency(_) => false,
        SaveError::Database(error) => {
            matches!(sqlstate(error).as_deref(), Some("55P03" | "40P01" | "40001" | "23505" | "23P01"))
        }
    }
}

/// Returns true for errors that the data cause: data exceptions, constraints and limits.
fn is_about_the_data(error: &SaveError) -> bool {
    match error {
        SaveError::Changed | SaveError::NotInserted(_) | SaveError::OtherCurrency(_) => false,
        SaveError::Database(error) => is_refusal(error),
    }
}

fn is_refusal(error: &sqlx::Error) -> bool {
    sqlstate(error).is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)))
}

fn sqlstate(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error.as_database_error().and_then(|error| error.code())
}

/// Builds the edit that makes a product match the file. Fields that a file does not have stay as they are, and so do those that no file
/// can have: the product's own SKU and the times of publication.
fn edit(import: &ProductImport, options: ImportOptions) -> ProductEdit {
    ProductEdit {
        product: ProductTarget::Handle(import.handle.clone()),
        name: import.name.clone(),
        brand: import.brand.clone().map(BrandRef::Name),
        description: import.description.clone(),
        base_price: BasePrice::Lowest,
        tags: import.tags.clone(),
        status: import.status,
        is_published: import.is_published,
        option_columns: Some(import.option_columns),
        has_slug_of_name: import.has_slug_of_name,
        categories: match &import.categories {
            Patch::Keep => CategoriesEdit::Keep,
            Patch::Clear if import.has_all_categories => CategoriesEdit::Set(Vec::new()),
            Patch::Set(paths) if import.has_all_categories => CategoriesEdit::SetPaths(paths.clone()),
            Patch::Clear => CategoriesEdit::Leave,
            Patch::Set(paths) => CategoriesEdit::Include(paths.clone()),
        },
        variants: variants_edit(import, options),
        images: images_edit(import),
        ..ProductEdit::default()
    }
}

fn variants_edit(import: &ProductImport, options: ImportOptions) -> VariantsEdit {
    let edits = import.variants.iter().map(|variant| VariantEdit {
        // A file that has all variants sells each of them.
        is_archived: import.has_all_variants.then_some(false),
        ..variant_edit(variant, options.stock)
    });
    match edits.collect::<Vec<_>>() {
        edits if edits.is_empty() => VariantsEdit::Keep,
        edits if import.has_all_variants && !options.keep_missing_variants => VariantsEdit::AllSold(edits),
        edits => VariantsEdit::Some(edits),
    }
}

fn images_edit(import: &ProductImport) -> ImagesEdit {
    let of_variants: Vec<Patch<String>> = import.variants.iter().map(|variant| variant.image.clone()).collect();
    if import.images.all.is_none() && of_variants.iter().all(Patch::is_keep) {
        return ImagesEdit::Keep;
    }
    ImagesEdit::File(FileImages { images: import.images.clone(), of_variants })
}

fn variant_edit(variant: &ImportVariant, stock: Stock) -> VariantEdit {
    let named = |(attribute, value): &(String, String)| NamedValue::Of {
        attribute: IdOrName::Name(attribute.clone()),
        value: IdOrName::Name(value.clone()),
    };
    let price = match (variant.only_price, variant.price) {
        (Some(only), _) => PriceEdit::Only(only),
        (None, Some(price)) => PriceEdit::Total(price),
        (None, None) => PriceEdit::default(),
    };
    let name = match (&variant.label, &variant.options) {
        (Some(label), _) => VariantName::Label(label.clone()),
        (None, Some(options)) => VariantName::Made(variant_name(options)),
        (None, None) => VariantName::Keep,
    };
    VariantEdit {
        variant: VariantTarget::SkuOrValues,
        sku: variant.sku.clone(),
        name,
        values: variant.options.as_ref().map(|options| options.iter().map(named).collect()),
        price,
        compare_at_price: variant.compare_at_price,
        barcode: variant.barcode.clone(),
        weight_grams: variant.weight_grams,
        position: None,
        is_default: None,
        is_archived: None,
        stock: stock_edit(variant, stock),
        ..stock_of_new(variant, stock)
    }
}

/// Returns an edit of the stock that a new variant begins with, and of the rules of any variant. No format of files has a limit per customer.
fn stock_of_new(variant: &ImportVariant, stock: Stock) -> VariantEdit {
    match stock {
        Stock::Keep => VariantEdit::default(),
        Stock::Initial | Stock::Compare | Stock::Set => VariantEdit {
            initial_stock: variant.on_hand,
            track_inventory: variant.track_inventory,
            allow_backorder: variant.allow_backorder,
            backorder_limit: variant.backorder_limit,
            ..VariantEdit::default()
        },
    }
}

fn stock_edit(variant: &ImportVariant, stock: Stock) -> StockEdit {
    match (stock, variant.on_hand) {
        (Stock::Keep | Stock::Initial, _) | (_, None) => StockEdit::Keep,
        // Nobody edited the number, so whatever was sold since does not matter.
        (Stock::Compare, units) if units == variant.on_hand_seen => StockEdit::Keep,
        (Stock::Compare, Some(units)) => StockEdit::Compare { units, seen: variant.on_hand_seen },
        (Stock::Set, Some(units)) => StockEdit::Set(units),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::OtherCurrency;

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
        for error in [
            SaveError::NotInserted("shirt".to_owned()),
            SaveError::OtherCurrency(OtherCurrency(Currency::DEFAULT)),
            SaveError::Database(sqlx::Error::RowNotFound),
        ] {
            let text = error.to_string();
            assert_eq!(Attempt::default().again_after(error).unwrap_err().to_string(), text);
        }
    }
}
