//! Checkout when the queue fails.

use std::sync::Arc;

use shared::testing::{BrokenQueue, SilentQueue};
use sqlx::PgPool;

use super::{an_app_with, check_out};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_is_placed_when_the_queue_is_down(db: PgPool) {
    stands(an_app_with(db, Arc::new(BrokenQueue))).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_is_placed_when_the_queue_never_answers(db: PgPool) {
    stands(an_app_with(db, Arc::new(SilentQueue))).await;
}

async fn stands(app: shared::testing::TestApp) {
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(1).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    check_out(&app, &ana, cart).await.expect(201);
    // The event is left to the relay.
    assert_eq!(app.count("select count(*) from outbox where sent_at is null and attempts = 0").await, 1);
}
