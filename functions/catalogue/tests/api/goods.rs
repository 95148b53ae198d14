//! Brands, categories and products for the tests to look at, written as staff write them.

use shared::app::db::Tx;
use shared::catalogue::Status;
use shared::catalogue::store::write::{
    BrandNames, IdOrName, NamedValue, NewCategory, ProductState, VariantState, find_or_make_values, insert_brand,
    insert_category, insert_product, refresh_product_cards, set_product_categories, write_variants,
};
use shared::ids::{BrandId, CategoryId, ProductId};
use shared::money::Money;
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

/// A product's own fields: for sale, nobody's, and no word more than its name.
pub(crate) fn product(slug: &str, name: &str, cents: i64) -> ProductState {
    ProductState {
        slug: slug.to_owned(),
        name: name.to_owned(),
        brand: None,
        sku: None,
        description: String::new(),
        base_price: Money::from_minor(cents),
        tags: Vec::new(),
        status: Status::Active,
        publish_at: None,
        unpublish_at: None,
    }
}

/// Makes a product with its variants, in this category.
pub(crate) async fn make(
    tx: &mut Tx,
    product: &ProductState,
    category: CategoryId,
    variants: &[Goods<'_>],
) -> ProductId {
    let id = insert_product(tx, product, START).await.unwrap();
    let mut states = Vec::new();
    for variant in variants {
        states.push(state(tx, variant).await);
    }
    write_variants(tx, id, &states, START).await.unwrap();
    set_product_categories(tx, id, &[category]).await.unwrap();
    refresh_product_cards(tx, &[id]).await.unwrap();
    id
}

async fn state(tx: &mut Tx, goods: &Goods<'_>) -> VariantState {
    let named = goods.values.iter().map(|(attribute, value)| NamedValue::Of {
        attribute: IdOrName::Name((*attribute).to_owned()),
        value: IdOrName::Name((*value).to_owned()),
    });
    let values = find_or_make_values(tx, &named.collect::<Vec<_>>()).await.unwrap();
    VariantState {
        id: None,
        sku: goods.sku.to_owned(),
        name: goods.name.to_owned(),
        price_adjustment: Money::from_minor(goods.more),
        own_price: None,
        compare_at_price: None,
        barcode: None,
        weight_grams: None,
        is_archived: false,
        values: values.into_values().map(|value| (value.attribute_id, value.id)).collect(),
        inventory_count: goods.stock,
    }
}
