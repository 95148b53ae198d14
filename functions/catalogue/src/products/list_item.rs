//! A product in a list, with the fields that the client selects.

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
use shared::money::{Amount, Currency};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A page of products.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProductPage {
    #[serde(flatten)]
    pub page: Page<ProductSummary>,
    /// Filters that narrow the list down, with the number of products for each; present only if you send `facets`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Facets, required = false)]
    pub facets: Option<Facets>,
}

/// A field that `fields` can select.
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

/// A product in a list.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum ProductSummary {
    /// The whole card as it is stored, which most requests get: it is not parsed.
    Card(Box<RawValue>),
    /// Some fields of the card, or the card and extra fields.
    Selected(SelectedFields),
}

/// Some fields of a card, and extra fields.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SelectedFields {
    #[serde(flatten)]
    card: CardFields,
    #[serde(flatten)]
    extra: ExtraFields,
}

/// Fields that are not in a card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ExtraFields {
    /// Publication status, only for staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Variants, only if `expand` requests them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variants: Option<Vec<ProductVariant>>,
    /// Images, only if `expand` requests them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<Vec<ProductImage>>,
}

impl ProductSummary {
    /// Selects these fields of the card, or all if `fields` is `None`, and adds the extra fields.
    pub(crate) fn new(card: Card, fields: Option<&[Field]>, extra: ExtraFields) -> Result<Self, ApiError> {
        if fields.is_none() && extra == ExtraFields::default() {
            return Ok(Self::Card(card.into_json().map_err(anyhow::Error::from)?));
        }
        let shows = |field| fields.is_none_or(|fields| fields.contains(&field));
        let CardFields(mut all) = serde_json::from_str(card.as_str()).map_err(anyhow::Error::from)?;
        all.retain(|(field, _)| shows(*field));
        let extra = ExtraFields { status: extra.status.filter(|_| shows(Field::Status)), ..extra };
        Ok(Self::Selected(SelectedFields { card: CardFields(all), extra }))
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
        /// A field of the stored card. Cards may have unknown fields, because the database schema may be newer than this program.
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

impl PartialSchema for ProductSummary {
    fn schema() -> RefOr<Schema> {
        ProductSummarySchema::schema()
    }
}

impl ToSchema for ProductSummary {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("ProductSummary")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        ProductSummarySchema::schemas(schemas);
    }
}

/// A product in a list. All fields are present unless `fields` selects some.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a `ProductSummary`, which is made of text")]
struct ProductSummarySchema {
    /// Id of the product.
    #[schema(required = false)]
    id: ProductId,
    /// Unique name in URLs.
    #[schema(required = false, example = "ocean-blue-shirt")]
    slug: String,
    /// Name of the product.
    #[schema(required = false, example = "Ocean Blue Shirt")]
    name: String,
    /// SKU of the product itself, in addition to those of its variants; null if it has none.
    #[schema(required = false)]
    sku: Option<String>,
    /// Brand of the product; null if it has none.
    #[schema(required = false)]
    brand: Option<Brand>,
    /// Categories that the product is in.
    #[schema(required = false)]
    categories: Vec<CategorySummary>,
    /// Price of the product before the `price_adjustment` of each variant.
    #[schema(required = false)]
    base_price: Amount,
    /// Currency code (ISO 4217).
    #[schema(required = false)]
    currency: Currency,
    /// Lowest and highest price of the variants; the base price if there is none.
    #[schema(required = false)]
    price_range: PriceRange,
    /// The first image; null if the product has none.
    #[schema(required = false)]
    main_image: Option<MainImage>,
    /// True if a unit of any variant can be ordered.
    #[schema(required = false)]
    is_available: bool,
    /// Publication status of the product, only for staff.
    #[schema(required = false)]
    status: Status,
    /// The first 50 variants in order, only if `expand` has `variants`.
    #[schema(required = false)]
    variants: Vec<ProductVariant>,
    /// The first 20 images in order, only if `expand` has `images`.
    #[schema(required = false)]
    images: Vec<ProductImage>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};
    use shared::catalogue::ProductCard;

    use super::*;

    #[test]
    fn an_unknown_field_is_left_out() {
        let CardFields(fields) = serde_json::from_str(r#"{"id":1,"rating":{"of":[5]},"name":"\"a"}"#).unwrap();
        let shown = serde_json::to_string(&CardFields(fields)).unwrap();
        assert_eq!(shown, r#"{"id":1,"name":"\"a"}"#);
    }

    #[test]
    fn the_schema_documents_the_fields_of_a_card_and_the_extra_fields() {
        let fields = |schema| {
            let schema: Value = serde_json::to_value::<RefOr<Schema>>(schema).unwrap();
            schema["properties"].as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>()
        };
        let extra = ["status", "variants", "images"].map(str::to_owned);
        let card = fields(ProductCard::schema());
        assert_eq!(fields(ProductSummary::schema()), card.union(&extra.into()).cloned().collect());
        // All fields of the card can be selected.
        for field in card {
            assert!(serde_json::from_value::<Field>(json!(field)).is_ok(), "{field}");
        }
    }
}
