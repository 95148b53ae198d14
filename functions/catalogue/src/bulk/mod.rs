//! Changes of many variants in one request: the variant of each item and the result of each item.

mod prices;
mod stock;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use shared::app::App;
use shared::app::db::Tx;
use shared::catalogue::store::write::{NamedVariant, find_variants};
use shared::http::{ApiError, FieldErrors, Fields};
use shared::ids::VariantId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes of bulk changes.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(prices::change_prices)).routes(routes!(stock::change_stock))
}

/// Maximum number of items in one request.
const MAX_ITEMS: usize = 1_000;

/// The variant of an item, by its id or by its SKU.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum VariantKey {
    Id(VariantId),
    Sku(String),
}

/// Checks that an item has the id or the SKU of its variant, and not both.
pub(crate) fn check_variant_key(fields: &mut Fields) {
    if fields.is_given("variant_id") == fields.is_given("sku") {
        fields.error("non_field_errors", "Send either variant_id or sku.");
    }
}

impl VariantKey {
    /// Returns the key that an item has.
    pub(crate) fn of(id: Option<VariantId>, sku: Option<&String>) -> Self {
        match id {
            Some(id) => Self::Id(id),
            None => Self::Sku(sku.cloned().unwrap_or_default()),
        }
    }
}

/// Outcome of one item: `changed`, `unchanged` (the variant already was as requested) or `refused` (nothing was changed).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BulkOutcome {
    /// The item was applied and changed something.
    Changed,
    /// The variant already was as requested.
    Unchanged,
    /// The item was refused; `errors` has the reasons. Nothing was changed.
    Refused,
}

/// The result of one item.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct BulkResult {
    /// Index of the item in the request, from 0.
    pub item: usize,
    /// Id of the variant; null if there is no such variant.
    pub variant_id: Option<VariantId>,
    /// SKU of the variant; null if there is no such variant.
    pub sku: Option<String>,
    /// Outcome of the item.
    pub outcome: BulkOutcome,
    /// Reasons for the refusal, by field; empty if the item was not refused.
    pub errors: FieldErrors,
}

/// The results of all items.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct BulkResponse {
    /// True if the request was a dry run and nothing was written.
    pub dry_run: bool,
    /// Number of items that changed something.
    pub changed: usize,
    /// Number of items whose variant already was as requested.
    pub unchanged: usize,
    /// Number of items that were refused.
    pub refused: usize,
    /// One result for each item, in the order of the items.
    pub results: Vec<BulkResult>,
}

impl BulkResponse {
    pub(crate) fn new(dry_run: bool, results: Vec<BulkResult>) -> Self {
        let count = |outcome| results.iter().filter(|result| result.outcome == outcome).count();
        let (changed, unchanged) = (count(BulkOutcome::Changed), count(BulkOutcome::Unchanged));
        Self { dry_run, changed, unchanged, refused: count(BulkOutcome::Refused), results }
    }
}

/// Finds the variants of the items, each with the index of its item. An item gets its result here if its variant does not exist or
/// if an earlier item has the same variant.
pub(crate) async fn find(
    tx: &mut Tx,
    keys: &[VariantKey],
) -> Result<(BTreeMap<usize, NamedVariant>, Vec<BulkResult>), ApiError> {
    let ids: Vec<VariantId> =
        keys.iter().filter_map(|key| if let VariantKey::Id(id) = key { Some(*id) } else { None }).collect();
    let skus: Vec<String> =
        keys.iter().filter_map(|key| if let VariantKey::Sku(sku) = key { Some(sku.clone()) } else { None }).collect();
    let found = find_variants(tx, &ids, &skus).await?;
    let by_id: HashMap<VariantId, &NamedVariant> = found.iter().map(|variant| (variant.id, variant)).collect();
    let by_sku: HashMap<&str, &NamedVariant> = found.iter().map(|variant| (variant.sku.as_str(), variant)).collect();
    let (mut variants, mut refused, mut seen) = (BTreeMap::new(), Vec::new(), HashSet::new());
    for (item, key) in keys.iter().enumerate() {
        let (variant, field) = match key {
            VariantKey::Id(id) => (by_id.get(id), "variant_id"),
            VariantKey::Sku(sku) => (by_sku.get(sku.as_str()), "sku"),
        };
        match variant {
            None => refused.push(refuse(item, None, FieldErrors::one(field, "There is no such variant."))),
            Some(variant) if !seen.insert(variant.id) => {
                let twice =
                    FieldErrors::one(field, "An earlier item has the same variant. Send one item for each variant.");
                refused.push(refuse(item, Some(variant), twice));
            }
            Some(variant) => drop(variants.insert(item, (*variant).clone())),
        }
    }
    Ok((variants, refused))
}

/// Returns the variants of the items that changed something.
pub(crate) fn changed_variants(results: &[BulkResult]) -> Vec<VariantId> {
    let changed = results.iter().filter(|result| result.outcome == BulkOutcome::Changed);
    changed.filter_map(|result| result.variant_id).collect()
}

pub(crate) fn refuse(item: usize, variant: Option<&NamedVariant>, errors: FieldErrors) -> BulkResult {
    BulkResult {
        item,
        variant_id: variant.map(|variant| variant.id),
        sku: variant.map(|variant| variant.sku.clone()),
        outcome: BulkOutcome::Refused,
        errors,
    }
}

pub(crate) fn accept(item: usize, variant: &NamedVariant, changes: bool) -> BulkResult {
    BulkResult {
        item,
        variant_id: Some(variant.id),
        sku: Some(variant.sku.clone()),
        outcome: if changes { BulkOutcome::Changed } else { BulkOutcome::Unchanged },
        errors: FieldErrors::default(),
    }
}
