//! What can be asked of the list of products.

use serde::{Deserialize, Serialize};
use shared::app::db::Tx;
use shared::catalogue::IdOrSlug;
use shared::catalogue::store::list::{Filter, Listed, Place, SortKey, Way, search_query};
use shared::catalogue::store::{brands, categories};
use shared::http::{ApiError, Cursor, FieldErrors, Fields, FromFields, PageQuery};
use shared::ids::ProductId;
use shared::money::Money;
use shared::time::Timestamp;
use utoipa::{IntoParams, ToSchema};

/// Which products, and in what order. A filter that is blank counts as not sent.
#[derive(Clone, Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductQuery {
    /// Words: every one of them begins a word of the product's name, brand, categories, tags, SKUs or description. Case and
    /// accents do not matter. A text without any letter or digit finds nothing.
    #[param(required = false, max_length = 200)]
    pub(crate) search: Option<String>,
    /// A brand's id or slug.
    #[param(required = false, value_type = Option<String>)]
    pub(crate) brand: Option<IdOrSlug>,
    /// A category's id or slug. Its descendants count, too.
    #[param(required = false, value_type = Option<String>)]
    pub(crate) category: Option<IdOrSlug>,
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
    /// The newest first, if not said.
    #[param(required = false, inline)]
    pub(crate) ordering: Option<ProductOrdering>,
}

/// In what order products come; `price` is that of the cheapest variant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) enum ProductOrdering {
    /// By name.
    #[serde(rename = "name")]
    Name,
    /// By name, backwards.
    #[serde(rename = "-name")]
    NameDown,
    /// The cheapest first.
    #[serde(rename = "price")]
    Price,
    /// The dearest first.
    #[serde(rename = "-price")]
    PriceDown,
    /// The oldest first.
    #[serde(rename = "created_at")]
    Oldest,
    /// The newest first.
    #[default]
    #[serde(rename = "-created_at")]
    Newest,
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
        let brand = fields.filter("brand", id_or_slug);
        let category = fields.filter("category", id_or_slug);
        let is_available = fields.filter("is_available", Fields::boolean);
        let in_stock = fields.filter("in_stock", Fields::boolean);
        let price_min = fields.filter("price_min", Fields::money);
        let price_max = fields.filter("price_max", Fields::money);
        let ordering = fields.filter("ordering", ordering);
        Some(Self {
            search: search?,
            brand: brand?,
            category: category?,
            is_available: is_available?,
            in_stock: in_stock?,
            price_min: price_min?,
            price_max: price_max?,
            ordering: ordering?,
        })
    }
}

fn id_or_slug(fields: &mut Fields, name: &str) -> Option<IdOrSlug> {
    fields.text(name, 200)?.parse().ok()
}

fn ordering(fields: &mut Fields, name: &str) -> Option<ProductOrdering> {
    let text = fields.text(name, 50)?;
    let ordering = serde_json::from_value(serde_json::Value::String(text.clone())).ok();
    if ordering.is_none() {
        fields.error(name, format!("\"{text}\" is not a valid choice."));
    }
    ordering
}

impl ProductQuery {
    /// The conditions, with the brand and the category looked up. 400 where there are none such: an empty list would hide a
    /// misspelt slug.
    pub(crate) async fn filter(self, tx: &mut Tx, now: Timestamp) -> Result<Filter, ApiError> {
        let mut errors = FieldErrors::default();
        let mut filter = Filter {
            is_available: self.is_available.or(self.in_stock),
            price_from: self.price_min,
            price_to: self.price_max,
            ..Filter::at(now)
        };
        if let Some(text) = self.search {
            filter.search = Some(search_query(tx, &text).await?);
        }
        if let Some(brand) = self.brand {
            match brands::find(tx, &brand).await? {
                Some(brand) => filter.brand = Some(brand.id),
                None => errors.add("brand", format!("There is no brand \"{}\".", brand.slug)),
            }
        }
        if let Some(category) = self.category {
            let categories = categories::with_descendants(tx, &category).await?;
            if categories.is_empty() {
                errors.add("category", format!("There is no category \"{}\".", category.slug));
            }
            filter.categories = Some(categories);
        }
        if errors.is_empty() { Ok(filter) } else { Err(errors.into()) }
    }
}

impl ProductOrdering {
    /// The index that this order walks, and which way.
    pub(crate) const fn walk(self) -> (SortKey, Way) {
        match self {
            Self::Name => (SortKey::Name, Way::Up),
            Self::NameDown => (SortKey::Name, Way::Down),
            Self::Price => (SortKey::Price, Way::Up),
            Self::PriceDown => (SortKey::Price, Way::Down),
            Self::Oldest => (SortKey::CreatedAt, Way::Up),
            Self::Newest => (SortKey::CreatedAt, Way::Down),
        }
    }
}

/// What a cursor keeps of a product: the order it belongs to, the sort key in it, and the id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListKey(ProductOrdering, KeptPlace, ProductId);

/// A sort key in a cursor; of a time the microseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum KeptPlace {
    Number(i64),
    Text(String),
}

impl ListKey {
    /// Of a row of a list.
    pub(crate) fn of(listed: &Listed, ordering: ProductOrdering) -> Self {
        let place = match listed.place(ordering.walk().0) {
            Place::CreatedAt(at) => KeptPlace::Number(at.micros()),
            Place::Name(name) => KeptPlace::Text(name),
            Place::Price(minor) => KeptPlace::Number(minor),
        };
        Self(ordering, place, listed.product.id)
    }

    /// Where to go on; 400 where the cursor is of another order, or was made by somebody else.
    fn place(&self, ordering: ProductOrdering) -> Result<(Place, ProductId), ApiError> {
        let Self(made_for, place, id) = self;
        if *made_for != ordering {
            return Err(ApiError::field("cursor", "This cursor belongs to another ordering."));
        }
        let place = match (ordering.walk().0, place) {
            (SortKey::CreatedAt, KeptPlace::Number(micros)) if KNOWN_TIMES.contains(micros) => {
                Place::CreatedAt(Timestamp::from_micros(*micros))
            }
            (SortKey::Price, KeptPlace::Number(minor)) => Place::Price(*minor),
            (SortKey::Name, KeptPlace::Text(name)) if !name.contains('\0') => Place::Name(name.clone()),
            _ => return Err(ApiError::field("cursor", "Invalid cursor.")),
        };
        Ok((place, *id))
    }
}

/// The years 0 to 9999 or so: PostgreSQL refuses a time it cannot keep.
const KNOWN_TIMES: std::ops::Range<i64> = -62_000_000_000_000_000..253_000_000_000_000_000;

/// Where the cursor says to go on.
pub(crate) fn place(
    cursor: Option<&Cursor<ListKey>>,
    ordering: ProductOrdering,
) -> Result<Option<(Place, ProductId)>, ApiError> {
    cursor.map(|cursor| cursor.key.place(ordering)).transpose()
}
