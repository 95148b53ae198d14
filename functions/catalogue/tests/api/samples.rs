//! Sample brands, categories and products, written by the same functions as those of staff.

use shared::app::db::Tx;
use shared::catalogue::store::write::{BrandNames, IdOrName, NamedValue, NewCategory, insert_brand, insert_category};
use shared::catalogue::write::{
    Author, BasePrice, CategoriesEdit, PriceEdit, ProductEdit, VariantEdit, VariantName, VariantsEdit, save,
};
use shared::ids::{BrandId, CategoryId, ProductId};
use shared::money::{Currency, Money};
use shared::patch::Patch;
use shared::testing::START;
use shared::users::Stamp;

/// A variant of a sample product.
pub(crate) struct SampleVariant<'a> {
    pub(crate) sku: &'a str,
    pub(crate) name: &'a str,
    /// Difference to the base price, in cents.
    pub(crate) price_adjustment: i64,
    /// Units in stock.
    pub(crate) stock: i32,
    /// Pairs of an attribute and a value.
    pub(crate) values: &'a [(&'a str, &'a str)],
}

pub(crate) async fn brand(tx: &mut Tx, name: &str, slug: &str) -> BrandId {
    insert_brand(tx, BrandNames { name, slug: Some(slug) }).await.unwrap().unwrap()
}

pub(crate) async fn category(tx: &mut Tx, parent: Option<CategoryId>, name: &str, slug: &str) -> CategoryId {
    insert_category(tx, NewCategory { parent, name, slug }).await.unwrap().unwrap()
}

/// Returns a new active product without brand, SKU, description and tags.
pub(crate) fn product(slug: &str, name: &str, cents: i64) -> ProductEdit {
    ProductEdit {
        slug: Some(slug.to_owned()),
        name: Some(name.to_owned()),
        base_price: BasePrice::Set(Money::from_minor(cents)),
        ..ProductEdit::default()
    }
}

/// Inserts a product with its variants into this category.
pub(crate) async fn insert(
    tx: &mut Tx,
    product: &ProductEdit,
    category: CategoryId,
    variants: &[SampleVariant<'_>],
) -> ProductId {
    let edit = ProductEdit {
        categories: CategoriesEdit::Set(vec![category]),
        variants: VariantsEdit::All(variants.iter().map(variant).collect()),
        ..product.clone()
    };
    let author = Author { stamp: Stamp::of_system(START), may_change_stock: true };
    let saved = save(tx, &[edit], Currency::DEFAULT, author).await.unwrap();
    saved[0].as_ref().unwrap().id.unwrap()
}

fn variant(sample: &SampleVariant<'_>) -> VariantEdit {
    let named = sample.values.iter().map(|(attribute, value)| NamedValue::Of {
        attribute: IdOrName::Name((*attribute).to_owned()),
        value: IdOrName::Name((*value).to_owned()),
    });
    VariantEdit {
        sku: Some(sample.sku.to_owned()),
        name: VariantName::Set(sample.name.to_owned()),
        price: PriceEdit::Parts { adjustment: Some(Money::from_minor(sample.price_adjustment)), own: Patch::Clear },
        values: Some(named.collect()),
        initial_stock: Some(sample.stock),
        ..VariantEdit::default()
    }
}
