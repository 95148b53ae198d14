//! Creates a product with its variants, images and categories: `POST /api/v1/catalogue/products/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use shared::app::App;
use shared::catalogue::Product;
use shared::http::{ApiError, BaseUrl, Body, Requires, StaffProblems};
use shared::users::permissions;

use crate::products::body::{CreateProduct, UpdateProduct};
use crate::products::edit::{respond, save};
use crate::products::errors::FieldPath;
use crate::products::get::product_path;

/// Create a product
///
/// Creates the product with its variants, images and categories. If any part is invalid, nothing is created.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/products/",
    tag = "catalogue",
    operation_id = "create_product",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    request_body = CreateProduct,
    responses(
        (status = 201, body = Product, description = "The new product.", headers(
            ("Location" = String, description = "URL of the new product."),
            ("ETag" = String, description = "Version to send as `If-Match` with your next change."),
        )),
        StaffProblems,
    )
)]
pub(crate) async fn create_product(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    Body(new): Body<CreateProduct>,
) -> Result<Response, ApiError> {
    let tx = app.db.begin().await?;
    let edit = UpdateProduct::from(new).edit(&base);
    let product = save(tx, edit, app.clock.now(), FieldPath::Product).await?;
    let location = format!("{}{}", base.0, product_path(product.summary.id));
    let response = respond(StatusCode::CREATED, product.version, &product.with_base_url(&base.0))?;
    Ok(([(LOCATION, location)], response).into_response())
}
