//! Lists the lines of a cart: `GET /api/v1/cart/{id}/items/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::carts::{CartLine, store};
use shared::http::{ApiError, BaseUrl, MaybeBearer, Page, PathId, Problem, PublicProblems};
use shared::ids::CartId;

use crate::open::refuse_unless_open;

/// List the lines of a cart
///
/// Returns all lines on one page, because a cart has at most 500.
#[utoipa::path(
    get,
    path = "/api/v1/cart/{id}/items/",
    tag = "cart",
    operation_id = "list_cart_items",
    security((), ("bearer" = [])),
    params(("id" = CartId, Path, description = "The cart's id.")),
    responses(
        (status = 200, body = Page<CartLine>, description = "The lines, in the order in which they were added."),
        (status = 404, body = Problem, description = "The cart does not exist or belongs to someone else."),
        (status = 410, body = Problem, description = "The cart became an order: `cart_ordered`."),
        PublicProblems,
    )
)]
pub(crate) async fn list_cart_items(
    State(app): State<App>,
    MaybeBearer(user): MaybeBearer,
    PathId(id): PathId<CartId>,
    base: BaseUrl,
) -> Result<Json<Page<CartLine>>, ApiError> {
    let mut tx = app.db.read().await?;
    let head = store::find(&mut tx, id, user.map(|user| user.id)).await?;
    refuse_unless_open(head.map(|head| head.status))?;
    let lines = store::lines(&mut tx, id, app.clock.now()).await?;
    tx.commit().await?;
    let results = lines.into_iter().map(|line| line.with_base_url(&base.0)).collect();
    Ok(Json(Page::single(results)))
}
