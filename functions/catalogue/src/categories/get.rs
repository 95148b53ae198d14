//! Gets a category: `GET /api/v1/catalogue/categories/{id_or_slug}/`.

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use shared::app::App;
use shared::catalogue::store::categories::find;
use shared::catalogue::{Category, IdOrSlug};
use shared::http::{ApiError, PathId, Problem, PublicProblems};

use crate::caching::{IfNoneMatch, NotModified};
use crate::reads::Reads;
use crate::redirects::{Moved, moved_category};

/// Get a category
///
/// Returns the category with the path from the top of the tree down to it and with the categories directly below it.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/categories/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "get_category",
    params(("id_or_slug" = String, Path, description = "Id or slug of the category.")),
    responses(
        (status = 200, body = Category, description = "The category with this id or slug."),
        Moved,
        NotModified,
        (status = 404, body = Problem, description = "There is no such category."),
        PublicProblems,
    )
)]
pub(crate) async fn get_category(
    State(app): State<App>,
    Reads(db): Reads,
    uri: Uri,
    if_none_match: IfNoneMatch,
    PathId(category): PathId<IdOrSlug>,
) -> Result<Response, ApiError> {
    let mut tx = db.read().await?;
    let Some(found) = find(&mut tx, &category, app.clock.now()).await? else {
        return moved_category(tx, &category, &uri).await;
    };
    tx.commit().await?;
    if_none_match.respond_with_version(found.version, &found)
}

/// Returns the path of a category in the API.
pub(crate) fn category_path(id_or_slug: impl std::fmt::Display) -> String {
    format!("/api/v1/catalogue/categories/{id_or_slug}/")
}
