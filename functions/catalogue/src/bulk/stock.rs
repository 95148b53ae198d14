//! Changes the stock of many variants: `POST /api/v1/catalogue/bulk/stock/`.

use axum::Json;
use axum::extract::State;
use serde_json::json;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::{self, AuditRecord, Kind};
use shared::catalogue::limits::{MAX_SKU, MAX_UNITS};
use shared::http::{ApiError, Body, FieldErrors, Fields, Request, Requires, StaffProblems};
use shared::ids::{ProductId, VariantId};
use shared::stock::Reason;
use shared::stock::store::{Counted, lock_stock, refresh_availability, set_all};
use shared::time::Timestamp;
use shared::users::{ClientInfo, permissions};

use crate::bulk::{
    BulkOutcome, BulkResponse, BulkResult, MAX_ITEMS, VariantKey, accept, check_variant_key, find, refuse,
};

/// A change of the stock of a variant: one of `counted`, `received` and `written_off`. The variant is given by either `variant_id` or `sku`.
#[derive(Debug, Request)]
#[request(validate = check_change)]
pub(crate) struct BulkStockItem {
    /// Id of the variant.
    pub variant_id: Option<VariantId>,
    /// SKU of the variant.
    #[field(max = MAX_SKU)]
    #[schema(example = "SHIRT-M-BLUE")]
    pub sku: Option<String>,
    /// Number of units that were counted on the shelf; it replaces the stock.
    #[field(not_null, min = 0, max = MAX_UNITS)]
    #[schema(example = 12)]
    pub counted: Option<i32>,
    /// Number of units that arrived; they are added to the stock.
    #[field(not_null, min = 1, max = MAX_UNITS)]
    pub received: Option<i32>,
    /// Number of units that are broken or lost; they are taken from the stock.
    #[field(not_null, min = 1, max = MAX_UNITS)]
    pub written_off: Option<i32>,
}

fn check_change(fields: &mut Fields) {
    check_variant_key(fields);
    if ["counted", "received", "written_off"].into_iter().filter(|name| fields.has(name)).count() != 1 {
        fields.error("non_field_errors", "Send one of counted, received and written_off.");
    }
}

/// Changes of the stock of up to a thousand variants.
#[derive(Debug, Request)]
pub(crate) struct ChangeStock {
    /// One item for each variant, at most a thousand.
    #[field(max = MAX_ITEMS)]
    pub items: Vec<BulkStockItem>,
    /// True to report the results without changing anything.
    #[field(default = false)]
    pub dry_run: bool,
}

/// Change the stock of many variants
///
/// Changes up to a thousand variants. If the body is invalid, nothing is changed and you get 400. Otherwise each item is checked
/// separately: valid items are written in one transaction, and the others are `refused` with the reasons in `errors`. Orders that are
/// placed at the same time are taken into account: stock never falls below zero.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/bulk/stock/",
    tag = "catalogue",
    operation_id = "change_stock",
    security(("bearer" = ["stock"]), ("api_key" = ["stock"])),
    request_body = ChangeStock,
    responses((status = 200, body = BulkResponse, description = "The result of each item."), StaffProblems)
)]
pub(crate) async fn change_stock(
    State(app): State<App>,
    Requires(actor, _): Requires<permissions::Stock>,
    client_info: ClientInfo,
    Body(body): Body<ChangeStock>,
) -> Result<Json<BulkResponse>, ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let results = change(&mut tx, &body, now).await?;
    let changed: Vec<VariantId> = results
        .iter()
        .filter(|result| result.outcome == BulkOutcome::Changed)
        .filter_map(|result| result.variant_id)
        .collect();
    if !body.dry_run && !changed.is_empty() {
        // One record for all items, because the stock ledger has the change of each variant.
        let entry = AuditRecord::by(Kind::StockChanged, &actor, None).with(json!({ "variant_ids": changed }));
        audit::store::record(&mut tx, entry, &client_info, now).await?;
    }
    tx.commit().await?;
    Ok(Json(BulkResponse::new(body.dry_run, results)))
}

async fn change(tx: &mut Tx, body: &ChangeStock, now: Timestamp) -> Result<Vec<BulkResult>, ApiError> {
    let keys: Vec<VariantKey> =
        body.items.iter().map(|item| VariantKey::of(item.variant_id, item.sku.as_ref())).collect();
    let (variants, mut results) = find(tx, &keys).await?;
    let ids: Vec<VariantId> = variants.values().map(|variant| variant.id).collect();
    let on_hand = lock_stock(tx, &ids).await?;
    let (mut counts, mut availability_changed): (Vec<Counted>, Vec<ProductId>) = (Vec::new(), Vec::new());
    for (item, variant) in &variants {
        let (Some(change), Some(before)) = (body.items.get(*item), on_hand.get(&variant.id).copied()) else {
            results.push(refuse(*item, None, FieldErrors::one("non_field_errors", "There is no such variant.")));
            continue;
        };
        match change.apply_to(before) {
            Err(errors) => results.push(refuse(*item, Some(variant), errors)),
            Ok((after, reason)) => {
                results.push(accept(*item, variant, after != before));
                counts.push(Counted { variant: variant.id, before, on_hand: after, reason });
                // Only a change to or from zero can alter whether the product can be bought.
                availability_changed.extend(((before == 0) != (after == 0)).then_some(variant.product));
            }
        }
    }
    if !body.dry_run {
        set_all(tx, &counts, now).await?;
        availability_changed.sort_unstable();
        availability_changed.dedup();
        if !availability_changed.is_empty() {
            refresh_availability(tx, &availability_changed).await?;
        }
    }
    results.sort_by_key(|result| result.item);
    Ok(results)
}

impl BulkStockItem {
    fn apply_to(&self, before: i32) -> Result<(i32, Reason), FieldErrors> {
        if let Some(units) = self.counted {
            return Ok((units, Reason::Counted));
        }
        if let Some(units) = self.received {
            let too_many = || {
                FieldErrors::one("received", format!("The stock would be more than {} units. Send fewer.", i32::MAX))
            };
            return before.checked_add(units).map(|after| (after, Reason::Received)).ok_or_else(too_many);
        }
        let units = self.written_off.unwrap_or_default();
        if units > before {
            return Err(FieldErrors::one(
                "written_off",
                format!("Only {before} units are in stock. You cannot write off more."),
            ));
        }
        Ok((before - units, Reason::WrittenOff))
    }
}
