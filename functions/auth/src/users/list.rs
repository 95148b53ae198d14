//! Lists accounts: `GET /auth/users/`.

use anyhow::Context as _;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderValue;
use http::header::LINK;
use shared::app::App;
use shared::http::{ApiError, CurrentUser, Page, PageRequest, Problems};
use shared::users::Permission;
use shared::users::store::accounts;

use super::User;

/// List accounts
///
/// Without the permission `customers`, lists only your own account. With it, lists all accounts by id, one page at a time: the `Link`
/// header with `rel="next"` has the URL of the next page.
#[utoipa::path(
    get,
    path = "/auth/users/",
    tag = "auth",
    operation_id = "list_users",
    security(("bearer" = [])),
    params(
        ("page_size" = Option<i32>, Query, description = "Number of accounts on a page: 1 to 100, by default 20.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Cursor of the page, from the `Link` header of another response."),
    ),
    responses((
        status = 200,
        body = Vec<User>,
        description = "The accounts.",
        headers(("Link" = String, description = "`<URL>; rel=\"next\"` with the URL of the next page; missing on the last page.")),
    ), Problems)
)]
pub(crate) async fn list_users(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    request: PageRequest,
) -> Result<Response, ApiError> {
    if !account.permissions.has(Permission::Customers) {
        return Ok(Json([User::from(account)]).into_response());
    }
    let bounds = request.bounds()?.forwards();
    let mut tx = app.db.read().await?;
    let rows = accounts::list(&mut tx, bounds.after, bounds.limit).await?;
    tx.commit().await?;
    let Page { results, next, .. } = request.page(rows, &bounds, |row| row.id);
    let mut response = Json(results.into_iter().map(User::from).collect::<Vec<_>>()).into_response();
    if let Some(next) = next {
        let link = HeaderValue::try_from(format!("<{next}>; rel=\"next\"")).context("the link to the next page")?;
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}
