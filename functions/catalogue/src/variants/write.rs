//! Writes the variants of a product as they are said: all of them, or one beside the others.

use std::collections::{HashMap, HashSet};

use shared::catalogue::limits::MAX_VARIANTS;
use shared::catalogue::store::write::{
    KnownValue, NamedValue, VariantState, default_variant, find_or_make_values, judged, set_default_variant,
    skus_of_others, write_variants,
};
use shared::catalogue::{ProductVariant, is_made_name, made_name};
use shared::http::{ApiError, FieldErrors};
use shared::ids::{AttributeValueId, VariantId};
use shared::money::Money;

use crate::products::edit::{ALIKE, NEGATIVE, NamedVariant, ProductChange, TOO_DEAR, no_such};
use crate::variants::body::{CreateVariant, UpdateVariant};

/// A variant on its way: what it was, and what is said of it.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// What it was; none where it is new.
    pub(crate) known: Option<ProductVariant>,
    /// What is to be otherwise.
    pub(crate) patch: UpdateVariant,
    /// What a new one begins with.
    pub(crate) inventory_count: i32,
    /// Where it stands in the body; none where nothing is said of it.
    pub(crate) at: Option<usize>,
}

impl Wanted {
    /// One of which nothing is said.
    pub(crate) fn kept(variant: &ProductVariant) -> Self {
        Self { known: Some(variant.clone()), ..Self::default() }
    }

    fn sku(&self) -> &str {
        self.patch.sku.as_deref().or(self.known.as_ref().map(|known| known.sku.as_str())).unwrap_or_default()
    }

    fn is_archived(&self) -> bool {
        self.patch.is_archived.unwrap_or(self.known.as_ref().is_some_and(|known| known.is_archived))
    }
}

/// All variants of the product, as a list says them: one is known by its id, or by its SKU if nobody else in the list has its id.
pub(crate) fn all_said(change: &ProductChange, said: Vec<CreateVariant>) -> Result<Vec<Wanted>, ApiError> {
    let before = &change.before.variants;
    let (mut errors, mut if_none_match) = (FieldErrors::default(), HashSet::new());
    let by_id: HashSet<VariantId> = said.iter().filter_map(|variant| variant.id).collect();
    let mut wanted = Vec::new();
    for (at, variant) in said.into_iter().enumerate() {
        let known = match variant.id {
            Some(id) => before.iter().find(|known| known.id == id),
            None => before.iter().find(|known| known.sku == variant.sku && !by_id.contains(&known.id)),
        };
        match (known, variant.id) {
            (None, Some(id)) => errors.add(change.said.field(at, "id"), no_such(id)),
            (Some(known), id) if !if_none_match.insert(known.id) => {
                let field = if id.is_some() { "id" } else { "sku" };
                errors.add(change.said.field(at, field), "This variant is named twice.");
            }
            _ => {}
        }
        let inventory_count = variant.inventory_count;
        wanted.push(Wanted { known: known.cloned(), patch: variant.into(), inventory_count, at: Some(at) });
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    wanted.sort_by_key(|variant| place(variant.patch.position, variant.at));
    Ok(wanted)
}

/// One variant beside the others, which stay as they are. It goes to its place, or behind the others where none is said and it is new.
pub(crate) fn one_said(change: &ProductChange, one: Wanted) -> Vec<Wanted> {
    let id = one.known.as_ref().map(|known| known.id);
    let before = &change.before.variants;
    let stood = before.iter().position(|known| Some(known.id) == id);
    let others: Vec<&ProductVariant> = before.iter().filter(|known| Some(known.id) != id).collect();
    let place = match (one.patch.position, stood) {
        (Some(position), _) => usize::try_from(position).unwrap_or(usize::MAX),
        (None, Some(stood)) => stood,
        (None, None) => others.iter().filter(|other| !other.is_archived).count(),
    };
    let mut wanted: Vec<Wanted> = others.into_iter().map(Wanted::kept).collect();
    wanted.insert(place.min(wanted.len()), one);
    wanted
}

/// Where something stands that says its place, or stands where it is listed.
pub(crate) fn place(said: Option<i32>, at: Option<usize>) -> usize {
    said.map_or(at, |said| usize::try_from(said).ok()).unwrap_or_default()
}

/// Writes these variants and removes the others; answers their ids. Their prices are counted from this base price.
pub(crate) async fn write_all(
    change: &mut ProductChange,
    base_price: Money,
    wanted: Vec<Wanted>,
) -> Result<Vec<VariantId>, ApiError> {
    let values = values_of(change, &wanted).await?;
    let states: Vec<VariantState> =
        wanted.iter().zip(values).map(|(variant, values)| state(variant, values, base_price)).collect();
    let errors = judge(change, &wanted, &states, base_price).await?;
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let (product, now) = (change.id(), change.now);
    let was_default = default_variant(&mut change.tx, product).await?;
    let done = judged(write_variants(&mut change.tx, product, &states, now).await)?;
    let ids = change.told(done)?;
    let named = |(id, state): (&VariantId, VariantState)| NamedVariant {
        id: *id,
        sku: state.sku,
        is_archived: state.is_archived,
    };
    change.variants = ids.iter().zip(states).map(named).collect();
    let default = default_of(was_default, &wanted, &ids);
    set_default_variant(&mut change.tx, product, default).await?;
    Ok(ids)
}

/// The one that is said to be; else the one that was, as long as it is sold and nobody says that it is not.
fn default_of(was_default: Option<VariantId>, wanted: &[Wanted], ids: &[VariantId]) -> Option<VariantId> {
    let sold = || wanted.iter().zip(ids).filter(|(variant, _)| !variant.is_archived());
    let said = sold().find(|(variant, _)| variant.patch.is_default == Some(true));
    let was = || sold().find(|(variant, id)| Some(**id) == was_default && variant.patch.is_default.is_none());
    said.or_else(was).map(|(_, id)| *id)
}

type Values = Vec<(KnownValue, bool)>;

/// The values of each, and whether they are said.
async fn values_of(change: &mut ProductChange, wanted: &[Wanted]) -> Result<Vec<Values>, ApiError> {
    let named: Vec<Option<Vec<NamedValue>>> = wanted.iter().map(|variant| variant.patch.values()).collect();
    let all: Vec<NamedValue> = named.iter().flatten().flatten().cloned().collect();
    let found = if all.is_empty() { HashMap::new() } else { find_or_make_values(&mut change.tx, &all).await? };
    let mut errors = FieldErrors::default();
    let mut values = Vec::new();
    for (variant, named) in wanted.iter().zip(named) {
        let at = variant.at.unwrap_or_default();
        let Some(named) = named else {
            values.push(variant.known.as_ref().map(as_before).unwrap_or_default());
            continue;
        };
        let mut own: Values = Vec::new();
        for (place, name) in named.iter().enumerate() {
            let field = |field: &str| change.said.field(at, field);
            match (found.get(name), name) {
                (Some(value), _) if own.iter().any(|(other, _)| other.attribute_id == value.attribute_id) => {
                    let list = if matches!(name, NamedValue::Id(_)) { "attribute_value_ids" } else { "options" };
                    errors.add(field(list), format!("A variant has at most one value of \"{}\".", value.attribute));
                }
                (Some(value), _) => own.push((value.clone(), true)),
                (None, NamedValue::Id(id)) => errors.add(field("attribute_value_ids"), no_such(id)),
                (None, NamedValue::Of { .. }) => {
                    errors.add(field(&format!("options.{place}")), "There is no such attribute with such a value.");
                }
            }
        }
        values.push(own);
    }
    if errors.is_empty() { Ok(values) } else { Err(errors.into()) }
}

fn as_before(variant: &ProductVariant) -> Values {
    let values = variant.attribute_values.iter().map(|value| KnownValue {
        attribute_id: value.attribute_id,
        attribute: value.attribute.clone(),
        id: value.id,
        value: value.value.clone(),
    });
    values.map(|value| (value, false)).collect()
}

/// What it was, with what is said of it.
fn state(wanted: &Wanted, values: Values, base_price: Money) -> VariantState {
    let (known, patch) = (wanted.known.as_ref(), &wanted.patch);
    let is_said = values.iter().any(|(_, is_said)| *is_said) || patch.values().is_some();
    let was_made = |known: &ProductVariant| {
        is_made_name(&known.name, known.attribute_values.iter().map(|value| value.value.as_str()))
    };
    let made = || made_name(values.iter().map(|(value, _)| value.value.as_str()));
    let name = match (&patch.name, known) {
        (Some(name), _) => name.clone(),
        (None, Some(known)) if !is_said || !was_made(known) => known.name.clone(),
        (None, _) => made(),
    };
    let own_price = patch.own_price.apply(known.and_then(|known| known.own_price));
    let adjustment = patch.price_adjustment.or(known.map(|known| known.price_adjustment)).unwrap_or_default();
    VariantState {
        id: known.map(|known| known.id),
        sku: wanted.sku().to_owned(),
        name,
        price_adjustment: own_price.map_or(adjustment, |own| Money::from_minor(own.minor() - base_price.minor())),
        own_price,
        compare_at_price: patch.compare_at_price.apply(known.and_then(|known| known.compare_at_price)),
        barcode: patch.barcode.clone().apply(known.and_then(|known| known.barcode.clone())),
        weight_grams: patch.weight_grams.apply(known.and_then(|known| known.weight_grams)),
        is_archived: wanted.is_archived(),
        values: values.into_iter().map(|(value, _)| (value.attribute_id, value.id)).collect(),
        inventory_count: wanted.inventory_count,
    }
}

/// What is wrong with them, each where it is said. What others write meanwhile is for the database to judge.
async fn judge(
    change: &mut ProductChange,
    wanted: &[Wanted],
    states: &[VariantState],
    base_price: Money,
) -> Result<FieldErrors, ApiError> {
    let mut errors = FieldErrors::default();
    let skus: Vec<String> = states.iter().map(|state| state.sku.clone()).collect();
    let product = change.id();
    let taken: HashSet<String> = skus_of_others(&mut change.tx, product, &skus).await?.into_iter().collect();
    let (mut seen_skus, mut seen_values, mut defaults) = (HashSet::new(), HashSet::new(), 0);
    // Those of which nothing is said first: the fault lies with those that come to them.
    let mut all: Vec<(&Wanted, &VariantState)> = wanted.iter().zip(states).collect();
    all.sort_by_key(|(wanted, _)| wanted.at);
    for (wanted, state) in all {
        let field = |field: &str| change.said.field(wanted.at.unwrap_or_default(), field);
        if taken.contains(&state.sku) || !seen_skus.insert(&state.sku) {
            errors.add(field("sku"), "variant with this sku already exists.");
        }
        let mut values: Vec<AttributeValueId> = state.values.iter().map(|(_, value)| *value).collect();
        values.sort_unstable();
        if !state.is_archived && !seen_values.insert(values) {
            errors.add(field("non_field_errors"), ALIKE);
        }
        let price = base_price + state.price_adjustment;
        if wanted.at.is_some() && price.minor() < 0 {
            errors.add(field("price_adjustment"), NEGATIVE);
        } else if wanted.at.is_some() && state.id.map_or(price > Money::MAX_PRICE, |id| change.is_too_dear(id, price)) {
            errors.add(field("price_adjustment"), TOO_DEAR);
        }
        defaults += usize::from(wanted.patch.is_default == Some(true));
        if wanted.patch.is_default == Some(true) && (defaults > 1 || state.is_archived) {
            errors.add(field("is_default"), "One variant that is sold is the default.");
        }
    }
    let sold = states.iter().filter(|state| !state.is_archived).count();
    // An import may have brought more. Those can be changed, and not added to.
    if sold > MAX_VARIANTS.max(change.before.variants.iter().filter(|variant| !variant.is_archived).count()) {
        errors.add("non_field_errors", format!("A product has at most {MAX_VARIANTS} variants."));
    }
    Ok(errors)
}
