//! Creates a variant for every combination of options: `POST /api/v1/catalogue/products/{id_or_slug}/variants/combinations/`.

use std::collections::HashSet;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::combinations::{combine, combined_skus};
use shared::catalogue::limits::{MAX_SKU, MAX_VARIANTS};
use shared::catalogue::store::write::{IdOrName, KnownValue, NamedValue, find_or_make_values, sku_owners};
use shared::catalogue::write::{PriceEdit, ProductEdit, VariantEdit, VariantsEdit};
use shared::catalogue::{IdOrSlug, ProductVariant};
use shared::http::{ApiError, Body, Editor, FieldErrors, Fields, Problem, Request, StaffProblems};
use shared::ids::{AttributeValueId, VariantId};
use shared::money::Money;
use shared::patch::Patch;
use utoipa::ToSchema;

use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};
use crate::products::audit_line::AuditLine;
use crate::products::edit::{OpenProduct, respond};
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
pub(crate) struct CreateVariantCombinations {
    /// Attributes, each with its values. The names of the variants have the values in this order.
    #[field(min = 1, max = MAX_ATTRIBUTES)]
    pub options: Vec<CombinedOption>,
    /// Amount added to the base price of the new variants; zero if left out.
    #[field(with = Fields::price_adjustment, schema = String)]
    #[schema(pattern = r"^-?\d+(\.\d{1,3})?$", example = "0.00")]
    pub price_adjustment: Option<Money>,
    /// Own price of the new variants, independent of the base price; null means that they have none.
    #[field(nullable, schema = String)]
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
    operation_id = "create_variant_combinations",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        IfMatch,
    ),
    request_body = CreateVariantCombinations,
    responses(
        (status = 200, body = CombinedVariants, description = "All combinations existed before; nothing was created."),
        (status = 201, body = CombinedVariants, description = "The missing combinations were created."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn create_variant_combinations(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<IdOrSlug>,
    Body(create): Body<CreateVariantCombinations>,
) -> Result<Response, ApiError> {
    let count = create.options.iter().fold(1, |count: usize, option| count.saturating_mul(option.values.len()));
    if count > MAX_VARIANTS {
        let message = format!(
            "These are {count} combinations, and a product has at most {MAX_VARIANTS} variants. Send fewer values."
        );
        return Err(ApiError::field("options", message));
    }
    let mut open = OpenProduct::open(&app, editor, &request).await?;
    let combinations = combine(&find_values(&mut open, &create).await?);
    let existing: HashSet<Vec<AttributeValueId>> = open.before.variants.iter().map(value_ids_of_variant).collect();
    let new: Vec<Vec<KnownValue>> =
        combinations.iter().filter(|values| !existing.contains(&value_ids(values))).cloned().collect();
    let status = if new.is_empty() { StatusCode::OK } else { StatusCode::CREATED };
    let old_ids: HashSet<VariantId> = open.before.variants.iter().map(|variant| variant.id).collect();
    let product = if new.is_empty() {
        open.tx.commit().await?;
        open.before
    } else {
        let variants = VariantsEdit::Some(new_variants(&mut open, &create, new).await?);
        let saved = open.write(ProductEdit { variants, ..ProductEdit::default() }, FieldPath::Part).await?;
        let ids = saved.product.variants.iter().map(|variant| variant.id);
        let created: Vec<VariantId> = ids.filter(|id| !old_ids.contains(id)).collect();
        saved.commit(AuditLine::of_variants(Kind::VariantsCreated, &created)).await?
    };
    let requested: HashSet<Vec<AttributeValueId>> = combinations.iter().map(|values| value_ids(values)).collect();
    let variants = product.variants.into_iter().filter(|variant| requested.contains(&value_ids_of_variant(variant)));
    let (existing, created) = variants.partition(|variant| old_ids.contains(&variant.id));
    respond(status, product.version, &CombinedVariants { created, existing })
}

/// Returns the values of each attribute, each value once.
async fn find_values(
    open: &mut OpenProduct,
    create: &CreateVariantCombinations,
) -> Result<Vec<Vec<KnownValue>>, ApiError> {
    let name = |option: &CombinedOption, value: &IdOrName| NamedValue::Of {
        attribute: option.attribute.clone(),
        value: value.clone(),
    };
    let all: Vec<NamedValue> =
        create.options.iter().flat_map(|option| option.values.iter().map(|value| name(option, value))).collect();
    let found = find_or_make_values(&mut open.tx, &all).await?;
    let (mut errors, mut attributes, mut values) = (FieldErrors::default(), HashSet::new(), Vec::new());
    for (at, option) in create.options.iter().enumerate() {
        let mut own: Vec<KnownValue> = Vec::new();
        for (place, value) in option.values.iter().enumerate() {
            match found.get(&name(option, value)) {
                None => errors.add(
                    format!("options.{at}.values.{place}"),
                    "There is no such attribute, or it has no such value.",
                ),
                Some(known) if !own.contains(known) => own.push(known.clone()),
                Some(_) => {}
            }
        }
        if own.first().is_some_and(|value| !attributes.insert(value.attribute_id)) {
            errors.add(
                format!("options.{at}.attribute"),
                "The attribute is in the list twice. Send it once, with all its values.",
            );
        }
        values.push(own);
    }
    if errors.is_empty() { Ok(values) } else { Err(errors.into()) }
}

/// Returns the edits that create the new variants after the existing ones.
async fn new_variants(
    open: &mut OpenProduct,
    create: &CreateVariantCombinations,
    new: Vec<Vec<KnownValue>>,
) -> Result<Vec<VariantEdit>, ApiError> {
    let skus = unused_skus(open, create, &new).await?;
    let edit = |(values, sku): (Vec<KnownValue>, String)| VariantEdit {
        sku: Some(sku),
        values: Some(values.iter().map(|value| NamedValue::Id(value.id)).collect()),
        price: PriceEdit::Parts { adjustment: create.price_adjustment, own: Patch::replace(create.own_price) },
        ..VariantEdit::default()
    };
    Ok(new.into_iter().zip(skus).map(edit).collect())
}

/// Returns an unused SKU for each combination.
async fn unused_skus(
    open: &mut OpenProduct,
    create: &CreateVariantCombinations,
    new: &[Vec<KnownValue>],
) -> Result<Vec<String>, ApiError> {
    let product = &open.before.summary;
    let prefix = create.sku_prefix.clone().or(product.sku.clone()).unwrap_or_else(|| product.slug.to_uppercase());
    let skus = combined_skus(&prefix, new).map_err(|sku| {
        let message = format!("The SKU \"{sku}\" would be longer than {MAX_SKU} characters. Send a shorter prefix.");
        ApiError::field("sku_prefix", message)
    })?;
    let taken = sku_owners(&mut open.tx, &skus).await?;
    match skus.iter().find(|sku| taken.contains_key(*sku)) {
        None => Ok(skus),
        Some(sku) => {
            let message = format!("The SKU \"{sku}\" belongs to another variant. Send another prefix.");
            Err(ApiError::field("sku_prefix", message))
        }
    }
}

fn value_ids_of_variant(variant: &ProductVariant) -> Vec<AttributeValueId> {
    let mut ids: Vec<AttributeValueId> = variant.attribute_values.iter().map(|value| value.id).collect();
    ids.sort_unstable();
    ids
}

fn value_ids(values: &[KnownValue]) -> Vec<AttributeValueId> {
    let mut ids: Vec<AttributeValueId> = values.iter().map(|value| value.id).collect();
    ids.sort_unstable();
    ids
}
