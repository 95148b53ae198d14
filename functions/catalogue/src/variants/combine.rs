//! Creates a variant for every combination of options: `POST /api/v1/catalogue/products/{id_or_slug}/variants/combinations/`.

use std::collections::HashSet;

use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use serde::Serialize;
use shared::app::App;
use shared::catalogue::combinations::{combine, combined_skus};
use shared::catalogue::limits::{MAX_SKU, MAX_VARIANTS};
use shared::catalogue::store::write::{IdOrName, KnownValue, NamedValue, find_or_make_values, sku_owners};
use shared::catalogue::write::{PriceEdit, ProductEdit, VariantEdit, VariantsEdit};
use shared::catalogue::{IdOrSlug, ProductVariant};
use shared::http::{ApiError, Body, FieldErrors, Fields, PathId, Problem, Request, Requires, StaffProblems};
use shared::ids::AttributeValueId;
use shared::money::Money;
use shared::patch::Patch;
use shared::users::permissions;
use utoipa::ToSchema;

use crate::if_match::IfMatch;
use crate::products::edit::{OpenProduct, answer};
use crate::products::errors::FieldPath;
use crate::redirects::PermanentRedirect;
use crate::variants::body::id_or_name;

/// Maximum number of attributes that can be combined.
const MAX_ATTRIBUTES: usize = 6;
/// Maximum length of the first part of the new SKUs; the other half is left for the values.
const MAX_SKU_PREFIX: usize = MAX_SKU / 2;

/// The attributes and values to combine.
#[derive(Debug, Request)]
#[request(blank_as_null)]
pub(crate) struct CombineVariants {
    /// Attributes, each with its values. The names of the variants have the values in this order.
    #[field(min = 1, max = MAX_ATTRIBUTES)]
    pub options: Vec<CombinedOption>,
    /// Amount added to the base price of the new variants; zero if left out.
    #[field(with = Fields::price_adjustment, schema = String)]
    #[schema(pattern = r"^-?\d+(\.\d{1,2})?$", example = "0.00")]
    pub price_adjustment: Option<Money>,
    /// Own price of the new variants, independent of the base price; null means that they have none.
    #[field(nullable, schema = String)]
    #[schema(example = "149.90")]
    pub own_price: Option<Money>,
    /// First part of the new SKUs; the values follow. If left out, it is the SKU of the product, or its slug.
    #[field(max = MAX_SKU_PREFIX)]
    #[schema(example = "SHIRT")]
    pub sku_prefix: Option<String>,
}

/// An attribute and its values to combine with those of the other attributes.
#[derive(Debug, Request)]
pub(crate) struct CombinedOption {
    /// Attribute: its id as a number or its name as a string. An attribute that does not exist is created.
    #[field(with = id_or_name)]
    #[schema(example = "Size")]
    pub attribute: IdOrName,
    /// Values: ids as numbers or texts as strings. Values that do not exist are created.
    #[field(min = 1, max = MAX_VARIANTS, each = id_or_name)]
    pub values: Vec<IdOrName>,
}

/// The variants of all combinations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CombinedVariants {
    /// Variants that were created.
    pub created: Vec<ProductVariant>,
    /// Variants that existed before. They stay as they are; archived ones stay archived.
    pub existing: Vec<ProductVariant>,
}

/// Create variants of all combinations
///
/// 3 sizes and 2 colours make 6 variants. A combination that has a variant already, even an archived one, is skipped, so you can safely
/// send the same request again.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/products/{id_or_slug}/variants/combinations/",
    tag = "catalogue",
    operation_id = "combine_product_variants",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the product that your change is based on; you get 412 if it has another one."),
    ),
    request_body = CombineVariants,
    responses(
        (status = 200, body = CombinedVariants, description = "All combinations existed before; nothing was created."),
        (status = 201, body = CombinedVariants, description = "The missing combinations were created."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        (status = 412, body = Problem, description = "The product has changed: its `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn combine_product_variants(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(product): PathId<IdOrSlug>,
    if_match: IfMatch,
    uri: Uri,
    Body(asked): Body<CombineVariants>,
) -> Result<Response, ApiError> {
    let count = asked.options.iter().fold(1, |count: usize, option| count.saturating_mul(option.values.len()));
    if count > MAX_VARIANTS {
        let message = format!("These are {count} combinations; a product has at most {MAX_VARIANTS} variants.");
        return Err(ApiError::field("options", message));
    }
    let mut open = OpenProduct::open(&app, &product, &uri, &if_match).await?;
    let combinations = combine(&values_of(&mut open, &asked).await?);
    let existing: HashSet<Vec<AttributeValueId>> = open.before.variants.iter().map(values_in).collect();
    let new: Vec<Vec<KnownValue>> =
        combinations.iter().filter(|values| !existing.contains(&ids_in(values))).cloned().collect();
    let status = if new.is_empty() { StatusCode::OK } else { StatusCode::CREATED };
    let was: HashSet<_> = open.before.variants.iter().map(|variant| variant.id).collect();
    let product = if new.is_empty() {
        open.tx.commit().await?;
        open.before
    } else {
        let variants = VariantsEdit::Some(edits(&mut open, &asked, new).await?);
        open.save(ProductEdit { variants, ..ProductEdit::default() }, FieldPath::Part).await?
    };
    let asked: HashSet<Vec<AttributeValueId>> = combinations.iter().map(|values| ids_in(values)).collect();
    let of_these = product.variants.into_iter().filter(|variant| asked.contains(&values_in(variant)));
    let (existing, created) = of_these.partition(|variant| was.contains(&variant.id));
    answer(status, product.version, &CombinedVariants { created, existing })
}

/// Returns the values of each attribute, each value once.
async fn values_of(open: &mut OpenProduct, asked: &CombineVariants) -> Result<Vec<Vec<KnownValue>>, ApiError> {
    let name = |option: &CombinedOption, value: &IdOrName| NamedValue::Of {
        attribute: option.attribute.clone(),
        value: value.clone(),
    };
    let all: Vec<NamedValue> =
        asked.options.iter().flat_map(|option| option.values.iter().map(|value| name(option, value))).collect();
    let found = find_or_make_values(&mut open.tx, &all).await?;
    let (mut errors, mut attributes, mut values) = (FieldErrors::default(), HashSet::new(), Vec::new());
    for (at, option) in asked.options.iter().enumerate() {
        let mut own: Vec<KnownValue> = Vec::new();
        for (place, value) in option.values.iter().enumerate() {
            match found.get(&name(option, value)) {
                None => {
                    errors.add(format!("options.{at}.values.{place}"), "There is no such attribute with such a value.")
                }
                Some(known) if !own.contains(known) => own.push(known.clone()),
                Some(_) => {}
            }
        }
        if own.first().is_some_and(|value| !attributes.insert(value.attribute_id)) {
            errors.add(format!("options.{at}.attribute"), "This attribute is named twice.");
        }
        values.push(own);
    }
    if errors.is_empty() { Ok(values) } else { Err(errors.into()) }
}

/// Returns the edits that create the new variants after the existing ones.
async fn edits(
    open: &mut OpenProduct,
    asked: &CombineVariants,
    new: Vec<Vec<KnownValue>>,
) -> Result<Vec<VariantEdit>, ApiError> {
    let skus = skus(open, asked, &new).await?;
    let edit = |(values, sku): (Vec<KnownValue>, String)| VariantEdit {
        sku: Some(sku),
        values: Some(values.iter().map(|value| NamedValue::Id(value.id)).collect()),
        price: PriceEdit::Parts { adjustment: asked.price_adjustment, own: Patch::replace(asked.own_price) },
        ..VariantEdit::default()
    };
    Ok(new.into_iter().zip(skus).map(edit).collect())
}

/// Returns an unused SKU for each combination.
async fn skus(
    open: &mut OpenProduct,
    asked: &CombineVariants,
    new: &[Vec<KnownValue>],
) -> Result<Vec<String>, ApiError> {
    let was = &open.before.summary;
    let prefix = asked.sku_prefix.clone().or(was.sku.clone()).unwrap_or_else(|| was.slug.to_uppercase());
    let skus = combined_skus(&prefix, new).map_err(|sku| {
        let message = format!("The SKU \"{sku}\" would be longer than {MAX_SKU} characters.");
        ApiError::field("sku_prefix", message)
    })?;
    let taken = sku_owners(&mut open.tx, &skus).await?;
    match skus.iter().find(|sku| taken.contains_key(*sku)) {
        None => Ok(skus),
        Some(sku) => {
            let message = format!("The SKU \"{sku}\" is another variant's; take another prefix.");
            Err(ApiError::field("sku_prefix", message))
        }
    }
}

fn values_in(variant: &ProductVariant) -> Vec<AttributeValueId> {
    let mut ids: Vec<AttributeValueId> = variant.attribute_values.iter().map(|value| value.id).collect();
    ids.sort_unstable();
    ids
}

fn ids_in(values: &[KnownValue]) -> Vec<AttributeValueId> {
    let mut ids: Vec<AttributeValueId> = values.iter().map(|value| value.id).collect();
    ids.sort_unstable();
    ids
}
