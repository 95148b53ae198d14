//! What can be asked of the list of products.

use serde::de::DeserializeOwned;
use shared::catalogue::limits::MAX_TAG;
use shared::catalogue::store::facets::Wanted;
use shared::catalogue::{IdOrSlug, Status};
use shared::http::{Fields, FromFields, PageQuery};
use shared::money::Money;
use shared::time::Timestamp;
use utoipa::IntoParams;

use crate::products::list_item::Field;
use crate::products::sort::ProductOrdering;

/// How many brands can be asked for at once.
const MAX_BRANDS: usize = 50;

/// Which products, and in what order. A filter that is blank counts as not sent.
#[derive(Clone, Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductQuery {
    /// Words: every one of them begins a word of the product's name, brand, categories, tags, SKUs or description. Case and
    /// accents do not matter. Where that finds nothing, a word that no product has stands for those that look like it: typing errors are
    /// forgiven in words of four letters and more. A text without any letter or digit finds nothing.
    #[param(required = false, max_length = 200)]
    pub(crate) search: Option<String>,
    /// A brand's id or slug, or several with commas between them.
    #[param(required = false, value_type = Option<String>, example = "ana,bela")]
    pub(crate) brand: Option<Vec<IdOrSlug>>,
    /// A category's id or slug. Its descendants count, too.
    #[param(required = false, value_type = Option<String>)]
    pub(crate) category: Option<IdOrSlug>,
    /// Names of attributes with the values to choose from, whatever their case: `color:red,blue;size:m`. A product is found by one variant
    /// that has a value of each. At most four attributes. A sign that belongs to a name or value has a backslash before it.
    #[param(required = false, value_type = Option<String>, max_length = 500, example = "color:red,blue;size:m")]
    pub(crate) attributes: Option<Vec<(String, Vec<String>)>>,
    /// A tag, as it is written.
    #[param(required = false, max_length = 255)]
    pub(crate) tag: Option<String>,
    /// Whether any variant is in stock.
    #[param(required = false)]
    pub(crate) is_available: Option<bool>,
    /// Another name for `is_available`, which goes before it.
    #[param(required = false)]
    pub(crate) in_stock: Option<bool>,
    /// The dearest variant costs at least this.
    #[param(required = false, value_type = Option<String>, example = "10.00")]
    pub(crate) price_min: Option<Money>,
    /// The cheapest variant costs at most this.
    #[param(required = false, value_type = Option<String>, example = "99.90")]
    pub(crate) price_max: Option<Money>,
    /// Came into the catalogue then or later.
    #[param(required = false, value_type = Option<String>, format = DateTime, example = "2026-11-22T06:38:51Z")]
    pub(crate) created_after: Option<Timestamp>,
    /// Came into the catalogue before then.
    #[param(required = false, value_type = Option<String>, format = DateTime, example = "2026-11-22T06:38:51Z")]
    pub(crate) created_before: Option<Timestamp>,
    /// How far it is: `draft`, `active` or `archived`. For staff; others only ever see what is active.
    #[param(required = false, inline)]
    pub(crate) status: Option<Status>,
    /// `relevance` where words are sought, else the newest first, if not said.
    #[param(required = false, inline)]
    pub(crate) ordering: Option<ProductOrdering>,
    /// `true`, or which of `brand`, `category`, `attributes`, `price` and `availability`, with commas between them: what the list can be
    /// narrowed down to, with counts.
    #[param(required = false, value_type = Option<String>, example = "brand,price")]
    pub(crate) facets: Option<Wanted>,
    /// Which fields of each product, with commas between them; all, if not said.
    #[param(required = false, value_type = Option<String>, example = "id,name,price_range")]
    pub(crate) fields: Option<Vec<Field>>,
    /// `variants`, `images` or both: shown with each product, at most 50 variants and 20 images.
    #[param(required = false, value_type = Option<String>, example = "variants,images")]
    pub(crate) expand: Option<Expanded>,
}

/// What is shown with each product beside its card.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Expanded {
    pub(crate) variants: bool,
    pub(crate) images: bool,
}

/// Which page of which products.
#[derive(Clone, Debug)]
pub(crate) struct ProductPageQuery {
    pub(crate) page: PageQuery,
    pub(crate) products: ProductQuery,
}

impl FromFields for ProductPageQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let page = PageQuery::read(fields);
        let products = ProductQuery::read(fields);
        Some(Self { page: page?, products: products? })
    }
}

impl FromFields for ProductQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let search = fields.filter("search", |fields, name| fields.text(name, 200));
        let brand = fields.filter("brand", brands);
        let category = fields.filter("category", |fields, name| fields.text(name, 200)?.parse().ok());
        let attributes = fields.filter("attributes", attributes);
        let tag = fields.filter("tag", |fields, name| fields.text(name, MAX_TAG));
        let is_available = fields.filter("is_available", Fields::boolean);
        let in_stock = fields.filter("in_stock", Fields::boolean);
        let price_min = fields.filter("price_min", Fields::money);
        let price_max = fields.filter("price_max", Fields::money);
        let created_after = fields.filter("created_after", moment);
        let created_before = fields.filter("created_before", moment);
        let status = fields.filter("status", |fields, name| one_of(fields, name, Status::named));
        let ordering = fields.filter("ordering", |fields, name| one_of(fields, name, named));
        let facets = fields.filter("facets", facets);
        let shown = fields.filter("fields", |fields, name| each_of(fields, name, named));
        let expand = fields.filter("expand", expanded);
        Some(Self {
            search: search?,
            brand: brand?,
            category: category?,
            attributes: attributes?,
            tag: tag?,
            is_available: is_available?,
            in_stock: in_stock?,
            price_min: price_min?,
            price_max: price_max?,
            created_after: created_after?,
            created_before: created_before?,
            status: status?,
            ordering: ordering?,
            facets: facets?,
            fields: shown?,
            expand: expand?,
        })
    }
}

fn brands(fields: &mut Fields, name: &str) -> Option<Vec<IdOrSlug>> {
    let text = fields.text(name, 1000)?;
    let brands: Vec<IdOrSlug> = text.split(',').map(str::trim).filter_map(|brand| brand.parse().ok()).collect();
    if brands.len() > MAX_BRANDS {
        fields.error(name, format!("Ensure this field has no more than {MAX_BRANDS} elements."));
        return None;
    }
    Some(brands)
}

fn attributes(fields: &mut Fields, name: &str) -> Option<Vec<(String, Vec<String>)>> {
    let text = fields.text(name, 500)?;
    let attributes = crate::products::attribute_filter::parse(&text);
    if let Err(message) = &attributes {
        fields.error(name, message);
    }
    attributes.ok()
}

fn moment(fields: &mut Fields, name: &str) -> Option<Timestamp> {
    // A plus that was not escaped comes as a blank.
    let moment = fields.text(name, 50)?.replace(' ', "+").parse().ok();
    if moment.is_none() {
        fields.error(name, "Datetime has wrong format. Use one of these formats instead: 2026-11-22T06:38:51Z.");
    }
    moment
}

/// What has this name where names are what serde reads.
fn named<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

fn one_of<T>(fields: &mut Fields, name: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    let text = fields.text(name, 50)?;
    let choice = read(&text);
    if choice.is_none() {
        fields.error(name, format!("\"{text}\" is not a valid choice."));
    }
    choice
}

fn each_of<T>(fields: &mut Fields, name: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let text = fields.text(name, 500)?;
    let mut choices = Vec::new();
    for part in text.split(',').map(str::trim) {
        match read(part) {
            Some(choice) => choices.push(choice),
            None => fields.error(name, format!("\"{part}\" is not a valid choice.")),
        }
    }
    Some(choices)
}

fn facets(fields: &mut Fields, name: &str) -> Option<Wanted> {
    if let "true" | "1" | "false" | "0" = fields.text(name, 100)?.as_str() {
        return fields.boolean(name).map(|all| if all { Wanted::ALL } else { Wanted::default() });
    }
    let each = each_of(fields, name, |part| match part {
        "brand" => Some(Wanted { brands: true, ..Wanted::default() }),
        "category" => Some(Wanted { categories: true, ..Wanted::default() }),
        "attributes" => Some(Wanted { attributes: true, ..Wanted::default() }),
        "price" => Some(Wanted { prices: true, ..Wanted::default() }),
        "availability" => Some(Wanted { availability: true, ..Wanted::default() }),
        _ => None,
    })?;
    Some(each.into_iter().fold(Wanted::default(), Wanted::and))
}

fn expanded(fields: &mut Fields, name: &str) -> Option<Expanded> {
    let each = each_of(fields, name, |part| match part {
        "variants" => Some(Expanded { variants: true, images: false }),
        "images" => Some(Expanded { variants: false, images: true }),
        _ => None,
    })?;
    Some(each.into_iter().fold(Expanded::default(), |all, one| Expanded {
        variants: all.variants || one.variants,
        images: all.images || one.images,
    }))
}
