//! Gives variants of a file whose SKU is taken another one: the SKU with a number. The same file gives the same SKUs again, because a
//! variant that has such a SKU is found by its values and keeps it.

use std::collections::{HashMap, HashSet};

use super::edit::{ProductEdit, VariantEdit, VariantsEdit};
use super::variants::find_one;
use crate::app::db::Tx;
use crate::catalogue::limits::MAX_SKU;
use crate::catalogue::store::snapshot::{self, ProductSnapshot};
use crate::catalogue::store::write::{SkuOwner, sku_owners};
use crate::ids::ProductId;

/// Maximum number of SKUs with a number that are tried for a variant in addition to those that the batch needs itself.
const MAX_TRIES: usize = 50;

/// A variant whose SKU is taken, by its indexes in the batch.
struct Homeless {
    product: usize,
    variant: usize,
    sku: String,
}

/// Changes the SKUs that an earlier variant of the batch, or another product, has. A SKU with which this fails stays, and is then refused.
pub(super) async fn add_suffixes(tx: &mut Tx, edits: &mut [ProductEdit]) -> sqlx::Result<()> {
    let wanted: Vec<String> = edits.iter().flat_map(skus).map(str::to_owned).collect();
    let owners = sku_owners(tx, &wanted).await?;
    let handles: Vec<String> = edits.iter().filter_map(|edit| edit.product.handle()).map(str::to_owned).collect();
    let found = snapshot::find_all(tx, &handles).await?;
    let products: HashMap<&str, &ProductSnapshot> =
        found.iter().filter_map(|product| Some((product.handle.as_deref()?, product))).collect();
    let mut claimed: HashSet<String> = HashSet::new();
    let mut homeless = Vec::new();
    for (product, edit) in edits.iter_mut().enumerate() {
        let before = edit.product.handle().and_then(|handle| products.get(handle)).copied();
        let taken = Taken { owners: &owners, own: before.map(|before| before.id), repeated: repeated(edit) };
        // Variants that have such a SKU come first, so that no other row of the product gets it.
        let mut settled: HashSet<usize> = HashSet::new();
        for (variant, edit) in variants(edit).iter_mut().enumerate() {
            let Some(sku) = edit.sku.as_deref().filter(|sku| taken.has(sku)) else { continue };
            let current = before.and_then(|before| current(edit, sku, before));
            if let Some(current) = current.filter(|current| claimed.insert(current.clone())) {
                edit.sku = Some(current);
                settled.insert(variant);
            }
        }
        for (variant, edit) in variants(edit).iter().enumerate().filter(|(variant, _)| !settled.contains(variant)) {
            let Some(sku) = edit.sku.clone() else { continue };
            let is_foreign = taken.is_foreign(&sku);
            if is_foreign || !claimed.insert(sku.clone()) {
                homeless.push(Homeless { product, variant, sku });
            }
        }
    }
    let tries = homeless.len() + MAX_TRIES;
    let candidates: Vec<String> = homeless.iter().flat_map(|one| numbered(&one.sku, tries)).collect();
    let mut unavailable: HashSet<String> = sku_owners(tx, &candidates).await?.into_keys().chain(wanted).collect();
    for Homeless { product, variant, sku } in homeless {
        let free = numbered(&sku, tries).find(|sku| !unavailable.contains(sku) && !claimed.contains(sku));
        if let (Some(free), Some(edit)) =
            (free, edits.get_mut(product).and_then(|edit| variants(edit).get_mut(variant)))
        {
            unavailable.insert(free.clone());
            edit.sku = Some(free);
        }
    }
    Ok(())
}

/// The SKUs that a product cannot have as they are.
struct Taken<'o> {
    owners: &'o HashMap<String, SkuOwner>,
    own: Option<ProductId>,
    repeated: HashSet<String>,
}

impl Taken<'_> {
    fn has(&self, sku: &str) -> bool {
        self.repeated.contains(sku) || self.is_foreign(sku)
    }

    fn is_foreign(&self, sku: &str) -> bool {
        self.owners.get(sku).is_some_and(|owner| Some(owner.product) != self.own)
    }
}

/// Returns the SKUs that several variants of the edit have.
fn repeated(edit: &ProductEdit) -> HashSet<String> {
    let mut seen = HashSet::new();
    skus(edit).filter(|sku| !seen.insert(*sku)).map(str::to_owned).collect()
}

fn skus(edit: &ProductEdit) -> impl Iterator<Item = &str> {
    edit.variants.edits().iter().filter_map(|variant| variant.sku.as_deref())
}

fn variants(edit: &mut ProductEdit) -> &mut [VariantEdit] {
    match &mut edit.variants {
        VariantsEdit::All(edits) | VariantsEdit::AllSold(edits) | VariantsEdit::Some(edits) => edits,
        VariantsEdit::Keep | VariantsEdit::Without(_) => &mut [],
    }
}

/// Returns the SKU that the variant with the edit's values has already, if it is this SKU with or without a number.
fn current(edit: &VariantEdit, sku: &str, before: &ProductSnapshot) -> Option<String> {
    let is_of_sku = |other: &str| {
        let number = other.strip_prefix(sku).map(|rest| rest.strip_prefix('-').map(str::parse::<usize>));
        other == sku || matches!(number, Some(Some(Ok(2..))))
    };
    let by_values = VariantEdit { sku: None, ..edit.clone() };
    find_one(&by_values, &before.variants).map(|old| old.sku.clone()).filter(|other| is_of_sku(other))
}

fn numbered(sku: &str, count: usize) -> impl Iterator<Item = String> {
    (2..2 + count).map(move |number| format!("{sku}-{number}")).filter(|sku| sku.chars().count() <= MAX_SKU)
}
