//! List accounts: `GET /auth/users/`.

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
/// One's own; with the permission `customers`, everybody's, by id, and then the `Link` header leads on (`rel="next"`).
#[utoipa::path(
    get,
    path = "/auth/users/",
    tag = "auth",
    operation_id = "list_users",
    security(("bearer" = [])),
    params(
        ("page_size" = Option<i32>, Query, description = "How many accounts: 1 to 100, 20 if not said.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where to go on, from the `Link` of another answer."),
    ),
    responses((
        status = 200,
        body = Vec<User>,
        description = "The accounts.",
        headers(("link" = String, description = "Where the next ones are, if there are any.")),
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
