//! Whose a product is and where it is filed. What staff have arranged stays: the spelling of a brand, the place of a category.

use std::collections::HashMap;

use shared::app::db::Tx;
use shared::catalogue::store::whole::WholeProduct;
use shared::catalogue::store::write::{set_product_categories, upsert_brand, upsert_category};
use shared::catalogue::store::{brands, categories};
use shared::catalogue::{IdOrSlug, slugify, slugify_path};
use shared::ids::{BrandId, CategoryId, ProductId};

use super::Entry;

/// Brands and categories that were found or made before, by slug. The spelling that the shop has holds.
#[derive(Clone, Debug, Default)]
pub struct Known {
    brands: HashMap<String, BrandId>,
    categories: HashMap<String, CategoryId>,
}

/// The brand, found or made.
pub(super) async fn brand(
    tx: &mut Tx,
    known: &mut Known,
    entry: &Entry,
    before: Option<&WholeProduct>,
) -> sqlx::Result<Option<BrandId>> {
    let Some(name) = &entry.brand else { return Ok(None) };
    if let Some(brand) = before.and_then(|before| before.brand.as_ref()).filter(|brand| brand.name == *name) {
        return Ok(Some(brand.id));
    }
    let slug = slugify(name);
    if let Some(id) = known.brands.get(&slug) {
        return Ok(Some(*id));
    }
    let id = match brands::find(tx, &IdOrSlug { id: None, slug: slug.clone() }).await? {
        Some(brand) => brand.id,
        None => upsert_brand(tx, name, &slug).await?.id,
    };
    known.brands.insert(slug, id);
    Ok(Some(id))
}

/// Files the product in its category, unless it is in one of that name already, wherever staff have put that.
pub(super) async fn save_category(
    tx: &mut Tx,
    known: &mut Known,
    product: ProductId,
    entry: &Entry,
    before: Option<&WholeProduct>,
) -> sqlx::Result<bool> {
    let Some(name) = entry.category.last() else { return Ok(false) };
    let filed = before.map_or(&[][..], |before| &before.categories);
    if filed.iter().any(|category| category.name.to_lowercase() == name.to_lowercase()) {
        return Ok(false);
    }
    let mut parent = None;
    for (depth, name) in (1..).zip(&entry.category) {
        let slug = slugify_path(entry.category.get(..depth).unwrap_or_default());
        parent = Some(category(tx, known, parent, name, slug).await?);
    }
    let all: Vec<CategoryId> = filed.iter().map(|category| category.id).chain(parent).collect();
    set_product_categories(tx, product, &all).await
}

async fn category(
    tx: &mut Tx,
    known: &mut Known,
    parent: Option<CategoryId>,
    name: &str,
    slug: String,
) -> sqlx::Result<CategoryId> {
    if let Some(id) = known.categories.get(&slug) {
        return Ok(*id);
    }
    let id = match categories::id_of(tx, &slug).await? {
        Some(id) => id,
        None => upsert_category(tx, parent, name, &slug).await?.id,
    };
    known.categories.insert(slug, id);
    Ok(id)
}
