//! Changes the quantity of a line: `PATCH /api/v1/cart/{id}/items/{line_id}/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::carts::{CartLine, MAX_QUANTITY, store};
use shared::fields::{ReadOnly, ReadOnlyName};
use shared::http::{ApiError, BaseUrl, ChangeBody, Fields, MaybeBearer, PathId, Problem, PublicProblems, Request, Two};
use shared::ids::{CartId, CartLineId};

use crate::open::refuse_unless_open;

/// Prices and stock change by themselves while a line is in a cart.
const READ_ONLY: ReadOnly = &[
    ReadOnlyName::moving("available"),
    ReadOnlyName::moving("backordered"),
    ReadOnlyName::fixed("id", ""),
    ReadOnlyName::moving("is_available"),
    ReadOnlyName::identified("product_variant", "Add the other variant as an item, and delete this line."),
    ReadOnlyName::moving("sub_total"),
    ReadOnlyName::moving("unavailable_reason"),
    ReadOnlyName::moving("unit_price"),
];

/// The change of a line.
#[derive(Clone, Copy, Debug, Request)]
#[request(read_only = READ_ONLY)]
pub(crate) struct UpdateCartItem {
    /// New number of units, 1 to 999. To remove all units, delete the line.
    #[field(min = 1, max = MAX_QUANTITY, with = quantity)]
    pub quantity: i32,
}

fn quantity(fields: &mut Fields, name: &str) -> Option<i32> {
    let quantity = fields.small_integer(name, i32::MIN..=MAX_QUANTITY)?;
    if quantity < 1 {
        fields.error(name, "Ensure this value is greater than or equal to 1; delete the line to have none.");
        return None;
    }
    Some(quantity)
}

/// Change the quantity of a line
///
/// Sets the number of units. Stock is not reserved; the line says whether it suffices. You may send back the line as you have read it, with
/// another quantity.
#[utoipa::path(
    patch,
    path = "/api/v1/cart/{id}/items/{line_id}/",
    tag = "cart",
    operation_id = "update_cart_item",
    security((), ("bearer" = [])),
    params(
        ("id" = CartId, Path, description = "The cart's id."),
        ("line_id" = CartLineId, Path, description = "The line's id."),
    ),
    request_body = UpdateCartItem,
    responses(
        (status = 200, body = CartLine, description = "The line was changed."),
        (status = 404, body = Problem, description = "The line does not exist or the cart belongs to someone else."),
        (status = 410, body = Problem, description = "The cart became an order: `cart_ordered`."),
        PublicProblems,
    )
)]
pub(crate) async fn update_cart_item(
    State(app): State<App>,
    MaybeBearer(user): MaybeBearer,
    PathId(Two(id, line_id)): PathId<Two<CartId, CartLineId>>,
    base: BaseUrl,
    ChangeBody(change, read_only): ChangeBody<UpdateCartItem>,
) -> Result<Json<CartLine>, ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    refuse_unless_open(store::lock(&mut tx, id, user.map(|user| user.id), now).await?)?;
    if !store::set_quantity(&mut tx, id, line_id, change.quantity).await? {
        return Err(ApiError::NotFound);
    }
    let line = store::line(&mut tx, id, line_id, now).await?.ok_or(ApiError::NotFound)?;
    read_only.check(&line)?;
    tx.commit().await?;
    Ok(Json(line.with_base_url(&base.0)))
}
