//! Lists the addresses of the caller's profile: `GET /auth/addresses/`.

use axum::Json;
use axum::extract::State;
use shared::addresses::{Address, store};
use shared::app::App;
use shared::app::db::Tx;
use shared::http::{ApiError, CurrentUser, Page, PageQuery, PageRequest, Problems};

/// List your addresses, oldest first
///
/// A profile has at most 50 addresses. `is_default_shipping` and `is_default_billing` mark the defaults.
#[utoipa::path(
    get,
    path = "/auth/addresses/",
    tag = "auth",
    operation_id = "list_addresses",
    security(("bearer" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<Address>, description = "A page of addresses."), Problems)
)]
pub(crate) async fn list_addresses(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    request: PageRequest,
) -> Result<Json<Page<Address>>, ApiError> {
    let mut tx = app.db.read().await?;
    let list = async |tx: &mut Tx, bounds| store::list(tx, account.id, bounds).await;
    let count = async |tx: &mut Tx| store::count(tx, account.id).await;
    let page = request.read(&mut tx, list, count, |address| address.id).await?;
    tx.commit().await?;
    Ok(Json(page))
}
