//! Changes the stock of many variants: `POST /api/v1/catalogue/bulk/stock/`.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::{self, AuditRecord, Kind};
use shared::catalogue::limits::{MAX_SKU, MAX_UNITS};
use shared::catalogue::store::write::NamedVariant;
use shared::http::{
    ApiError, FieldErrors, Fields, IdempotencyKey, Problem, RepeatableBody, Request, Requires, StaffProblems,
};
use shared::idempotency_keys::KeyOwner;
use shared::ids::{ProductId, VariantId};
use shared::stock::store::{StockChange, change_all, lock_stock, refresh_availability};
use shared::stock::{AdjustmentReason, Change, Refusal};
use shared::users::{ClientInfo, Stamp, permissions};

use crate::bulk::{
    BulkResponse, BulkResult, MAX_ITEMS, VariantKey, accept, changed_variants, check_variant_key, find, refuse,
};

/// A change of the stock of a variant: `received`, `adjusted_by` with its `reason`, or `counted` with `on_hand_seen`. The variant is given by either
/// `variant_id` or `sku`.
#[derive(Debug, Request)]
#[request(validate = check_change)]
pub(crate) struct BulkStockItem {
    /// Id of the variant.
    pub variant_id: Option<VariantId>,
    /// SKU of the variant.
    #[field(max = MAX_SKU)]
    #[schema(example = "SHIRT-M-BLUE")]
    pub sku: Option<String>,
    /// Number of units that arrived; they are added to the stock.
    #[field(not_null, min = 1, max = MAX_UNITS)]
    pub received: Option<i32>,
    /// Number of units by which the stock changes: negative for `written_off`, positive for `returned`, either for `corrected`.
    #[field(not_null, min = -MAX_UNITS, max = MAX_UNITS)]
    pub adjusted_by: Option<i32>,
    /// Reason for `adjusted_by`.
    #[field(not_null)]
    pub reason: Option<AdjustmentReason>,
    /// Number of units that were counted on the shelf. It replaces the stock, but only while the stock still is `on_hand_seen`; otherwise the item
    /// is refused and the error names the stock, so that nothing that was sold during the count comes back. While units are backordered, a count
    /// above 0 is refused: send what came in as `received`.
    #[field(not_null, min = 0, max = MAX_UNITS)]
    #[schema(example = 12)]
    pub counted: Option<i32>,
    /// Number of units in stock that the person who counted saw before the count.
    #[field(not_null, min = 0, max = MAX_UNITS)]
    #[schema(example = 13)]
    pub on_hand_seen: Option<i32>,
}

fn check_change(fields: &mut Fields) {
    check_variant_key(fields);
    if ["received", "adjusted_by", "counted"].into_iter().filter(|name| fields.has(name)).count() != 1 {
        fields.error("non_field_errors", "Send one of received, adjusted_by and counted.");
    }
    for (change, other, what) in [
        ("adjusted_by", "reason", "the reason of the adjustment"),
        ("counted", "on_hand_seen", "the stock that you saw before the count"),
    ] {
        match (fields.has(change), fields.has(other)) {
            (true, false) => fields.error(other, format!("Send {what} together with {change}.")),
            (false, true) => fields.error(other, format!("Send {other} only together with {change}.")),
            (true, true) | (false, false) => {}
        }
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
/// placed at the same time are taken into account: stock never falls below zero, and a count does not undo a sale that came after it. Units that
/// come in go to backorders first, to the oldest order first.
///
/// With an `Idempotency-Key` the request can be repeated for a day: `received` and `adjusted_by` change the stock once, and a request with the same key
/// and body gets the first answer and `Idempotent-Replayed: true`.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/bulk/stock/",
    tag = "catalogue",
    operation_id = "change_stock",
    security(("bearer" = ["stock"]), ("api_key" = ["stock"])),
    params(IdempotencyKey),
    request_body = ChangeStock,
    responses(
        (status = 200, body = BulkResponse, description = "The result of each item.",
            headers(("Idempotent-Replayed" = String, description = "`true` for a repetition."))),
        (status = 422, body = Problem, description = "The key was used for another request: `idempotency_key_reused`."),
        StaffProblems,
    )
)]
pub(crate) async fn change_stock(
    State(app): State<App>,
    Requires(actor, _): Requires<permissions::Stock>,
    client_info: ClientInfo,
    RepeatableBody(body, repeatable): RepeatableBody<ChangeStock>,
) -> Result<Response, ApiError> {
    let repeatable = repeatable.of_actor(&actor);
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    if let Some(first) = repeatable.replay(&mut tx, now).await? {
        return Ok(first);
    }
    let results = change(&mut tx, &body, Stamp { by: actor.id(), at: now }).await?;
    let changed = changed_variants(&results);
    if !body.dry_run && !changed.is_empty() {
        // One record for all items, because the stock ledger has the change of each variant.
        let entry = AuditRecord::by(Kind::StockChanged, &actor, None).with(json!({ "variant_ids": changed }));
        audit::store::record(&mut tx, entry, &client_info, now).await?;
    }
    let answer = Json(BulkResponse::new(body.dry_run, results)).into_response();
    let answer = repeatable.store(&mut tx, KeyOwner::Shop, answer).await?;
    tx.commit().await?;
    Ok(answer)
}

async fn change(tx: &mut Tx, body: &ChangeStock, stamp: Stamp) -> Result<Vec<BulkResult>, ApiError> {
    let keys: Vec<VariantKey> =
        body.items.iter().map(|item| VariantKey::of(item.variant_id, item.sku.as_ref())).collect();
    let (variants, mut results) = find(tx, &keys).await?;
    let ids: Vec<VariantId> = variants.values().map(|variant| variant.id).collect();
    let stock = lock_stock(tx, &ids).await?;
    let mut changes: Vec<StockChange> = Vec::new();
    for (item, variant) in &variants {
        let change = body.items.get(*item).and_then(BulkStockItem::change);
        let (Some(change), Some(before)) = (change, stock.get(&variant.id).copied()) else {
            results.push(refuse(*item, None, FieldErrors::one("non_field_errors", "There is no such variant.")));
            continue;
        };
        match change.apply_to(before) {
            Err(refusal) => {
                let errors = FieldErrors::one(field_of(change, refusal), refusal.to_string());
                results.push(refuse(*item, Some(variant), errors));
            }
            Ok(after) => {
                results.push(accept(*item, variant, after != before.on_hand));
                changes.push(StockChange {
                    variant: variant.id,
                    units: after - before.on_hand,
                    reason: change.reason(),
                });
            }
        }
    }
    if !body.dry_run {
        let availability_changed = change_all(tx, &changes, stamp).await?;
        let is_changed = |variant: &&NamedVariant| availability_changed.contains(&variant.id);
        let products: BTreeSet<ProductId> =
            variants.values().filter(is_changed).map(|variant| variant.product).collect();
        if !products.is_empty() {
            refresh_availability(tx, &Vec::from_iter(products)).await?;
        }
    }
    results.sort_by_key(|result| result.item);
    Ok(results)
}

impl BulkStockItem {
    /// Returns the one change that the item has.
    fn change(&self) -> Option<Change> {
        let adjusted = self.adjusted_by.zip(self.reason).map(|(by, reason)| Change::Adjusted { by, reason });
        let counted = self.counted.zip(self.on_hand_seen).map(|(units, seen)| Change::Counted { units, seen });
        self.received.map(Change::Received).or(adjusted).or(counted)
    }
}

/// Returns the field that a refusal is about.
fn field_of(change: Change, refusal: Refusal) -> &'static str {
    match (change, refusal) {
        (_, Refusal::Moved { .. }) => "on_hand_seen",
        (Change::Received(_), _) => "received",
        (Change::Adjusted { .. }, _) => "adjusted_by",
        (Change::Counted { .. }, _) => "counted",
    }
}
