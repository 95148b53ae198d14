//! A product as a page of products shows it: with the fields that were asked for.

use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use shared::catalogue::{
    Brand, Card, CategorySummary, Facets, MainImage, PriceRange, ProductImage, ProductVariant, Status,
};
use shared::http::{ApiError, Page};
use shared::ids::ProductId;
use shared::money::Money;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A page of products.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProductPage {
    #[serde(flatten)]
    pub page: Page<ListedProduct>,
    /// What the list can be narrowed down to; only where `facets` asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Facets, required = false)]
    pub facets: Option<Facets>,
}

/// A field that `fields` can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Field {
    Id,
    Slug,
    Name,
    Sku,
    Brand,
    Categories,
    BasePrice,
    Currency,
    PriceRange,
    MainImage,
    IsAvailable,
    Status,
}

/// What is shown of a product in a list.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum ListedProduct {
    /// Its card, as it is kept: what most shoppers ask for, and nobody needs to look into it.
    Card(Box<RawValue>),
    /// What was asked for.
    Chosen(Chosen),
}

/// Some fields of a card, and what is shown beside them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Chosen {
    #[serde(flatten)]
    card: CardFields,
    #[serde(flatten)]
    beside: Beside,
}

/// What is shown beside a card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Beside {
    /// For staff alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Where `expand` asks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variants: Option<Vec<ProductVariant>>,
    /// Where `expand` asks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<Vec<ProductImage>>,
}

impl ListedProduct {
    /// These fields of it, or all, and what is shown beside them.
    pub(crate) fn new(card: Card, fields: Option<&[Field]>, beside: Beside) -> Result<Self, ApiError> {
        if fields.is_none() && beside == Beside::default() {
            return Ok(Self::Card(card.into_json().map_err(anyhow::Error::from)?));
        }
        let shows = |field| fields.is_none_or(|fields| fields.contains(&field));
        let CardFields(mut all) = serde_json::from_str(card.as_str()).map_err(anyhow::Error::from)?;
        all.retain(|(field, _)| shows(*field));
        let beside = Beside { status: beside.status.filter(|_| shows(Field::Status)), ..beside };
        Ok(Self::Chosen(Chosen { card: CardFields(all), beside }))
    }
}

/// The fields of a card, in order, with the JSON of each.
#[derive(Clone, Debug)]
struct CardFields(Vec<(Field, Box<RawValue>)>);

impl Serialize for CardFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(field, value)| (field, value)))
    }
}

impl<'de> Deserialize<'de> for CardFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// The schema may be newer than this program, and its cards have more to say.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Key {
            Known(Field),
            Unknown(IgnoredAny),
        }

        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = CardFields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a product's card")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CardFields, A::Error> {
                let mut fields = Vec::new();
                while let Some((field, value)) = map.next_entry()? {
                    if let Key::Known(field) = field {
                        fields.push((field, value));
                    }
                }
                Ok(CardFields(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

impl PartialSchema for ListedProduct {
    fn schema() -> RefOr<Schema> {
        Documented::schema()
    }
}

impl ToSchema for ListedProduct {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("ListedProduct")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Documented::schemas(schemas);
    }
}

/// A product in a list. Each field is there unless `fields` leaves it out.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says what a `ListedProduct` looks like, which is made of text")]
struct Documented {
    /// Which.
    #[schema(required = false)]
    id: ProductId,
    /// Its name in URLs.
    #[schema(required = false, example = "ocean-blue-shirt")]
    slug: String,
    /// Its name.
    #[schema(required = false, example = "Ocean Blue Shirt")]
    name: String,
    /// Its own SKU, if it has one beside those of its variants.
    #[schema(required = false)]
    sku: Option<String>,
    /// Whose it is.
    #[schema(required = false)]
    brand: Option<Brand>,
    /// Where it is filed.
    #[schema(required = false)]
    categories: Vec<CategorySummary>,
    /// What its variants' `price_adjustment` is added to.
    #[schema(required = false)]
    base_price: Money,
    /// ISO 4217.
    #[schema(required = false, example = "EUR")]
    currency: String,
    /// What its variants cost.
    #[schema(required = false)]
    price_range: PriceRange,
    /// Its first image.
    #[schema(required = false)]
    main_image: Option<MainImage>,
    /// Whether any of its variants is in stock.
    #[schema(required = false)]
    is_available: bool,
    /// How far it is. For staff alone.
    #[schema(required = false)]
    status: Status,
    /// Its first variants, in order; only where `expand` asks for them.
    #[schema(required = false)]
    variants: Vec<ProductVariant>,
    /// Its first images, in order; only where `expand` asks for them.
    #[schema(required = false)]
    images: Vec<ProductImage>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};
    use shared::catalogue::ProductSummary;

    use super::*;

    #[test]
    fn a_field_that_is_not_known_yet_is_left_out() {
        let CardFields(fields) = serde_json::from_str(r#"{"id":1,"rating":{"of":[5]},"name":"\"a"}"#).unwrap();
        let shown = serde_json::to_string(&CardFields(fields)).unwrap();
        assert_eq!(shown, r#"{"id":1,"name":"\"a"}"#);
    }

    #[test]
    fn what_is_documented_is_a_card_and_what_is_shown_beside_it() {
        let fields = |schema| {
            let schema: Value = serde_json::to_value::<RefOr<Schema>>(schema).unwrap();
            schema["properties"].as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>()
        };
        let beside = ["status", "variants", "images"].map(str::to_owned);
        let card = fields(ProductSummary::schema());
        assert_eq!(fields(ListedProduct::schema()), card.union(&beside.into()).cloned().collect());
        // And all of it can be asked for.
        for field in card {
            assert!(serde_json::from_value::<Field>(json!(field)).is_ok(), "{field}");
        }
    }
}
