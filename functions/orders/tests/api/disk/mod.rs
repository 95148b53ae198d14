//! Orders on a server that loses what is not on disk when it crashes. Commits take three milliseconds, as in a cloud.

mod crash;
mod flush;
mod plans;
mod server;

use server::Server;
use shared::ids::{CartId, UserId};
use sqlx::PgPool;
use uuid::Uuid;

/// Places the order of a cart without waiting for the disk, and returns its id.
async fn placed_without_flush(db: &PgPool, cart: CartId, user: UserId) -> sqlx::Result<Uuid> {
    sqlx::query_scalar(
        "select (place_order(gen_random_uuid(), gen_random_uuid(), $1, $2, null, gen_random_uuid(), null, null, 'en', 0) ->> 'id')::uuid",
    )
    .bind(cart)
    .bind(user)
    .fetch_one(db)
    .await
}
