//! Brands, categories and products for the tests to look at, written as staff write them.

use shared::app::db::Tx;
use shared::catalogue::store::write::{BrandNames, IdOrName, NamedValue, NewCategory, insert_brand, insert_category};
use shared::catalogue::write::{
    BasePrice, CategoriesEdit, PriceEdit, ProductEdit, VariantEdit, VariantName, VariantsEdit, save,
};
use shared::ids::{BrandId, CategoryId, ProductId};
use shared::money::Money;
use shared::patch::Patch;
use shared::testing::START;

/// A variant as a test says it.
pub(crate) struct Goods<'a> {
    pub(crate) sku: &'a str,
    pub(crate) name: &'a str,
    /// What it costs beyond the base price, in cents.
    pub(crate) more: i64,
    /// How many there are.
    pub(crate) stock: i32,
    /// Attribute and value.
    pub(crate) values: &'a [(&'a str, &'a str)],
}

pub(crate) async fn brand(tx: &mut Tx, name: &str, slug: &str) -> BrandId {
    insert_brand(tx, BrandNames { name, slug }).await.unwrap().unwrap()
}

pub(crate) async fn category(tx: &mut Tx, parent: Option<CategoryId>, name: &str, slug: &str) -> CategoryId {
    insert_category(tx, NewCategory { parent, name, slug }).await.unwrap().unwrap()
}

/// A new product: for sale, without a brand, and no word more than its name.
pub(crate) fn product(slug: &str, name: &str, cents: i64) -> ProductEdit {
    ProductEdit {
        slug: Some(slug.to_owned()),
        name: Some(name.to_owned()),
        base_price: BasePrice::Set(Money::from_minor(cents)),
        ..ProductEdit::default()
    }
}

/// Creates a product with its variants, in this category.
pub(crate) async fn make(
    tx: &mut Tx,
    product: &ProductEdit,
    category: CategoryId,
    variants: &[Goods<'_>],
) -> ProductId {
    let edit = ProductEdit {
        categories: CategoriesEdit::Set(vec![category]),
        variants: VariantsEdit::All(variants.iter().map(variant).collect()),
        ..product.clone()
    };
    let saved = save(tx, &[edit], START).await.unwrap();
    saved[0].as_ref().unwrap().id.unwrap()
}

fn variant(goods: &Goods<'_>) -> VariantEdit {
    let named = goods.values.iter().map(|(attribute, value)| NamedValue::Of {
        attribute: IdOrName::Name((*attribute).to_owned()),
        value: IdOrName::Name((*value).to_owned()),
    });
    VariantEdit {
        sku: Some(goods.sku.to_owned()),
        name: VariantName::Set(goods.name.to_owned()),
        price: PriceEdit::Parts { adjustment: Some(Money::from_minor(goods.more)), own: Patch::Clear },
        values: Some(named.collect()),
        initial_stock: Some(goods.stock),
        ..VariantEdit::default()
    }
}
