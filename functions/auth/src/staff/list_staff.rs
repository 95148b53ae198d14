//! Lists staff members: `GET /auth/staff/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, Page, PageQuery, PageRequest, RequiresUser, StaffProblems};
use shared::staff::StaffMember;
use shared::staff::store::members;
use shared::users::permissions::Settings;

/// List staff members
///
/// Lists the accounts that work in the shop, with their roles.
#[utoipa::path(
    get,
    path = "/auth/staff/",
    tag = "auth",
    operation_id = "list_staff",
    security(("bearer" = ["settings"])),
    params(PageQuery),
    responses((status = 200, body = Page<StaffMember>, description = "A page of staff members."), StaffProblems)
)]
pub(crate) async fn list_staff(
    State(app): State<App>,
    _: RequiresUser<Settings>,
    request: PageRequest,
) -> Result<Json<Page<StaffMember>>, ApiError> {
    let mut tx = app.db.read().await?;
    let page = request.read(&mut tx, members::list, members::count, |member| member.id).await?;
    tx.commit().await?;
    Ok(Json(page))
}
