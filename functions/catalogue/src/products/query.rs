//! The query of the list of products.

use serde::de::DeserializeOwned;
use shared::catalogue::limits::MAX_TAG;
use shared::catalogue::store::facets::Wanted;
use shared::catalogue::{IdOrSlug, Status};
use shared::fields::FromField;
use shared::http::{Fields, PageQuery, Request};
use shared::money::Money;
use shared::time::Timestamp;

use crate::products::list_item::Field;
use crate::products::sort::ProductOrdering;

/// Maximum number of brands in the filter.
const MAX_BRANDS: usize = 50;
/// Maximum length of a search.
const MAX_SEARCH: usize = 200;
/// Maximum length of the filter by attributes.
const MAX_ATTRIBUTES_TEXT: usize = 500;

/// Filters and ordering of the product list. A blank parameter counts as left out.
#[derive(Clone, Debug, Request)]
#[request(query, blank_as_null)]
pub(crate) struct ProductQuery {
    /// Words to search for. Each matches the beginning of a word of the product's name, brand, categories, tags, SKUs or description; in Chinese,
    /// Japanese, Korean, Thai, Lao, Khmer and Burmese also a word inside a run of letters. Case, accents and width do not matter, and `wifi`
    /// finds `Wi-Fi`. If nothing is found, words of four letters and more that no product has are replaced by similar ones, so that typing
    /// errors are forgiven. A text of blanks is no search; any other text without a letter or digit finds nothing.
    #[field(max = MAX_SEARCH)]
    pub(crate) search: Option<String>,
    /// Id or slug of a brand, or several separated by commas.
    #[field(with = brands, schema = String)]
    #[param(example = "company-123,7")]
    pub(crate) brand: Option<Vec<IdOrSlug>>,
    /// Id or slug of a category. Products of the categories below it are listed too.
    #[field(with = category, schema = String)]
    pub(crate) category: Option<IdOrSlug>,
    /// Attributes with their values, compared without regard to case: `colour:red,blue;size:m`. A product is found if it has a
    /// variant that has, of each attribute, one of the given values. At most four attributes. A backslash before a comma, colon or semicolon
    /// makes it part of a name or value.
    #[field(max = MAX_ATTRIBUTES_TEXT, with = attributes, schema = String)]
    #[param(example = "colour:red,blue;size:m")]
    pub(crate) attributes: Option<Vec<(String, Vec<String>)>>,
    /// Exact text of a tag.
    #[field(max = MAX_TAG)]
    pub(crate) tag: Option<String>,
    /// True for products with a variant that can be ordered, false for the others. Attributes, prices and availability hold for one and the
    /// same variant: with `attributes=colour:black`, true finds products with a black variant that can be ordered, false
    /// products whose black variants are all sold out.
    pub(crate) is_available: Option<bool>,
    /// Another name for `is_available`. If you send both, `is_available` counts.
    pub(crate) in_stock: Option<bool>,
    /// Lower end of a range of prices, in the shop's currency: a variant that passes the other filters costs at least this.
    #[field(with = Fields::money, schema = String)]
    #[param(example = "10.00")]
    pub(crate) price_min: Option<Money>,
    /// Upper end of the range: the same variant costs at most this.
    #[field(with = Fields::money, schema = String)]
    #[param(example = "99.90")]
    pub(crate) price_max: Option<Money>,
    /// Time at or after which the products were created.
    #[field(with = timestamp, schema = String)]
    #[param(format = DateTime, example = "2026-11-22T06:38:51Z")]
    pub(crate) created_after: Option<Timestamp>,
    /// Time before which the products were created.
    #[field(with = timestamp, schema = String)]
    #[param(format = DateTime, example = "2026-11-22T06:38:51Z")]
    pub(crate) created_before: Option<Timestamp>,
    /// Publication status: `draft`, `active` or `archived`. Without the permission `catalogue`, every status but `active` finds nothing.
    pub(crate) status: Option<Status>,
    /// Ordering of the list. If left out: `relevance` with `search`, otherwise the newest first.
    pub(crate) ordering: Option<ProductOrdering>,
    /// Facets to count: `true` for all, `false` for none, or some of `brand`, `category`, `attributes`, `price` and `availability`, separated by commas.
    #[field(with = facets, schema = String)]
    #[param(example = "brand,price")]
    pub(crate) facets: Option<Wanted>,
    /// Fields of each product, separated by commas; all if left out: `id`, `slug`, `name`, `sku`, `brand`, `categories`, `base_price`, `currency`,
    /// `price_range`, `main_image`, `is_available` and `status`.
    #[field(with = field_names, schema = String)]
    #[param(example = "id,name,price_range")]
    pub(crate) fields: Option<Vec<Field>>,
    /// Parts to add to each product: `variants`, `images` or both; at most 50 variants and 20 images.
    #[field(with = expanded, schema = String)]
    #[param(example = "variants,images")]
    pub(crate) expand: Option<Expanded>,
}

impl ProductQuery {
    /// Returns true if the query names prices, or its response has bands of prices.
    pub(crate) fn has_amounts(&self) -> bool {
        self.price_min.is_some() || self.price_max.is_some() || self.facets.is_some_and(|facets| facets.prices)
    }
}

/// The parts that are added to the card of each product.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Expanded {
    pub(crate) variants: bool,
    pub(crate) images: bool,
}

/// The query of a page of products.
#[derive(Clone, Debug, Request)]
#[request(undocumented)]
pub(crate) struct ProductPageQuery {
    #[field(flatten)]
    pub(crate) page: PageQuery,
    #[field(flatten)]
    pub(crate) products: ProductQuery,
}

impl FromField for ProductOrdering {
    fn read(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.choice(name, from_name)
    }
}

fn category(fields: &mut Fields, name: &str) -> Option<IdOrSlug> {
    fields.text(name, 200)?.parse().ok()
}

fn field_names(fields: &mut Fields, name: &str) -> Option<Vec<Field>> {
    comma_separated(fields, name, from_name)
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
    let text = fields.text(name, MAX_ATTRIBUTES_TEXT)?;
    let attributes = crate::products::attribute_filter::parse(&text);
    if let Err(message) = &attributes {
        fields.error(name, message);
    }
    attributes.ok()
}

fn timestamp(fields: &mut Fields, name: &str) -> Option<Timestamp> {
    // A plus sign that was not escaped arrives as a space.
    let timestamp = fields.text(name, 50)?.replace(' ', "+").parse().ok();
    if timestamp.is_none() {
        fields.error(name, "Datetime has wrong format. Use one of these formats instead: 2026-11-22T06:38:51Z.");
    }
    timestamp
}

/// Returns the value that serde reads from this name.
fn from_name<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

fn comma_separated<T>(fields: &mut Fields, name: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
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
    let each = comma_separated(fields, name, |part| match part {
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
    let each = comma_separated(fields, name, |part| match part {
        "variants" => Some(Expanded { variants: true, images: false }),
        "images" => Some(Expanded { variants: false, images: true }),
        _ => None,
    })?;
    Some(each.into_iter().fold(Expanded::default(), |all, one| Expanded {
        variants: all.variants || one.variants,
        images: all.images || one.images,
    }))
}
