//! Gets a part of the category tree: `GET /api/v1/catalogue/categories/{id_or_slug}/tree/`.

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use shared::app::App;
use shared::catalogue::store::categories::subtree;
use shared::catalogue::{CategoryNode, IdOrSlug, tree};
use shared::http::{ApiError, PathId, Problem, PublicProblems};

use crate::caching::{IfNoneMatch, NotModified};
use crate::reads::Reads;
use crate::redirects::{Moved, moved_category};

/// Get a part of the category tree
///
/// Returns the category with all categories below it, at every level.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/categories/{id_or_slug}/tree/",
    tag = "catalogue",
    operation_id = "get_category_tree",
    params(("id_or_slug" = String, Path, description = "Id or slug of the category at the top of the part.")),
    responses(
        (status = 200, body = CategoryNode, description = "The category with all categories below it."),
        Moved,
        NotModified,
        (status = 404, body = Problem, description = "There is no such category."),
        PublicProblems,
    )
)]
pub(crate) async fn get_category_tree(
    State(app): State<App>,
    Reads(db): Reads,
    uri: Uri,
    if_none_match: IfNoneMatch,
    PathId(category): PathId<IdOrSlug>,
) -> Result<Response, ApiError> {
    let mut tx = db.read().await?;
    let categories = subtree(&mut tx, &category, app.clock.now()).await?;
    let Some(top) = tree(categories).into_iter().next() else {
        return moved_category(tx, &category, &uri).await;
    };
    tx.commit().await?;
    if_none_match.respond(&top)
}
