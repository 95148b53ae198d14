//! Changes many prices: `POST /api/v1/catalogue/bulk/prices/`.

use axum::Json;
use axum::extract::State;
use serde_json::json;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::Kind;
use shared::catalogue::limits::MAX_SKU;
use shared::catalogue::store::write::{
    VariantPrice, bump_versions, lock_products, prices, refresh_product_cards, set_prices,
};
use shared::http::{ApiError, Body, Editor, FieldErrors, Fields, Request, StaffProblems};
use shared::ids::{ProductId, VariantId};
use shared::money::{Currency, Money};
use shared::patch::Patch;
use shared::users::Stamp;

use crate::bulk::{
    BulkResponse, BulkResult, MAX_ITEMS, VariantKey, accept, changed_variants, check_variant_key, find, refuse,
};

/// New prices of a variant, given by either `variant_id` or `sku`. Send `price` or `price_adjustment` or neither, and `compare_at_price` if it
/// changes; what you leave out stays.
#[derive(Debug, Request)]
#[request(validate = check_prices)]
pub(crate) struct BulkPriceItem {
    /// Id of the variant.
    pub variant_id: Option<VariantId>,
    /// SKU of the variant.
    #[field(max = MAX_SKU)]
    #[schema(example = "SHIRT-M-BLUE")]
    pub sku: Option<String>,
    /// Own price, independent of the base price; null means that the variant costs the base price and the adjustment.
    pub price: Patch<Money>,
    /// Amount added to the base price of the product. The variant then has no own price.
    #[field(not_null, with = Fields::price_adjustment)]
    pub price_adjustment: Option<Money>,
    /// Price before a reduction; null means that there is none.
    pub compare_at_price: Patch<Money>,
}

fn check_prices(fields: &mut Fields) {
    check_variant_key(fields);
    if fields.has("price") && fields.has("price_adjustment") {
        fields.error("non_field_errors", "Send price or price_adjustment, not both.");
    }
    if !["price", "price_adjustment", "compare_at_price"].into_iter().any(|name| fields.has(name)) {
        fields.error("non_field_errors", "Send price, price_adjustment or compare_at_price.");
    }
}

/// New prices of up to a thousand variants.
#[derive(Debug, Request)]
pub(crate) struct ChangePrices {
    /// One item for each variant, at most a thousand.
    #[field(max = MAX_ITEMS)]
    pub items: Vec<BulkPriceItem>,
    /// True to report the results without changing anything.
    #[field(default = false)]
    pub dry_run: bool,
}

/// Change many prices
///
/// Changes up to a thousand variants. If the body is invalid, nothing is changed and you get 400. Otherwise each item is checked
/// separately: valid items are written in one transaction, and the others are `refused` with the reasons in `errors`.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/bulk/prices/",
    tag = "catalogue",
    operation_id = "change_prices",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    request_body = ChangePrices,
    responses((status = 200, body = BulkResponse, description = "The result of each item."), StaffProblems)
)]
pub(crate) async fn change_prices(
    State(app): State<App>,
    editor: Editor,
    Body(body): Body<ChangePrices>,
) -> Result<Json<BulkResponse>, ApiError> {
    let mut tx = app.db.begin().await?;
    let now = app.clock.now();
    let results = change(&mut tx, &body, app.currency, Stamp { by: editor.actor.id(), at: now }).await?;
    let changed = changed_variants(&results);
    if !body.dry_run && !changed.is_empty() {
        // One line for all items: the price history has the prices of each variant.
        let details = json!({"variants": changed.len(), "variant_ids": changed});
        editor.record(&mut tx, Kind::PricesChanged, details, now).await?;
    }
    tx.commit().await?;
    Ok(Json(BulkResponse::new(body.dry_run, results)))
}

async fn change(
    tx: &mut Tx,
    body: &ChangePrices,
    currency: Currency,
    stamp: Stamp,
) -> Result<Vec<BulkResult>, ApiError> {
    let keys: Vec<VariantKey> =
        body.items.iter().map(|item| VariantKey::of(item.variant_id, item.sku.as_ref())).collect();
    let (variants, mut results) = find(tx, &keys).await?;
    let mut products: Vec<ProductId> = variants.values().map(|variant| variant.product).collect();
    products.sort_unstable();
    products.dedup();
    lock_products(tx, &products).await?;
    let ids: Vec<VariantId> = variants.values().map(|variant| variant.id).collect();
    // Read only here, because the rows are now locked.
    let before = prices(tx, &ids).await?;
    before.values().try_for_each(|price| currency.require(price.currency)).map_err(anyhow::Error::new)?;
    let (mut changed, mut changed_products) = (Vec::new(), Vec::new());
    for (item, variant) in &variants {
        let (Some(change), Some(old)) = (body.items.get(*item), before.get(&variant.id)) else {
            results.push(refuse(*item, None, FieldErrors::one("non_field_errors", "There is no such variant.")));
            continue;
        };
        match change.apply_to(*old) {
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
    if !body.dry_run && !changed.is_empty() {
        changed_products.sort_unstable();
        changed_products.dedup();
        bump_versions(tx, &changed_products, stamp).await?;
        set_prices(tx, &changed).await?;
        refresh_product_cards(tx, &changed_products).await?;
    }
    results.sort_by_key(|result| result.item);
    Ok(results)
}

impl BulkPriceItem {
    fn apply_to(&self, old: VariantPrice) -> Result<VariantPrice, FieldErrors> {
        let mut new = old;
        new.own_price = self.price.apply(old.own_price);
        if let Patch::Set(price) = self.price {
            new.price_adjustment = Money::from_minor(price.minor() - old.base_price.minor());
        }
        if let Some(adjustment) = self.price_adjustment {
            (new.own_price, new.price_adjustment) = (None, adjustment);
        }
        new.compare_at_price = self.compare_at_price.apply(old.compare_at_price);
        let price = new.currency.amount(new.base_price + new.price_adjustment);
        let most = new.currency.amount(Money::MAX_PRICE);
        let refuse = |why: String| Err(FieldErrors::one("price_adjustment", why));
        if price.money.minor() < 0 {
            refuse(format!("The price would be {price}. It must not be negative."))
        } else if price.money > most.money {
            refuse(format!("The price would be {price}. It must be at most {most}."))
        } else {
            Ok(new)
        }
    }
}
