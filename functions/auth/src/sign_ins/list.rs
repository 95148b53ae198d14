//! `GET /auth/sign_ins/`: where one is signed in.

use axum::Json;
use axum::extract::{OriginalUri, State};
use shared::app::App;
use shared::http::{ApiError, BaseUrl, CurrentUser, Cursor, Direction, Links, Page, PageQuery, Problems, Query};
use shared::users::store::sign_ins::{self, ListKey, OpenSignIn};

use super::SignIn;

/// List one's open sign-ins, newest first
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
    base: BaseUrl,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<SignIn>>, ApiError> {
    let cursor: Option<Cursor<ListKey>> = query.cursor()?;
    let (limit, now) = (query.limit(), app.clock.now());
    let mut tx = app.db.read().await?;
    let open = match &cursor {
        Some(Cursor { direction: Direction::Previous, key }) => {
            sign_ins::list_newer(&mut tx, user.id, *key, limit, now).await?
        }
        Some(Cursor { direction: Direction::Next, key }) => {
            sign_ins::list_older(&mut tx, user.id, Some(*key), limit, now).await?
        }
        None => sign_ins::list_older(&mut tx, user.id, None, limit, now).await?,
    };
    let count = if query.count { Some(sign_ins::count(&mut tx, user.id, now).await?) } else { None };
    tx.commit().await?;
    let key = |open: &OpenSignIn| (open.created_at, open.id);
    let page = Page::from_rows(open, query.page_size, cursor.as_ref(), key, &Links::new(&base, &uri));
    let page = page.map(|open| SignIn::seen_from(open, user.sign_in));
    Ok(Json(Page { count, ..page }))
}
