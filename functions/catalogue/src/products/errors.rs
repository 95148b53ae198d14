//! Error responses to an edit of a product.

use shared::catalogue::limits::{MAX_IMAGES, MAX_VARIANTS};
use shared::catalogue::store::write::ProductConstraint;
use shared::catalogue::write::{EditError, ImageVariant};
use shared::http::{ApiError, FieldErrors};
use shared::ids::BrandId;
use shared::money::{Currency, Money};

/// The shape of the body, which decides how the fields of errors are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldPath {
    /// The body is a product, with lists of them.
    Product,
    /// The body is one variant or one image.
    Part,
}

impl FieldPath {
    /// Returns `sku` or `variants.3.sku`.
    fn variant(self, at: usize, field: &str) -> String {
        self.part("variants", at, field)
    }

    /// Returns `url` or `images.3.url`.
    fn image(self, at: usize, field: &str) -> String {
        self.part("images", at, field)
    }

    fn part(self, list: &str, at: usize, field: &str) -> String {
        match self {
            Self::Product => format!("{list}.{at}.{field}"),
            Self::Part => field.to_owned(),
        }
    }

    /// Returns the list of variants, or the field of the one variant.
    const fn variants(self, field: &'static str) -> &'static str {
        match self {
            Self::Product => "variants",
            Self::Part => field,
        }
    }

    /// Returns the field of a variant's price, or of the base price for a variant that the body does not mention.
    fn price(self, at: Option<usize>) -> String {
        match (self, at) {
            (Self::Product, None) => "base_price".to_owned(),
            (Self::Product | Self::Part, at) => self.variant(at.unwrap_or_default(), "price_adjustment"),
        }
    }
}

/// Returns the message about an id that does not exist.
pub(crate) fn no_such(id: impl std::fmt::Display) -> String {
    format!("Invalid pk \"{id}\" - object does not exist.")
}

const SKU_TAKEN: &str = "variant with this sku already exists.";
const SAME_VALUES: &str = "Another variant of the product has the same values. Send other values.";
const PRICE_NEGATIVE: &str = "The price of a variant would be negative. Send a higher price.";

const STOCK_NOT_PERMITTED: &str = "You need the permission `stock` to set inventory_count, track_inventory, allow_backorder, backorder_limit or quantity_limit_per_customer.";

/// Returns the response to an edit with these errors, each in the field that it is about.
pub(crate) fn into_api_error(edit_errors: Vec<EditError>, path: FieldPath, currency: Currency) -> ApiError {
    if edit_errors.iter().any(|error| matches!(error, EditError::StockNotPermitted { .. })) {
        return ApiError::ForbiddenBecause(STOCK_NOT_PERMITTED, "stock_not_permitted");
    }
    let mut errors = FieldErrors::default();
    for error in edit_errors {
        let (field, message) = field_error(error, path, currency);
        errors.add(field, message);
    }
    errors.into()
}

fn field_error(error: EditError, path: FieldPath, currency: Currency) -> (String, String) {
    match error {
        EditError::NoSuchCategory(id) => ("category_ids".to_owned(), no_such(id)),
        EditError::NoSuchVariant { at, id } => (path.variant(at, "id"), no_such(id)),
        EditError::VariantNamedTwice { at, by_id } => (
            path.variant(at, if by_id { "id" } else { "sku" }),
            "The variant is in the list twice. Send it once.".to_owned(),
        ),
        EditError::NoSuchValue { at, id } => (path.variant(at, "attribute_value_ids"), no_such(id)),
        EditError::NoSuchOption { at, option } => (
            path.variant(at, &format!("options.{option}")),
            "There is no such attribute, or it has no such value.".to_owned(),
        ),
        EditError::TwoValues { at, by_id, attribute } => (
            path.variant(at, if by_id { "attribute_value_ids" } else { "options" }),
            format!("A variant has at most one value of \"{attribute}\". Send only one."),
        ),
        EditError::SkuTaken { at, .. } => (path.variant(at, "sku"), SKU_TAKEN.to_owned()),
        EditError::SkuOfOtherProduct { at, .. } | EditError::SkuOfOtherEdit { at, .. } => {
            (path.variant(at, "sku"), SKU_TAKEN.to_owned())
        }
        EditError::SkuUnderOtherHandle { .. } => (path.variants("sku").to_owned(), error.to_string()),
        EditError::SameValues { at } => (path.variant(at, "non_field_errors"), SAME_VALUES.to_owned()),
        EditError::StockNotPermitted { at } => (path.variant(at, "non_field_errors"), STOCK_NOT_PERMITTED.to_owned()),
        EditError::NegativePrice { at } => (path.price(at), PRICE_NEGATIVE.to_owned()),
        EditError::PriceTooHigh { at } => (
            path.price(at),
            format!(
                "The price of a variant would be more than {}. Send a lower price.",
                currency.amount(Money::MAX_PRICE)
            ),
        ),
        EditError::NotOneDefault { at } => (
            path.variant(at, "is_default"),
            "Only one variant can be the default, and it must not be archived.".to_owned(),
        ),
        EditError::TooManyVariants => {
            ("non_field_errors".to_owned(), format!("A product has at most {MAX_VARIANTS} variants."))
        }
        EditError::NoSuchDefault(id) => ("default_variant_id".to_owned(), no_such(id)),
        EditError::DefaultArchived => {
            ("default_variant_id".to_owned(), "The variant is archived. Send one that is for sale, or null.".to_owned())
        }
        EditError::NoSuchImage { at, id } => (path.image(at, "id"), no_such(id)),
        EditError::NoSuchImageVariant { at, variant: ImageVariant::Id(id) } => {
            (path.image(at, "product_variant_id"), no_such(id))
        }
        EditError::NoSuchImageVariant { at, variant: ImageVariant::Sku(sku) } => {
            (path.image(at, "variant_sku"), format!("The product has no variant \"{sku}\"."))
        }
        EditError::TooManyImages => {
            ("non_field_errors".to_owned(), format!("A product has at most {MAX_IMAGES} images."))
        }
        // Only files can say too little; a body lacks a required field.
        EditError::Incomplete { missing, .. } => ("non_field_errors".to_owned(), missing.to_string()),
    }
}

/// Returns the response to an edit that breaks a rule of the database. `brand` is the brand that the edit sets.
pub(crate) fn constraint_error(broken: ProductConstraint, path: FieldPath, brand: Option<BrandId>) -> ApiError {
    match broken {
        ProductConstraint::SlugTaken => ApiError::field("slug", "product with this slug already exists."),
        ProductConstraint::SkuTaken => ApiError::field("sku", "product with this sku already exists."),
        ProductConstraint::NoSuchBrand => {
            let message = brand.map_or_else(|| "There is no such brand.".to_owned(), no_such);
            ApiError::field("brand_id", message)
        }
        ProductConstraint::NoSuchCategory => ApiError::field("category_ids", "One of the categories does not exist."),
        ProductConstraint::EndsBeforeItBegins => {
            ApiError::field("unpublish_at", "unpublish_at must be later than publish_at.")
        }
        ProductConstraint::VariantSkuTaken => ApiError::field(path.variants("sku"), SKU_TAKEN),
        ProductConstraint::SameValues => ApiError::field(path.variants("non_field_errors"), SAME_VALUES),
        ProductConstraint::NegativePrice => ApiError::field(path.price(None), PRICE_NEGATIVE),
        ProductConstraint::NoSuchValue => ApiError::field(
            path.variants("non_field_errors"),
            "A value of a variant was deleted at the same time. Send the request again.",
        ),
        ProductConstraint::TooManyWords => ApiError::field(
            "description",
            "The texts of the product are too long to be searched. Shorten the description.",
        ),
    }
}
