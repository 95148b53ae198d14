//! `POST /api/v1/catalogue/products/`: a whole product, with its variants, images and categories.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use shared::app::App;
use shared::catalogue::Product;
use shared::catalogue::store::write::{ProductRefused, insert_product, judged};
use shared::http::{ApiError, BaseUrl, Body, Requires, StaffProblems};
use shared::users::permissions;

use crate::products::body::CreateProduct;
use crate::products::edit::{ProductChange, Said, answer, no_such, refused};
use crate::products::get::product_path;
use crate::products::update::write_parts;

/// Make a product
///
/// All of it or nothing.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/products/",
    tag = "catalogue",
    operation_id = "create_product",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    request_body = CreateProduct,
    responses(
        (status = 201, body = Product, description = "The product.", headers(
            ("Location" = String, description = "Where it is."),
            ("ETag" = String, description = "For `If-Match` of the next change."),
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
    let (said, now) = (Said::InList("variants"), app.clock.now());
    let mut tx = app.db.begin().await?;
    let inserted = judged(insert_product(&mut tx, &new.state(), now).await)?;
    let brand = new.brand_id.apply(None);
    let id = inserted.map_err(|because| match (because, brand) {
        (ProductRefused::NoSuchBrand, Some(brand)) => ApiError::field("brand_id", no_such(brand)),
        _ => refused(because, said),
    })?;
    let mut change = ProductChange::of(tx, id, now, said).await?;
    write_parts(&mut change, &base, new.into()).await?;
    let product = change.finish_new().await?;
    let location = format!("{}{}", base.0, product_path(id));
    let answer = answer(StatusCode::CREATED, product.version, &product.with_base_url(&base.0))?;
    Ok(([(LOCATION, location)], answer).into_response())
}
