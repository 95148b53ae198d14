//! `DELETE /api/v1/catalogue/categories/{id_or_slug}/`: away with an empty category.

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
/// One that has categories or products stays: they would have to go somewhere.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/categories/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "delete_category",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The category's id or slug."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that is to be deleted."),
    ),
    responses(
        (status = 204, description = "It is gone."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such category."),
        (status = 409, body = Problem, description = "It has categories or products."),
        (status = 412, body = Problem, description = "Somebody else has changed it meanwhile."),
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
