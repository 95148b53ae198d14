//! Creates a brand: `POST /api/v1/catalogue/brands/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::limits::MAX_LABEL_NAME;
use shared::catalogue::store::brands::find_with_version;
use shared::catalogue::store::write::{BrandNames, insert_brand, lock_brand_names};
use shared::catalogue::{Brand, IdOrSlug, MAX_SLUG};
use shared::fields::{ReadOnly, ReadOnlyName};
use shared::http::{ApiError, BaseUrl, Body, Editor, Request, StaffProblems};

use crate::brands::errors::refused;
use crate::brands::get::brand_path;
use crate::caching::IfNoneMatch;
use crate::categories::body::slug;

const READ_ONLY: ReadOnly = &[ReadOnlyName::fixed("id", "")];

/// A brand to create.
#[derive(Debug, Request)]
#[request(update = UpdateBrand, replace = ReplaceBrand, read_only = READ_ONLY)]
pub(crate) struct CreateBrand {
    /// Unique name, compared without regard to case and repeated blanks.
    #[field(max = MAX_LABEL_NAME)]
    #[schema(example = "Company 123")]
    pub name: String,
    /// Unique name in URLs.
    #[field(max = MAX_SLUG, with = slug, blank_as_null)]
    #[field(
        on_create = "Made from the name if left out, with a number if it is taken.",
        on_replace = "Stays as it is if left out."
    )]
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "company-123")]
    pub slug: Option<String>,
}

/// Create a brand
///
/// A new brand has no products; set `brand_id` of a product to add it.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/brands/",
    tag = "catalogue",
    operation_id = "create_brand",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    request_body = CreateBrand,
    responses(
        (status = 201, body = Brand, description = "The new brand.", headers(
            ("Location" = String, description = "URL of the new brand."),
            ("ETag" = String, description = "Version to send as `If-Match` with your next change."),
        )),
        StaffProblems,
    )
)]
pub(crate) async fn create_brand(
    State(app): State<App>,
    editor: Editor,
    base: BaseUrl,
    Body(new): Body<CreateBrand>,
) -> Result<Response, ApiError> {
    let mut tx = app.db.begin().await?;
    lock_brand_names(&mut tx).await?;
    let names = BrandNames { name: &new.name, slug: new.slug.as_deref() };
    let id = insert_brand(&mut tx, names).await?.map_err(refused)?;
    let created = find_with_version(&mut tx, &IdOrSlug::from(id)).await?;
    editor.record(&mut tx, Kind::BrandCreated, json!({"brand_id": id, "name": new.name}), app.clock.now()).await?;
    tx.commit().await?;
    let (brand, version) = created.ok_or_else(|| anyhow::anyhow!("a brand that was just created does not exist"))?;
    let location = format!("{}{}", base.0, brand_path(id));
    let body = IfNoneMatch::none().respond_with_version(version, &brand)?;
    Ok((StatusCode::CREATED, [(LOCATION, location)], body).into_response())
}
