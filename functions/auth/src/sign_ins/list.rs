//! Lists the caller's open sign-ins: `GET /auth/sign_ins/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::app::db::Tx;
use shared::http::{ApiError, CurrentUser, Page, PageQuery, PageRequest, Problems};
use shared::users::store::sign_ins;

use super::SignIn;

/// List your open sign-ins, newest first
///
/// A sign-in is one login on one device. Use it to find devices that you do not know.
#[utoipa::path(
    get,
    path = "/auth/sign_ins/",
    tag = "auth",
    operation_id = "list_sign_ins",
    security(("bearer" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<SignIn>, description = "A page of sign-ins."), Problems)
)]
pub(crate) async fn list_sign_ins(
    State(app): State<App>,
    CurrentUser(user): CurrentUser,
    request: PageRequest,
) -> Result<Json<Page<SignIn>>, ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let list = async |tx: &mut Tx, bounds| sign_ins::list(tx, user.id, bounds, now).await;
    let count = async |tx: &mut Tx| sign_ins::count(tx, user.id, now).await;
    let page = request.read(&mut tx, list, count, |open| (open.created_at, open.id)).await?;
    tx.commit().await?;
    Ok(Json(page.map(|open| SignIn::new(open, user.sign_in))))
}
