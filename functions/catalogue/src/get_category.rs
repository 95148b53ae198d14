//! `GET /api/v1/catalogue/categories/{id_or_slug}/`: one category.

use axum::extract::State;
use axum::response::Response;
use shared::app::App;
use shared::catalogue::store::categories::find;
use shared::catalogue::{Category, IdOrSlug};
use shared::http::{ApiError, PathId, Problem, PublicProblems};

use crate::cached::{NotModified, Seen};

/// Read a category
///
/// With the path that leads to it and the categories right below it.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/categories/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "get_category",
    params(("id_or_slug" = String, Path, description = "The category's id or slug.")),
    responses(
        (status = 200, body = Category, description = "The category."),
        NotModified,
        (status = 404, body = Problem, description = "There is no such category."),
        PublicProblems,
    )
)]
pub(crate) async fn get_category(
    State(app): State<App>,
    seen: Seen,
    PathId(category): PathId<IdOrSlug>,
) -> Result<Response, ApiError> {
    let mut tx = app.db.read().await?;
    let category = find(&mut tx, &category).await?;
    tx.commit().await?;
    seen.or(&category.ok_or(ApiError::NotFound)?)
}
