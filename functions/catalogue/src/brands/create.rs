//! `POST /api/v1/catalogue/brands/`: a new brand.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use shared::app::App;
use shared::catalogue::store::brands::find_with_version;
use shared::catalogue::store::write::{BrandNames, insert_brand, lock_brand_names};
use shared::catalogue::{Brand, IdOrSlug, slugify};
use shared::http::{ApiError, BaseUrl, Body, Fields, FromFields, Requires, StaffProblems};
use shared::users::permissions;
use utoipa::ToSchema;

use crate::brands::errors::refused;
use crate::brands::get::brand_path;
use crate::caching::IfNoneMatch;
use crate::categories::body::{name, slug};

/// A brand to be.
#[derive(Debug, ToSchema)]
pub(crate) struct CreateBrand {
    /// Its name; no other brand has it, whatever the case.
    #[schema(min_length = 1, max_length = 255, example = "Company 123")]
    pub name: String,
    /// Its name in URLs; made of its name, if not said.
    #[schema(value_type = String, required = false, max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "company-123")]
    pub slug: Option<String>,
}

impl FromFields for CreateBrand {
    fn read(fields: &mut Fields) -> Option<Self> {
        let (name, slug) = (name(fields), slug(fields));
        Some(Self { name: name?, slug: slug? })
    }
}

/// Make a brand
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/brands/",
    tag = "catalogue",
    operation_id = "create_brand",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    request_body = CreateBrand,
    responses(
        (status = 201, body = Brand, description = "The brand.", headers(
            ("Location" = String, description = "Where it is."),
            ("ETag" = String, description = "For `If-Match` of the next change."),
        )),
        StaffProblems,
    )
)]
pub(crate) async fn create_brand(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    Body(new): Body<CreateBrand>,
) -> Result<Response, ApiError> {
    let slug = new.slug.unwrap_or_else(|| slugify(&new.name));
    let mut tx = app.db.begin().await?;
    lock_brand_names(&mut tx).await?;
    let id = insert_brand(&mut tx, BrandNames { name: &new.name, slug: &slug }).await?.map_err(refused)?;
    let made = find_with_version(&mut tx, &IdOrSlug::from(id)).await?;
    tx.commit().await?;
    let (brand, version) = made.ok_or_else(|| anyhow::anyhow!("a brand that was just made is not there"))?;
    let location = format!("{}{}", base.0, brand_path(id));
    let body = IfNoneMatch::nothing().or_version(version, &brand)?;
    Ok((StatusCode::CREATED, [(LOCATION, location)], body).into_response())
}
