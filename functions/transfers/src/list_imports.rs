//! Lists imports: `GET /api/v1/catalogue/imports/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, Page, PageQuery, PageRequest, Requires, StaffProblems};
use shared::transfers::Import;
use shared::transfers::store::imports::{count, list};
use shared::users::permissions;

/// List imports
///
/// Returns the newest imports first. An import is deleted thirty days after its end, or after its creation if it was not started.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/imports/",
    tag = "transfers",
    operation_id = "list_imports",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(PageQuery),
    responses((status = 200, body = Page<Import>, description = "A page of imports."), StaffProblems)
)]
pub(crate) async fn list_imports(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    request: PageRequest,
) -> Result<Json<Page<Import>>, ApiError> {
    let mut tx = app.db.read().await?;
    let page = request.read(&mut tx, list, count, |import| import.id).await?;
    tx.commit().await?;
    Ok(Json(page))
}
