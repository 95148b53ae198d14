//! Creates a cart: `POST /api/v1/cart/`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use shared::app::App;
use shared::app::db::Tx;
use shared::carts::store::{insert, insert_lines, lines};
use shared::carts::{Cart, MAX_LINES, MAX_QUANTITY, Wanted};
use shared::http::{
    ApiError, BaseUrl, FieldErrors, IdempotencyKey, MaybeBearer, Problem, PublicProblems, RepeatableBody, Request,
    RetryAfter, Unauthorized,
};
use shared::idempotency_keys::KeyOwner;
use shared::ids::{CartId, UserId, VariantId};
use shared::throttles::{self, Limit, Subject};
use shared::time::Timestamp;
use shared::users::ClientInfo;

/// Number of times that the carts of all accounts at one client address may exceed those of one account.
const ACCOUNTS_FACTOR: i32 = 10;

/// The items of a new cart.
#[derive(Clone, Debug, Request)]
pub(crate) struct CreateCart {
    /// Items of the cart, at most 500; may be empty. Quantities of the same variant are added up.
    #[field(default, max = MAX_LINES)]
    pub items: Vec<CreateCartItem>,
}

/// A variant and its quantity.
#[derive(Clone, Copy, Debug, Request)]
pub(crate) struct CreateCartItem {
    /// Id of the variant.
    pub product_variant_id: VariantId,
    /// Number of units, 1 to 999.
    #[field(min = 1, max = MAX_QUANTITY)]
    pub quantity: i32,
}

/// Create a cart
///
/// With a token the cart is yours. Without one it is a guest's, and anyone who knows its id can use it. Without a body it is empty. An empty cart is
/// deleted after a day without a change, a guest's after 30 days, and yours after 90.
///
/// You can create 500 carts an hour, and so can all guests of your network together; all accounts in it create ten times as many. Then you get 429,
/// unless the shop has set another limit.
///
/// With an `Idempotency-Key` the request can be repeated for a day: one cart is created, and a request with the same key and body gets 200 with
/// the first answer and `Idempotent-Replayed: true`. Without a token, the key has to be a random UUID (version 4), because it gives access to the
/// cart; it does so only until the cart is used, and is refused with 422 from then on.
#[utoipa::path(
    post,
    path = "/api/v1/cart/",
    tag = "cart",
    operation_id = "create_cart",
    security((), ("bearer" = [])),
    params(IdempotencyKey),
    request_body = Option<CreateCart>,
    responses(
        (status = 201, body = Cart, description = "The cart was created.", headers(("Location" = String, description = "URL of the cart."))),
        (status = 200, body = Cart, description = "The cart had been created before.",
            headers(("Location" = String, description = "URL of the cart."), ("Idempotent-Replayed" = String, description = "`true`"))),
        (status = 422, body = Problem, description = "The key was used for another request: `idempotency_key_reused`."),
        PublicProblems,
    )
)]
pub(crate) async fn create_cart(
    State(app): State<App>,
    MaybeBearer(user): MaybeBearer,
    client_info: ClientInfo,
    base: BaseUrl,
    RepeatableBody(new, repeatable): RepeatableBody<CreateCart>,
) -> Result<Response, ApiError> {
    let wanted = add_up(&new.items)?;
    let user = user.map(|user| user.id);
    let repeatable = match user {
        Some(user) => repeatable.of_user(user),
        // Another guest who sends the same key gets the cart, as one who knows its id does. So it must be as hard to guess.
        None => repeatable.of_guest()?,
    };
    let id = CartId(app.rng.random_uuid());
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    if let Some(first) = repeatable.replay(&mut tx, now).await? {
        return Ok(first);
    }
    let limits = CartLimit::of(&app, user, &client_info);
    for limit in &limits {
        limit.check(&mut tx, now).await?;
    }
    let head = insert(&mut tx, id, user, now).await?;
    // The user was deleted after the token was checked.
    let head = head.ok_or(Unauthorized::UserNotFound)?;
    if !wanted.is_empty() {
        refuse_unknown(&new.items, &insert_lines(&mut tx, id, &wanted, now).await?)?;
    }
    let cart = Cart::new(id, head.currency, lines(&mut tx, id, now).await?).with_base_url(&base.0);
    let location = format!("{}/api/v1/cart/{id}/", base.0);
    let created = (StatusCode::CREATED, [(LOCATION, location)], Json(cart)).into_response();
    let created = repeatable.store(&mut tx, KeyOwner::Cart(id), created).await?;
    for limit in &limits {
        limit.count(&mut tx, now).await?;
    }
    tx.commit().await?;
    Ok(created)
}

/// A limit of new carts.
struct CartLimit {
    limit: Limit,
    subject: Subject,
    whose: &'static str,
}

impl CartLimit {
    /// Returns the limits of this caller, in the order in which they are counted; none if the shop has switched them off.
    fn of(app: &App, user: Option<UserId>, client_info: &ClientInfo) -> Vec<Self> {
        let Some(carts) = app.options.carts_per_hour else { return Vec::new() };
        let client = Subject::client(client_info);
        let Some(user) = user else {
            let whose = "without an account from your network";
            return vec![Self { limit: Limit::NewCart(carts), subject: client, whose }];
        };
        // A client address registers many accounts an hour, each of which has the first limit.
        let of_all = carts.saturating_mul(ACCOUNTS_FACTOR);
        vec![
            Self { limit: Limit::NewCart(carts), subject: Subject::user(user), whose: "from your account" },
            Self { limit: Limit::NewCartOfAccounts(of_all), subject: client, whose: "from your network" },
        ]
    }

    /// Fails with 429 if the limit was reached before, and counts nothing.
    async fn check(&self, tx: &mut Tx, now: Timestamp) -> Result<(), ApiError> {
        self.allow(throttles::store::wait(tx, self.limit, &self.subject, now).await?)
    }

    /// Counts the new cart, in its transaction: one that is refused is not counted. Called last, because other new carts of the caller wait until
    /// the commit. Fails with 429 over the limit.
    async fn count(&self, tx: &mut Tx, now: Timestamp) -> Result<(), ApiError> {
        self.allow(throttles::store::count(tx, self.limit, &self.subject, now).await?)
    }

    fn allow(&self, wait: Option<u32>) -> Result<(), ApiError> {
        let (Some(wait), whose) = (wait, self.whose) else { return Ok(()) };
        let detail = format!(
            "Too many new carts were created {whose} in the last hour. Go on with a cart that you have, or try again in {wait} seconds."
        );
        Err(ApiError::ThrottledBecause(detail, RetryAfter(wait)))
    }
}

/// Adds up the quantities of each variant, in the order in which the variants first appear.
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

/// Returns an error for each item that is not for sale.
fn refuse_unknown(items: &[CreateCartItem], sold: &[VariantId]) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    for (at, item) in items.iter().enumerate().filter(|(_, item)| !sold.contains(&item.product_variant_id)) {
        errors.add(format!("items.{at}.product_variant_id"), not_sold(item.product_variant_id));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Returns the error text for a variant that does not exist or is not for sale.
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
    fn quantities_of_the_same_variant_are_added_up() {
        let wanted = |variant, quantity| Wanted { variant: VariantId(variant), quantity };
        assert_eq!(add_up(&[item(7, 1), item(3, 2), item(7, 998)]), Ok(vec![wanted(7, 999), wanted(3, 2)]));
    }

    #[test]
    fn the_item_that_exceeds_the_limit_is_named() {
        let message = "Ensure there are no more than 999 of one variant.";
        let errors = add_up(&[item(7, 999), item(3, 1), item(7, 1)]).unwrap_err();
        assert_eq!(errors, FieldErrors::one("items.2.quantity", message));
    }
}
