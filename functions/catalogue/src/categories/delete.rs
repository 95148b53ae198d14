//! Deletes an empty category: `DELETE /api/v1/catalogue/categories/{id_or_slug}/`.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::IdOrSlug;
use shared::catalogue::store::categories::find;
use shared::catalogue::store::write::{delete_category as delete, lock_category_tree};
use shared::http::{ApiError, Editor, Problem, StaffProblems};

use crate::categories::body::refused;
use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};
use crate::redirects::{PermanentRedirect, no_such_category};

/// Delete a category
///
/// A category with products or with categories below it is not deleted: move them to another category first.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/categories/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "delete_category",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the category."),
        IfMatch,
    ),
    responses(
        (status = 204, description = "The category was deleted."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such category."),
        (status = 409, body = Problem, description = "The category still has products or other categories: `category_not_empty`."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn delete_category(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<IdOrSlug>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    lock_category_tree(&mut tx).await?;
    let Some(before) = find(&mut tx, &request.id, app.clock.now()).await? else {
        return Err(no_such_category(&mut tx, &request.id, &request.uri).await);
    };
    request.if_match.allows(before.version)?;
    delete(&mut tx, before.summary.id).await?.map_err(|reason| refused(reason, None))?;
    editor
        .record(
            &mut tx,
            Kind::CategoryDeleted,
            json!({"category_id": before.summary.id, "name": before.summary.name}),
            app.clock.now(),
        )
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
