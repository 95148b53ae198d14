//! What staff say of a variant.

use shared::catalogue::limits::{MAX_ATTRIBUTE, MAX_GRAMS, MAX_SKU, MAX_UNITS, MAX_VALUE};
use shared::catalogue::store::write::{IdOrName, NamedValue};
use shared::http::{Fields, FromFields};
use shared::ids::{AttributeValueId, VariantId};
use shared::money::Money;
use utoipa::ToSchema;

/// How many values a variant may have.
const MAX_VALUES: usize = 20;
/// How long the name of a variant may be: as one that is made of as many values as it may have, with ` / ` between them.
const MAX_NAME: usize = MAX_VALUES * (MAX_VALUE + 3) - 3;

/// A variant as it is to be. What is optional and not said is as it was, or as below where the variant is new.
#[derive(Debug, ToSchema)]
pub(crate) struct CreateVariant {
    /// Which variant of the product, in a list of them; without it the SKU says which.
    #[schema(value_type = VariantId, required = false)]
    pub id: Option<VariantId>,
    /// Its SKU. No other variant has it.
    #[schema(min_length = 1, max_length = 255, example = "SHIRT-BLUE-M")]
    pub sku: String,
    /// What it is called beside its product; made of its values, if not said.
    #[schema(value_type = String, required = false, max_length = 5157, example = "M / Blue")]
    pub name: Option<String>,
    /// What makes it this variant: values by id, at most one of each attribute. No two variants of a product have the same.
    #[schema(value_type = Vec<AttributeValueId>, required = false, max_items = 20)]
    pub attribute_value_ids: Option<Vec<AttributeValueId>>,
    /// The same by name, whatever its case, or by either. Attributes and values that are not there are made.
    #[schema(value_type = Vec<VariantOption>, required = false, max_items = 20)]
    pub options: Option<Vec<VariantOption>>,
    /// What it costs beyond the base price; may be negative, its price may not. Nothing, if not said.
    #[schema(value_type = String, required = false, pattern = r"^-?\d+(\.\d{1,2})?$", example = "2.50")]
    pub price_adjustment: Option<Money>,
    /// Its price, whatever the base price is or becomes. None, if not said. `price` means the same, where neither this nor `price_adjustment`
    /// is sent.
    #[schema(value_type = Option<String>, required = false, example = "149.90")]
    pub own_price: Option<Money>,
    /// The price before a reduction. None, if not said.
    #[schema(value_type = Option<String>, required = false, example = "199.90")]
    pub compare_at_price: Option<Money>,
    /// What the scanner reads. None, if not said.
    #[schema(required = false, max_length = 255)]
    pub barcode: Option<String>,
    /// What it weighs. Unknown, if not said.
    #[schema(required = false, minimum = 0, maximum = 1_000_000_000)]
    pub weight_grams: Option<i32>,
    /// Its place among the variants, from 0. In a list of them as they are listed, if not said; alone behind the others.
    #[schema(value_type = i32, required = false, minimum = 0, maximum = 1_000_000)]
    pub position: Option<i32>,
    /// Whether it is the one to show first.
    #[schema(value_type = bool, required = false)]
    pub is_default: Option<bool>,
    /// Whether it is no longer sold. It is sold again, if not said.
    #[schema(value_type = bool, required = false)]
    pub is_archived: Option<bool>,
    /// How many there are of a new one; none, if not said. Of one that is there it changes nothing.
    #[schema(value_type = i32, required = false, minimum = 0, maximum = 1_000_000_000)]
    pub inventory_count: Option<i32>,
}

/// What of a variant is to change.
#[derive(Clone, Debug, Default, ToSchema)]
pub(crate) struct UpdateVariant {
    /// Its SKU.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 255)]
    pub sku: Option<String>,
    /// What it is called beside its product. One that was made of its values follows them.
    #[schema(value_type = String, required = false, max_length = 5157)]
    pub name: Option<String>,
    /// All of its values, by id.
    #[schema(value_type = Vec<AttributeValueId>, required = false, max_items = 20)]
    pub attribute_value_ids: Option<Vec<AttributeValueId>>,
    /// All of its values, by name, whatever its case, or by id.
    #[schema(value_type = Vec<VariantOption>, required = false, max_items = 20)]
    pub options: Option<Vec<VariantOption>>,
    /// What it costs beyond the base price. Changes nothing while it has a price of its own.
    #[schema(value_type = String, required = false, pattern = r"^-?\d+(\.\d{1,2})?$")]
    pub price_adjustment: Option<Money>,
    /// Its price, whatever the base price; null: the base price and the adjustment again. `price` means the same, where neither this nor
    /// `price_adjustment` is sent.
    #[schema(value_type = Option<String>, required = false)]
    pub own_price: Option<Option<Money>>,
    /// The price before a reduction; null: none.
    #[schema(value_type = Option<String>, required = false)]
    pub compare_at_price: Option<Option<Money>>,
    /// What the scanner reads; null: nothing.
    #[schema(value_type = Option<String>, required = false, max_length = 255)]
    pub barcode: Option<Option<String>>,
    /// What it weighs; null: unknown.
    #[schema(value_type = Option<i32>, required = false, minimum = 0, maximum = 1_000_000_000)]
    pub weight_grams: Option<Option<i32>>,
    /// Its place among the variants, from 0; the others make room.
    #[schema(value_type = i32, required = false, minimum = 0, maximum = 1_000_000)]
    pub position: Option<i32>,
    /// Whether it is the one to show first.
    #[schema(value_type = bool, required = false)]
    pub is_default: Option<bool>,
    /// Whether it is no longer sold; false: it is sold again.
    #[schema(value_type = bool, required = false)]
    pub is_archived: Option<bool>,
}

/// A value of an attribute.
#[derive(Clone, Debug, ToSchema)]
pub(crate) struct VariantOption {
    /// The attribute: its id as a number, or its name as a text.
    #[schema(value_type = IdOrName, example = "Size")]
    pub attribute: IdOrName,
    /// The value: its id as a number, or itself as a text.
    #[schema(value_type = IdOrName, example = "M")]
    pub value: IdOrName,
}

impl FromFields for VariantOption {
    fn read(fields: &mut Fields) -> Option<Self> {
        let (attribute, value) =
            (id_or_name(fields, "attribute", MAX_ATTRIBUTE), id_or_name(fields, "value", MAX_VALUE));
        Some(Self { attribute: attribute?, value: value? })
    }
}

impl FromFields for UpdateVariant {
    fn read(fields: &mut Fields) -> Option<Self> {
        let sku = fields.sent("sku", |fields, field| fields.text(field, MAX_SKU));
        let name = fields.filter("name", |fields, field| fields.text(field, MAX_NAME));
        let attribute_value_ids = fields.maybe("attribute_value_ids", |fields, field| {
            fields.values(field, MAX_VALUES, |fields, at| fields.id(at).map(AttributeValueId))
        });
        let options = fields.maybe("options", |fields, field| fields.list(field, MAX_VALUES));
        let price_adjustment = fields.filter("price_adjustment", Fields::price_adjustment);
        // What a read calls the price is meant as its own, where nothing says how it comes about.
        let says_how = fields.has("own_price") || fields.has("price_adjustment");
        let own_price = nullable(fields, if says_how { "own_price" } else { "price" }, Fields::price);
        let compare_at_price = nullable(fields, "compare_at_price", Fields::price);
        let barcode = nullable(fields, "barcode", |fields, field| fields.text(field, MAX_SKU));
        let weight_grams = nullable(fields, "weight_grams", |fields, field| fields.small_integer(field, 0..=MAX_GRAMS));
        let position = fields.filter("position", |fields, field| fields.small_integer(field, 0..=1_000_000));
        let (is_default, is_archived) =
            (fields.filter("is_default", Fields::boolean), fields.filter("is_archived", Fields::boolean));
        if matches!((&attribute_value_ids, &options), (Some(Some(_)), Some(Some(_)))) {
            fields.error("options", "Say either this or attribute_value_ids.");
            return None;
        }
        Some(Self {
            sku: sku?,
            name: name?,
            attribute_value_ids: attribute_value_ids?,
            options: options?,
            price_adjustment: price_adjustment?,
            own_price: own_price?,
            compare_at_price: compare_at_price?,
            barcode: barcode?,
            weight_grams: weight_grams?,
            position: position?,
            is_default: is_default?,
            is_archived: is_archived?,
        })
    }
}

impl FromFields for CreateVariant {
    fn read(fields: &mut Fields) -> Option<Self> {
        let id = fields.filter("id", |fields, field| fields.id(field).map(VariantId));
        let inventory_count =
            fields.filter("inventory_count", |fields, field| fields.small_integer(field, 0..=MAX_UNITS));
        if !fields.has("sku") {
            fields.error("sku", "This field is required.");
        }
        let said = UpdateVariant::read(fields)?;
        Some(Self {
            id: id?,
            sku: said.sku?,
            name: said.name,
            attribute_value_ids: said.attribute_value_ids,
            options: said.options,
            price_adjustment: said.price_adjustment,
            own_price: said.own_price.flatten(),
            compare_at_price: said.compare_at_price.flatten(),
            barcode: said.barcode.flatten(),
            weight_grams: said.weight_grams.flatten(),
            position: said.position,
            is_default: said.is_default,
            is_archived: said.is_archived,
            inventory_count: inventory_count?,
        })
    }
}

impl From<CreateVariant> for UpdateVariant {
    fn from(all: CreateVariant) -> Self {
        Self {
            sku: Some(all.sku),
            name: all.name,
            attribute_value_ids: all.attribute_value_ids,
            options: all.options,
            price_adjustment: Some(all.price_adjustment.unwrap_or_default()),
            own_price: Some(all.own_price),
            compare_at_price: Some(all.compare_at_price),
            barcode: Some(all.barcode),
            weight_grams: Some(all.weight_grams),
            position: all.position,
            is_default: all.is_default,
            is_archived: Some(all.is_archived.unwrap_or(false)),
        }
    }
}

impl UpdateVariant {
    /// The values it is to have; none where they are not said.
    pub(crate) fn values(&self) -> Option<Vec<NamedValue>> {
        let by_id = self.attribute_value_ids.as_ref().map(|ids| ids.iter().copied().map(NamedValue::Id).collect());
        by_id.or_else(|| {
            let named = |option: &VariantOption| NamedValue::Of {
                attribute: option.attribute.clone(),
                value: option.value.clone(),
            };
            self.options.as_ref().map(|options| options.iter().map(named).collect())
        })
    }
}

/// A field of a PATCH that may be null: what is not sent stays. A blank one counts as null, because forms have no null.
pub(crate) fn nullable<T>(
    fields: &mut Fields,
    name: &str,
    read: impl FnOnce(&mut Fields, &str) -> Option<T>,
) -> Option<Option<Option<T>>> {
    if fields.has(name) { fields.filter(name, read).map(Some) } else { Some(None) }
}

/// A number is an id, a text a name.
pub(crate) fn id_or_name(fields: &mut Fields, name: &str, max: usize) -> Option<IdOrName> {
    if fields.is_number(name) { fields.id(name).map(IdOrName::Id) } else { fields.text(name, max).map(IdOrName::Name) }
}
