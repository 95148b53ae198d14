//! Variants that staff remove while they are added to a cart.
#![expect(clippy::disallowed_methods, reason = "the tests hold locks on their own connections")]

use serde_json::json;
use shared::testing::{Answer, TestApp};
use sqlx::PgPool;

use crate::{app, items};

/// Removes the variant with `statement` in a transaction that is committed while `request` waits for it. It locks the variant first, as
/// `remove_variants` does.
async fn behind(app: &TestApp, statement: &'static str, request: impl Future<Output = Answer>) -> Answer {
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("select from product_variants for update").execute(&mut *holder).await.unwrap();
    sqlx::query(statement).execute(&mut *holder).await.unwrap();
    let commit = async {
        app.wait_until_blocked().await;
        holder.commit().await.unwrap();
    };
    tokio::join!(request, commit).0
}

const WITHDRAWALS: [&str; 2] = ["update product_variants set archived_at = now()", "delete from product_variants"];

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_that_is_withdrawn_while_it_is_added_is_refused(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().stock(5).create().await;
    let (cart, client) = (app.a_cart().create().await, app.anonymous());
    let path = items(cart);
    for withdraw in WITHDRAWALS {
        let add = client.post(&path, json!({"product_variant_id": shoes.variant, "quantity": 1}));
        let refused = behind(&app, withdraw, add).await.expect(400).body;
        let message = format!("Invalid pk \"{}\" - object does not exist.", shoes.variant);
        assert_eq!(refused, json!({"product_variant_id": [message]}), "{withdraw}");
        sqlx::query("update product_variants set archived_at = null").execute(&app.db).await.unwrap();
    }
    assert_eq!(app.count("select count(*) from cart_lines").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_is_not_created_without_an_item_that_is_withdrawn_in_the_meantime(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().stock(5).create().await;
    let client = app.anonymous();
    for withdraw in WITHDRAWALS {
        let create =
            client.post("/api/v1/cart/", json!({"items": [{"product_variant_id": shoes.variant, "quantity": 1}]}));
        let refused = behind(&app, withdraw, create).await.expect(400).body;
        assert!(refused["items.0.product_variant_id"].is_array(), "{withdraw}: {refused}");
        sqlx::query("update product_variants set archived_at = null").execute(&app.db).await.unwrap();
    }
    assert_eq!(app.count("select count(*) from carts").await, 0);
}

/// The database itself refuses to take a line from a cart.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_in_a_cart_cannot_be_deleted(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    app.a_cart().with(shoes.variant, 1).create().await;

    for delete in ["delete from product_variants", "delete from products"] {
        sqlx::query(delete).execute(&app.db).await.unwrap_err();
    }
    assert_eq!(app.count("select count(*) from cart_lines").await, 1);
}
