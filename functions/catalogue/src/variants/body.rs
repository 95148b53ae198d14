//! The bodies that create, replace and change a variant.

use shared::catalogue::limits::{MAX_GRAMS, MAX_POSITION, MAX_SKU, MAX_UNITS, MAX_VALUE};
use shared::catalogue::store::write::{IdOrName, NamedValue};
use shared::catalogue::write::{PriceEdit, StockEdit, VariantEdit, VariantName, VariantTarget};
use shared::fields::{ReadOnly, ReadOnlyName};
use shared::http::{Fields, Request};
use shared::ids::{AttributeValueId, VariantId};
use shared::money::Money;
use shared::patch::Patch;

/// Maximum number of attribute values of a variant.
const MAX_VALUES: usize = 20;
/// Maximum length of a variant's name, enough for one that is made from all of its values with ` / ` between them.
const MAX_NAME: usize = MAX_VALUES * (MAX_VALUE + 3) - 3;

/// Tells clients how to change the stock.
pub(crate) const CHANGE_STOCK: &str = "Change the stock with POST /api/v1/catalogue/bulk/stock/.";
/// Tells clients that the currency is the same everywhere.
pub(crate) const CURRENCY: &str = "All prices are in the currency of the shop.";

const READ_ONLY: ReadOnly = &[
    ReadOnlyName::fixed("attribute_values", "Send options or attribute_value_ids."),
    ReadOnlyName::moving("backordered"),
    ReadOnlyName::fixed("currency", CURRENCY),
    ReadOnlyName::fixed("id", ""),
    ReadOnlyName::fixed("inventory_count", CHANGE_STOCK),
    ReadOnlyName::fixed("inventory_quantity", CHANGE_STOCK),
    ReadOnlyName::moving("is_available"),
    ReadOnlyName::moving("lowest_price_30_days"),
    ReadOnlyName::fixed("price", "Send own_price, or price_adjustment."),
    ReadOnlyName::fixed("quantity", CHANGE_STOCK),
    ReadOnlyName::fixed("stock", CHANGE_STOCK),
];

/// A variant to create.
#[derive(Clone, Debug, Request)]
#[request(update = UpdateVariant, replace = ReplaceVariant, blank_as_null, validate = check_values, read_only = READ_ONLY)]
pub(crate) struct CreateVariant {
    /// Id of the variant, in the list of a product's variants. Without an id the variant is found by its SKU.
    #[field(create_only)]
    pub id: Option<VariantId>,
    /// Unique stock keeping unit (SKU).
    #[field(max = MAX_SKU)]
    #[schema(example = "SHIRT-M-BLUE")]
    pub sku: String,
    /// Name of the variant within its product. A name that was made from the values changes with them.
    #[field(max = MAX_NAME)]
    #[field(on_create = "Made from the values if left out.", on_replace = "Stays as it is if left out.")]
    #[schema(example = "M / Blue")]
    pub name: Option<String>,
    /// Ids of all attribute values, at most one of each attribute. No two variants of a product have the same values.
    #[field(max = MAX_VALUES, on_replace = "Stay as they are if left out.")]
    pub attribute_value_ids: Option<Vec<AttributeValueId>>,
    /// All attribute values by name, compared without regard to case, or by id. Attributes and values that do not exist are created.
    /// Send either `attribute_value_ids` or `options`.
    #[field(max = MAX_VALUES, on_replace = "Stay as they are if left out.")]
    pub options: Option<Vec<VariantOption>>,
    /// Amount added to the base price; it may be negative and has no effect while the variant has its own price.
    #[field(default, with = Fields::price_adjustment, schema = String)]
    #[schema(pattern = r"^-?\d+(\.\d{1,3})?$", example = "0.00")]
    pub price_adjustment: Money,
    /// Own price, independent of the base price; null means that the variant has none. You may send it as `price`, as responses have it, if you
    /// send neither `own_price` nor `price_adjustment`. With one of them, `price` must be the present price.
    #[field(nullable, schema = String, named = own_price_or_price)]
    pub own_price: Option<Money>,
    /// Price before a reduction; null means that there is none.
    #[field(nullable, schema = String)]
    pub compare_at_price: Option<Money>,
    /// Barcode (GTIN); null means that there is none.
    #[field(nullable, max = MAX_SKU)]
    pub barcode: Option<String>,
    /// Weight in grams; null means that it is unknown.
    #[field(nullable, min = 0, max = MAX_GRAMS)]
    pub weight_grams: Option<i32>,
    /// Position among the variants, from 0; the other variants move.
    #[field(min = 0, max = MAX_POSITION)]
    #[field(
        on_create = "If left out: the position in the list, or after the other variants.",
        on_replace = "Stays as it is if left out."
    )]
    pub position: Option<i32>,
    /// True if this is the variant to show first.
    #[field(on_replace = "Stays as it is if left out.")]
    pub is_default: Option<bool>,
    /// True if the variant is no longer for sale.
    #[field(default)]
    pub is_archived: bool,
    /// Units in stock of a new variant, 0 if left out. The stock of an existing variant cannot be set here, so leave it out or send it unchanged.
    #[field(create_only, min = 0, max = MAX_UNITS)]
    pub inventory_count: Option<i32>,
    /// True if a sale takes units from the stock. If false, the variant can always be bought, whatever the stock is; units that are backordered
    /// stay backordered.
    #[field(not_null, on_create = "True if left out.", on_replace = "Stays as it is if left out.")]
    pub track_inventory: Option<bool>,
    /// True if the variant can be bought with too few units in stock; the missing ones are backordered. It has no effect unless `track_inventory`
    /// is true.
    #[field(not_null, on_create = "False if left out.", on_replace = "Stays as it is if left out.")]
    pub allow_backorder: Option<bool>,
    /// Maximum number of backordered units of all orders; null means that there is no maximum. It is kept, without effect, while `allow_backorder` is
    /// false. If the limit is below the number of backordered units, it only refuses new ones.
    #[field(min = 0, max = MAX_UNITS, on_create = "Null if left out.", on_replace = "Stays as it is if left out.")]
    pub backorder_limit: Patch<i32>,
    /// Maximum number of units that one customer can have in open orders, those of the last 30 days that are placed and not yet paid or cancelled; null means
    /// that the limit of the shop holds.
    #[field(min = 1, max = MAX_UNITS, on_create = "Null if left out.", on_replace = "Stays as it is if left out.")]
    pub quantity_limit_per_customer: Patch<i32>,
}

/// A value of an attribute, by id or by name.
#[derive(Clone, Debug, Request)]
pub(crate) struct VariantOption {
    /// Attribute: its id as a number or its name as a string.
    #[field(with = id_or_name)]
    #[schema(example = "Size")]
    pub attribute: IdOrName,
    /// Value: its id as a number or its text as a string.
    #[field(with = id_or_name)]
    #[schema(example = "M")]
    pub value: IdOrName,
}

/// Responses have the price as `price`, and clients send back what they have read, so it counts as the own price if no other field sets
/// the price.
fn own_price_or_price(fields: &Fields) -> &'static str {
    if fields.has("own_price") || fields.has("price_adjustment") { "own_price" } else { "price" }
}

fn check_values(fields: &mut Fields) {
    if fields.is_given("attribute_value_ids") && fields.is_given("options") {
        fields.error("options", "Send options or attribute_value_ids, not both.");
    }
}

impl CreateVariant {
    /// Returns the edit of a variant in the list of a product's variants. Without an id, the variant is found by its SKU.
    pub(crate) fn edit_in_list(self) -> VariantEdit {
        let variant = self.id.map_or(VariantTarget::Sku, VariantTarget::Id);
        self.edit(variant)
    }

    /// Returns the edit of this variant that the body requests.
    pub(crate) fn edit(self, variant: VariantTarget) -> VariantEdit {
        let initial_stock = Some(self.inventory_count.unwrap_or_default());
        VariantEdit { initial_stock, ..UpdateVariant::from(self).edit(variant) }
    }
}

impl UpdateVariant {
    /// Returns the edit of this variant that the body requests.
    pub(crate) fn edit(self, variant: VariantTarget) -> VariantEdit {
        let named = |option: VariantOption| NamedValue::Of { attribute: option.attribute, value: option.value };
        let by_name = self.options.map(|options| options.into_iter().map(named).collect());
        let by_id = self.attribute_value_ids.map(|ids| ids.into_iter().map(NamedValue::Id).collect());
        VariantEdit {
            variant,
            sku: self.sku,
            name: self.name.map_or(VariantName::Keep, VariantName::Set),
            values: by_id.or(by_name),
            price: PriceEdit::Parts { adjustment: self.price_adjustment, own: self.own_price },
            compare_at_price: self.compare_at_price,
            barcode: self.barcode,
            weight_grams: self.weight_grams,
            position: self.position,
            is_default: self.is_default,
            is_archived: self.is_archived,
            initial_stock: None,
            stock: StockEdit::Keep,
            track_inventory: self.track_inventory,
            allow_backorder: self.allow_backorder,
            backorder_limit: self.backorder_limit,
            quantity_limit_per_customer: self.quantity_limit_per_customer,
        }
    }
}

/// Reads an id from a number and a name from a string.
pub(crate) fn id_or_name(fields: &mut Fields, field: &str) -> Option<IdOrName> {
    if fields.is_number(field) {
        fields.id(field).map(IdOrName::Id)
    } else {
        fields.text(field, MAX_VALUE).map(IdOrName::Name)
    }
}
