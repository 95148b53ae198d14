//! `GET /auth/addresses/`: one's own addresses.

use axum::Json;
use axum::extract::{OriginalUri, State};
use shared::addresses::{Address, store};
use shared::app::App;
use shared::http::{ApiError, BaseUrl, CurrentUser, Cursor, Direction, Links, Page, PageQuery, Problems, Query};
use shared::ids::AddressId;

/// List one's addresses, oldest first
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
    base: BaseUrl,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Address>>, ApiError> {
    let cursor: Option<Cursor<AddressId>> = query.cursor()?;
    let limit = query.limit();
    let mut tx = app.db.read().await?;
    let addresses = match &cursor {
        Some(Cursor { direction: Direction::Previous, key }) => {
            store::list_before(&mut tx, account.id, *key, limit).await?
        }
        Some(Cursor { direction: Direction::Next, key }) => {
            store::list_after(&mut tx, account.id, Some(*key), limit).await?
        }
        None => store::list_after(&mut tx, account.id, None, limit).await?,
    };
    let count = if query.count { Some(store::count(&mut tx, account.id).await?) } else { None };
    tx.commit().await?;
    let key = |address: &Address| address.id;
    let page = Page::from_rows(addresses, query.page_size, cursor.as_ref(), key, &Links::new(&base, &uri));
    Ok(Json(Page { count, ..page }))
}
