//! Attributes and values by what files call them. They come into being as they are needed.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::write::{IdOrName, KnownValue, NamedValue, find_or_make_values};
use super::plan::Plan;
use crate::app::db::Tx;
use crate::catalogue::product_import::ImportVariant;
use crate::ids::{AttributeId, AttributeValueId};

/// Which values the options of variants are.
#[derive(Default)]
pub(super) struct Options(HashMap<NamedValue, KnownValue>);

impl Options {
    /// Those of the variants that have other options than before.
    pub(super) async fn find_or_make(tx: &mut Tx, plans: &[&mut Plan<'_>]) -> sqlx::Result<Self> {
        let options = plans
            .iter()
            .flat_map(|plan| plan.entry.variants.iter().zip(&plan.variants))
            .filter(|(_, plan)| plan.has_other_options)
            .flat_map(|(variant, _)| &variant.options);
        // In the order in which they came: S, M, L stay so.
        let mut seen = HashSet::new();
        let named: Vec<NamedValue> = options.filter(|option| seen.insert(*option)).map(named).collect();
        if named.is_empty() { Ok(Self::default()) } else { find_or_make_values(tx, &named).await.map(Self) }
    }

    /// The values of a variant by attribute. Of an attribute that is named twice the last value counts.
    pub(super) fn of(&self, variant: &ImportVariant) -> BTreeMap<AttributeId, AttributeValueId> {
        let known = variant.options.iter().filter_map(|option| self.0.get(&named(option)));
        known.map(|known| (known.attribute_id, known.id)).collect()
    }
}

fn named((attribute, value): &(String, String)) -> NamedValue {
    NamedValue::Of { attribute: IdOrName::Name(attribute.clone()), value: IdOrName::Name(value.clone()) }
}
