//! `POST /api/v1/catalogue/attributes/`: a new attribute.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use shared::app::App;
use shared::catalogue::Attribute;
use shared::catalogue::store::attributes::find;
use shared::catalogue::store::write::insert_attribute;
use shared::http::{ApiError, BaseUrl, Body, Fields, FromFields, Requires, StaffProblems};
use shared::users::permissions;
use utoipa::ToSchema;

use crate::attributes::body::{refused, text};
use crate::attributes::get::attribute_path;
use crate::caching::IfNoneMatch;

/// How many values come with it at most; others may follow.
const MAX_VALUES: usize = 500;

/// An attribute to be.
#[derive(Debug, ToSchema)]
pub(crate) struct CreateAttribute {
    /// Its name; there is none other like it, whatever the case.
    #[schema(min_length = 1, max_length = 255, example = "Size")]
    pub name: String,
    /// Its values, in order; none, if not said. No two are alike, whatever the case.
    #[schema(required = false, max_items = 500, example = json!(["S", "M", "L"]))]
    pub values: Vec<String>,
}

impl FromFields for CreateAttribute {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = text(fields, "name");
        let values = fields.maybe("values", |fields, field| fields.values(field, MAX_VALUES, text));
        Some(Self { name: name?, values: values?.unwrap_or_default() })
    }
}

/// Make an attribute
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/attributes/",
    tag = "catalogue",
    operation_id = "create_attribute",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    request_body = CreateAttribute,
    responses(
        (status = 201, body = Attribute, description = "The attribute.", headers(
            ("Location" = String, description = "Where it is."),
            ("ETag" = String, description = "For `If-Match` of the next change."),
        )),
        StaffProblems,
    )
)]
pub(crate) async fn create_attribute(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    Body(new): Body<CreateAttribute>,
) -> Result<Response, ApiError> {
    let mut tx = app.db.begin().await?;
    let id = insert_attribute(&mut tx, &new.name, &new.values).await?.map_err(|because| refused(because, "values"))?;
    let made = find(&mut tx, id).await?;
    tx.commit().await?;
    let (attribute, version) = made.ok_or_else(|| anyhow::anyhow!("an attribute that was just made is not there"))?;
    let location = format!("{}{}", base.0, attribute_path(id));
    let body = IfNoneMatch::nothing().or_version(version, &attribute)?;
    Ok((StatusCode::CREATED, [(LOCATION, location)], body).into_response())
}
