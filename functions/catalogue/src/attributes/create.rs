//! Creates an attribute: `POST /api/v1/catalogue/attributes/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::Attribute;
use shared::catalogue::limits::{MAX_ATTRIBUTE, MAX_VALUE};
use shared::catalogue::store::attributes::find;
use shared::catalogue::store::write::insert_attribute;
use shared::fields::{ReadOnly, ReadOnlyName};
use shared::http::{ApiError, BaseUrl, Body, Editor, Request, StaffProblems};

use crate::attributes::body::refused;
use crate::attributes::get::attribute_path;
use crate::caching::IfNoneMatch;

/// Maximum number of values that can be created with an attribute; more can be added later.
const MAX_VALUES: usize = 500;

const READ_ONLY: ReadOnly = &[
    ReadOnlyName::fixed("id", ""),
    ReadOnlyName::fixed("values", "Change values with the operations of /api/v1/catalogue/attributes/{id}/values/."),
];

/// An attribute to create.
#[derive(Debug, Request)]
#[request(update = UpdateAttribute, replace = ReplaceAttribute, read_only = READ_ONLY)]
pub(crate) struct CreateAttribute {
    /// Unique name, compared without regard to case and repeated blanks.
    #[field(max = MAX_ATTRIBUTE)]
    #[schema(example = "Size")]
    pub name: String,
    /// Values in order. No two values are the same, compared without regard to case and repeated blanks.
    #[field(create_only, default, max = MAX_VALUES, each_max = MAX_VALUE)]
    #[schema(example = json!(["S", "M", "L"]))]
    pub values: Vec<String>,
}

/// Create an attribute
///
/// You can create its values in the same request, or add them later.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/attributes/",
    tag = "catalogue",
    operation_id = "create_attribute",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    request_body = CreateAttribute,
    responses(
        (status = 201, body = Attribute, description = "The new attribute.", headers(
            ("Location" = String, description = "URL of the new attribute."),
            ("ETag" = String, description = "Version to send as `If-Match` with your next change."),
        )),
        StaffProblems,
    )
)]
pub(crate) async fn create_attribute(
    State(app): State<App>,
    editor: Editor,
    base: BaseUrl,
    Body(new): Body<CreateAttribute>,
) -> Result<Response, ApiError> {
    let mut tx = app.db.begin().await?;
    let id = insert_attribute(&mut tx, &new.name, &new.values).await?.map_err(|reason| refused(reason, "values"))?;
    let created = find(&mut tx, id).await?;
    editor
        .record(&mut tx, Kind::AttributeCreated, json!({"attribute_id": id, "name": new.name}), app.clock.now())
        .await?;
    tx.commit().await?;
    let (attribute, version) =
        created.ok_or_else(|| anyhow::anyhow!("an attribute that was just created does not exist"))?;
    let location = format!("{}{}", base.0, attribute_path(id));
    let body = IfNoneMatch::none().respond_with_version(version, &attribute)?;
    Ok((StatusCode::CREATED, [(LOCATION, location)], body).into_response())
}
