//! `POST /api/v1/catalogue/bulk/prices/`: the prices of up to a thousand variants at once.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::app::db::Tx;
use shared::catalogue::store::write::{
    VariantPrice, bump_versions, lock_products, prices, refresh_product_cards, set_prices,
};
use shared::http::{ApiError, Body, FieldErrors, Fields, FromFields, Requires, StaffProblems};
use shared::ids::{ProductId, VariantId};
use shared::money::Money;
use shared::time::Timestamp;
use shared::users::permissions;
use utoipa::ToSchema;

use crate::bulk::{BulkResponse, BulkResult, Name, accept, find, items, name, refuse};

/// What a variant is to cost. It is named by its id or by its SKU.
#[derive(Debug, ToSchema)]
pub(crate) struct BulkPriceItem {
    /// Which variant.
    #[schema(value_type = VariantId, required = false)]
    pub variant_id: Option<VariantId>,
    /// Which variant.
    #[schema(value_type = String, required = false, max_length = 255, example = "SHIRT-M-BLUE")]
    pub sku: Option<String>,
    /// Its price, whatever its product's base price is; or null: the base price and the adjustment.
    #[schema(value_type = Option<Money>, required = false)]
    pub price: Option<Option<Money>>,
    /// What is added to its product's base price; it then has no price of its own.
    #[schema(value_type = Money, required = false)]
    pub price_adjustment: Option<Money>,
    /// The price before a reduction; null: there is none.
    #[schema(value_type = Option<Money>, required = false)]
    pub compare_at_price: Option<Option<Money>>,
}

/// What variants are to cost.
#[derive(Debug, ToSchema)]
pub(crate) struct BulkPrices {
    /// One for each variant.
    #[schema(max_items = 1000)]
    pub items: Vec<BulkPriceItem>,
    /// Only say what would become of them.
    #[schema(default = false, required = false)]
    pub dry_run: bool,
}

impl FromFields for BulkPriceItem {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = name(fields);
        let price = or_null(fields, "price");
        let price_adjustment = fields.sent("price_adjustment", Fields::price_adjustment);
        let compare_at_price = or_null(fields, "compare_at_price");
        if fields.has("price") && fields.has("price_adjustment") {
            fields.error("non_field_errors", "Send price or price_adjustment, not both.");
        }
        let (price, price_adjustment, compare_at_price) = (price?, price_adjustment?, compare_at_price?);
        if price.is_none() && price_adjustment.is_none() && compare_at_price.is_none() {
            fields.error("non_field_errors", "Send price, price_adjustment or compare_at_price.");
        }
        let (variant_id, sku) = name?;
        Some(Self { variant_id, sku, price, price_adjustment, compare_at_price })
    }
}

/// A price that may be taken away.
fn or_null(fields: &mut Fields, name: &str) -> Option<Option<Option<Money>>> {
    if fields.has(name) { fields.maybe(name, Fields::price).map(Some) } else { Some(None) }
}

impl FromFields for BulkPrices {
    fn read(fields: &mut Fields) -> Option<Self> {
        items(fields).map(|(items, dry_run)| Self { items, dry_run })
    }
}

/// Change many prices
///
/// A body that does not hold changes nothing (400). Otherwise each item is judged alone: those that can be are written, all in one
/// transaction, and the rest are `refused` and say why.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/bulk/prices/",
    tag = "catalogue",
    operation_id = "change_prices",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    request_body = BulkPrices,
    responses((status = 200, body = BulkResponse, description = "What became of each item."), StaffProblems)
)]
pub(crate) async fn change_prices(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    Body(new): Body<BulkPrices>,
) -> Result<Json<BulkResponse>, ApiError> {
    let mut tx = app.db.begin().await?;
    let results = change(&mut tx, &new, app.clock.now()).await?;
    tx.commit().await?;
    Ok(Json(BulkResponse::new(new.dry_run, results)))
}

async fn change(tx: &mut Tx, new: &BulkPrices, now: Timestamp) -> Result<Vec<BulkResult>, ApiError> {
    let names: Vec<Name> = new.items.iter().map(|item| Name::of(item.variant_id, item.sku.as_ref())).collect();
    let (variants, mut results) = find(tx, &names).await?;
    let mut products: Vec<ProductId> = variants.values().map(|variant| variant.product).collect();
    products.sort_unstable();
    products.dedup();
    lock_products(tx, &products).await?;
    let ids: Vec<VariantId> = variants.values().map(|variant| variant.id).collect();
    // Only now, as they are under the lock.
    let before = prices(tx, &ids).await?;
    let (mut changed, mut changed_products) = (Vec::new(), Vec::new());
    for (item, variant) in &variants {
        let (Some(wanted), Some(old)) = (new.items.get(*item), before.get(&variant.id)) else {
            results.push(refuse(*item, None, FieldErrors::one("non_field_errors", "There is no such variant.")));
            continue;
        };
        match wanted.applied_to(*old) {
            Err(errors) => results.push(refuse(*item, Some(variant), errors)),
            Ok(price) => {
                results.push(accept(*item, variant, price != *old));
                if price != *old {
                    changed.push(price);
                    changed_products.push(variant.product);
                }
            }
        }
    }
    if !new.dry_run && !changed.is_empty() {
        changed_products.sort_unstable();
        changed_products.dedup();
        set_prices(tx, &changed).await?;
        bump_versions(tx, &changed_products, now).await?;
        refresh_product_cards(tx, &changed_products).await?;
    }
    results.sort_by_key(|result| result.item);
    Ok(results)
}

impl BulkPriceItem {
    fn applied_to(&self, old: VariantPrice) -> Result<VariantPrice, FieldErrors> {
        let mut new = old;
        if let Some(price) = self.price {
            new.own_price = price;
            if let Some(price) = price {
                new.price_adjustment = Money::from_minor(price.minor() - old.base_price.minor());
            }
        }
        if let Some(adjustment) = self.price_adjustment {
            (new.own_price, new.price_adjustment) = (None, adjustment);
        }
        if let Some(compare_at_price) = self.compare_at_price {
            new.compare_at_price = compare_at_price;
        }
        let price = new.base_price + new.price_adjustment;
        let refuse = |why: String| Err(FieldErrors::one("price_adjustment", why));
        if price.minor() < 0 {
            refuse(format!("The price would be {price}, and it cannot be negative."))
        } else if price > Money::MAX_PRICE {
            refuse(format!("The price would be {price}, and more than {} cannot be asked.", Money::MAX_PRICE))
        } else {
            Ok(new)
        }
    }
}
