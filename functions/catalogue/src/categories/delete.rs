//! Deletes an empty category: `DELETE /api/v1/catalogue/categories/{id_or_slug}/`.

use axum::extract::State;
use http::{StatusCode, Uri};
use shared::app::App;
use shared::catalogue::IdOrSlug;
use shared::catalogue::store::categories::find;
use shared::catalogue::store::write::{delete_category as delete, lock_category_tree};
use shared::http::{ApiError, PathId, Problem, Requires, StaffProblems};
use shared::users::permissions;

use crate::categories::body::refused;
use crate::if_match::IfMatch;
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
        ("If-Match" = Option<String>, Header, description = "`ETag` of the category that you want to delete; you get 412 if it has another one."),
    ),
    responses(
        (status = 204, description = "The category was deleted."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such category."),
        (status = 409, body = Problem, description = "The category still has products or other categories."),
        (status = 412, body = Problem, description = "The category has changed: its `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn delete_category(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(category): PathId<IdOrSlug>,
    if_match: IfMatch,
    uri: Uri,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    lock_category_tree(&mut tx).await?;
    let Some(before) = find(&mut tx, &category, app.clock.now()).await? else {
        return Err(no_such_category(&mut tx, &category, &uri).await);
    };
    if_match.allows(before.version)?;
    delete(&mut tx, before.summary.id).await?.map_err(|because| refused(because, None))?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
