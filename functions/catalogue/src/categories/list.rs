//! Gets the category tree: `GET /api/v1/catalogue/categories/`.

use axum::extract::State;
use axum::response::Response;
use shared::app::App;
use shared::catalogue::store::categories::all;
use shared::catalogue::{CategoryNode, tree};
use shared::http::{ApiError, Page, PublicProblems};

use crate::caching::{IfNoneMatch, NotModified};
use crate::reads::Reads;

/// List the category tree
///
/// Returns the categories at the top, each with all categories below it, in one page: `next` and `previous` are always null.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/categories/",
    tag = "catalogue",
    operation_id = "list_categories",
    responses((status = 200, body = Page<CategoryNode>, description = "The whole category tree."), NotModified, PublicProblems)
)]
pub(crate) async fn list_categories(
    State(app): State<App>,
    Reads(db): Reads,
    if_none_match: IfNoneMatch,
) -> Result<Response, ApiError> {
    let mut tx = db.read().await?;
    let categories = all(&mut tx, app.clock.now()).await?;
    tx.commit().await?;
    if_none_match.respond(&Page::single(tree(categories)))
}
