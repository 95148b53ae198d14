//! `POST /api/v1/cart/`: a new cart.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use http::header::{HeaderName, LOCATION};
use shared::app::App;
use shared::carts::store::{insert, insert_lines, lines};
use shared::carts::{Cart, MAX_LINES, MAX_QUANTITY, Wanted};
use shared::http::{
    ApiError, BaseUrl, Body, FieldErrors, Fields, FromFields, MaybeBearer, PublicProblems, Unauthorized,
};
use shared::ids::{CartId, VariantId};
use utoipa::ToSchema;

/// What a new cart has in it.
#[derive(Clone, Debug, ToSchema)]
pub(crate) struct CreateCart {
    /// Nothing, or up to 100 items. The same variant twice adds up.
    #[schema(max_items = 100, required = false)]
    pub items: Vec<CreateCartItem>,
}

/// So many of one variant.
#[derive(Clone, Copy, Debug, ToSchema)]
pub(crate) struct CreateCartItem {
    /// What.
    pub product_variant_id: VariantId,
    /// How many.
    #[schema(minimum = 1, maximum = 999)]
    pub quantity: i32,
}

impl FromFields for CreateCart {
    fn read(fields: &mut Fields) -> Option<Self> {
        let items = fields.maybe("items", |fields, name| fields.list(name, MAX_LINES));
        Some(Self { items: items?.unwrap_or_default() })
    }
}

impl FromFields for CreateCartItem {
    fn read(fields: &mut Fields) -> Option<Self> {
        let product_variant_id = fields.id("product_variant_id").map(VariantId);
        let quantity = fields.small_integer("quantity", 1..=MAX_QUANTITY);
        Some(Self { product_variant_id: product_variant_id?, quantity: quantity? })
    }
}

/// Make a cart
///
/// With a token it is the user's own; without one it is a guest's, and whoever knows its id can use it. Without a body it is empty.
#[utoipa::path(
    post,
    path = "/api/v1/cart/",
    tag = "cart",
    operation_id = "create_cart",
    security((), ("bearer" = [])),
    request_body = Option<CreateCart>,
    responses(
        (status = 201, body = Cart, description = "The cart.", headers(("Location" = String, description = "Where it is."))),
        PublicProblems,
    )
)]
pub(crate) async fn create_cart(
    State(app): State<App>,
    MaybeBearer(user): MaybeBearer,
    base: BaseUrl,
    Body(new): Body<CreateCart>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<Cart>), ApiError> {
    let wanted = add_up(&new.items)?;
    let id = CartId(app.rng.random_uuid());
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let head = insert(&mut tx, id, user.map(|user| user.id), now).await?;
    // Deleted since its token was looked at.
    let head = head.ok_or(Unauthorized::UserNotFound)?;
    if !wanted.is_empty() {
        refuse_unknown(&new.items, &insert_lines(&mut tx, id, &wanted, now).await?)?;
    }
    let cart = Cart::new(id, head.currency, lines(&mut tx, id, now).await?).with_base_url(&base.0);
    tx.commit().await?;
    let location = format!("{}/api/v1/cart/{id}/", base.0);
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(cart)))
}

/// A line for each variant, in the order in which they first come.
fn add_up(items: &[CreateCartItem]) -> Result<Vec<Wanted>, FieldErrors> {
    let mut lines: Vec<Wanted> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let line = lines.iter_mut().find(|line| line.variant == item.product_variant_id);
        let quantity = line.as_ref().map_or(0, |line| line.quantity) + item.quantity;
        if quantity > MAX_QUANTITY {
            let message = format!("Ensure there are no more than {MAX_QUANTITY} of one variant.");
            return Err(FieldErrors::one(format!("items.{at}.quantity"), message));
        }
        match line {
            Some(line) => line.quantity = quantity,
            None => lines.push(Wanted { variant: item.product_variant_id, quantity }),
        }
    }
    Ok(lines)
}

/// Names every item that is not sold.
fn refuse_unknown(items: &[CreateCartItem], sold: &[VariantId]) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    for (at, item) in items.iter().enumerate().filter(|(_, item)| !sold.contains(&item.product_variant_id)) {
        errors.add(format!("items.{at}.product_variant_id"), not_sold(item.product_variant_id));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// What is said of a variant that is not there or not sold.
pub(crate) fn not_sold(variant: VariantId) -> String {
    format!("Invalid pk \"{variant}\" - object does not exist.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(variant: i64, quantity: i32) -> CreateCartItem {
        CreateCartItem { product_variant_id: VariantId(variant), quantity }
    }

    #[test]
    fn the_same_variant_twice_adds_up() {
        let wanted = |variant, quantity| Wanted { variant: VariantId(variant), quantity };
        assert_eq!(add_up(&[item(7, 1), item(3, 2), item(7, 998)]), Ok(vec![wanted(7, 999), wanted(3, 2)]));
    }

    #[test]
    fn the_item_that_is_one_too_many_is_named() {
        let message = "Ensure there are no more than 999 of one variant.";
        let errors = add_up(&[item(7, 999), item(3, 1), item(7, 1)]).unwrap_err();
        assert_eq!(errors, FieldErrors::one("items.2.quantity", message));
    }
}
