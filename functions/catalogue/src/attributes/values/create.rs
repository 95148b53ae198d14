//! Creates a value of an attribute: `POST /api/v1/catalogue/attributes/{id}/values/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::AttributeValue;
use shared::catalogue::limits::{MAX_POSITION, MAX_VALUE};
use shared::catalogue::store::attributes::find_value;
use shared::catalogue::store::write::{insert_value, lock_attribute, move_value};
use shared::fields::{ReadOnly, ReadOnlyName};
use shared::http::{ApiError, Body, Editor, Problem, Request, StaffProblems};
use shared::ids::AttributeId;

use crate::attributes::body::refused;
use crate::attributes::values::get::attribute_value_path;
use crate::caching::IfNoneMatch;
use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};

const READ_ONLY: ReadOnly = &[ReadOnlyName::fixed("id", "")];

/// A value to create.
#[derive(Debug, Request)]
#[request(update = UpdateAttributeValue, replace = ReplaceAttributeValue, read_only = READ_ONLY)]
pub(crate) struct CreateAttributeValue {
    /// Text of the value, unique within the attribute, compared without regard to case and repeated blanks.
    #[field(max = MAX_VALUE)]
    #[schema(example = "M")]
    pub value: String,
    /// Position among the values of the attribute, from 0.
    #[field(min = 0, max = MAX_POSITION, blank_as_null)]
    #[field(on_create = "After all others if left out.", on_replace = "Stays as it is if left out.")]
    pub position: Option<i32>,
}

/// Create a value of an attribute
///
/// The value comes after the other values unless you send a `position`.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/attributes/{id}/values/",
    tag = "catalogue",
    operation_id = "create_attribute_value",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id" = AttributeId, Path, description = "Id of the attribute."),
        IfMatch,
    ),
    request_body = CreateAttributeValue,
    responses(
        (status = 201, body = AttributeValue, description = "The new value.", headers(
            ("Location" = String, description = "URL of the new value."),
            ("ETag" = String, description = "Version of the attribute to send as `If-Match` with your next change of the attribute or one of its values."),
        )),
        (status = 404, body = Problem, description = "There is no such attribute."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn create_attribute_value(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<AttributeId>,
    Body(new): Body<CreateAttributeValue>,
) -> Result<Response, ApiError> {
    let attribute = request.id;
    let mut tx = app.db.begin().await?;
    let version = lock_attribute(&mut tx, attribute).await?.ok_or(ApiError::NotFound)?;
    request.if_match.allows(version)?;
    let inserted = insert_value(&mut tx, attribute, &new.value).await?;
    let id = inserted.map_err(|reason| refused(reason, "value"))?;
    if let Some(position) = new.position {
        move_value(&mut tx, attribute, id, position).await?;
    }
    editor
        .record(
            &mut tx,
            Kind::AttributeValueCreated,
            json!({"attribute_id": attribute, "value_id": id, "value": new.value}),
            app.clock.now(),
        )
        .await?;
    let created = find_value(&mut tx, attribute, id).await?;
    tx.commit().await?;
    let (value, version) = created.ok_or_else(|| anyhow::anyhow!("a value that was just created does not exist"))?;
    let location = format!("{}{}", request.base.0, attribute_value_path(attribute, id));
    let body = IfNoneMatch::none().respond_with_version(version, &value)?;
    Ok((StatusCode::CREATED, [(LOCATION, location)], body).into_response())
}
