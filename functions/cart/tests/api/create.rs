//! Creating carts: `POST /api/v1/cart/`.

use serde_json::{Value, json};
use shared::ids::UserId;
use sqlx::PgPool;

use crate::{app, cart_id};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn without_a_body_the_cart_is_empty_and_a_guests(db: PgPool) {
    let app = app(db);

    let made = app.anonymous().send(http::Method::POST, "/api/v1/cart/", axum::body::Body::empty()).await.expect(201);

    let id = cart_id(&made);
    assert_eq!(
        made.body,
        json!({"id": id, "items": [], "is_available": false, "item_count": 0, "grand_total": "0.00", "currency": "EUR"})
    );
    assert_eq!(made.header("location"), format!("http://shop.test/api/v1/cart/{id}/"));
    assert_eq!(app.count("select count(*) from carts where user_id is null and status = 'open'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn with_a_token_the_cart_belongs_to_the_user(db: PgPool) {
    let app = app(db);
    let ana = app.a_user().await;

    let made = app.client_of(&ana).post("/api/v1/cart/", json!({})).await.expect(201);

    let owner: Option<UserId> = sqlx::query_scalar("select user_id from carts where id = $1")
        .bind(cart_id(&made))
        .fetch_one(&app.db)
        .await
        .unwrap();
    assert_eq!(owner, Some(ana.id));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_is_created_with_items_and_quantities_of_a_variant_are_added_up(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().named("Shoes").cents(4_995).stock(3).create().await;
    let socks = app.a_product().named("Socks").cents(500).stock(9).create().await;

    let made = app
        .anonymous()
        .post(
            "/api/v1/cart",
            json!({"items": [
                {"product_variant_id": socks.variant, "quantity": 2},
                {"product_variant_id": shoes.variant, "quantity": "1"},
                {"product_variant_id": socks.variant, "quantity": 1},
            ]}),
        )
        .await
        .expect(201);

    let lines: Vec<(&Value, &Value, &Value)> = made.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (&line["product_variant"]["id"], &line["quantity"], &line["sub_total"]))
        .collect();
    assert_eq!(
        lines,
        [(&json!(socks.variant), &json!(3), &json!("15.00")), (&json!(shoes.variant), &json!(1), &json!("49.95")),]
    );
    assert_eq!((&made.body["grand_total"], &made.body["item_count"]), (&json!("64.95"), &json!(4)));
    assert_eq!(app.count("select count(*) from cart_lines").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_item_that_is_not_for_sale_is_named_and_no_cart_is_created(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().stock(1).create().await;
    let draft = app.a_product().stock(1).status("draft").create().await;

    let refused = app
        .anonymous()
        .post(
            "/api/v1/cart/",
            json!({"items": [
                {"product_variant_id": 9_007_199_254_740_993_i64, "quantity": 1},
                {"product_variant_id": shoes.variant, "quantity": 1},
                {"product_variant_id": draft.variant, "quantity": 1},
            ]}),
        )
        .await
        .expect(400);

    assert_eq!(
        refused.body,
        json!({
            "items.0.product_variant_id": ["Invalid pk \"9007199254740993\" - object does not exist."],
            "items.2.product_variant_id": [format!("Invalid pk \"{}\" - object does not exist.", draft.variant)],
        })
    );
    assert_eq!(app.count("select count(*) from carts").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn more_than_500_items_are_refused(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let items = |count| json!({"items": vec![json!({"product_variant_id": shoes.variant, "quantity": 1}); count]});

    let made = app.anonymous().post("/api/v1/cart/", items(500)).await.expect(201);
    assert_eq!(made.body["items"][0]["quantity"], 500);

    let refused = app.anonymous().post("/api/v1/cart/", items(501)).await.expect(400);
    assert_eq!(refused.body, json!({"items": ["Ensure this field has no more than 500 elements."]}));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn more_than_999_of_one_variant_are_refused(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let some = |quantity| json!({"product_variant_id": shoes.variant, "quantity": quantity});

    let refused = app.anonymous().post("/api/v1/cart/", json!({"items": [some(600), some(400)]})).await.expect(400);

    assert_eq!(refused.body, json!({"items.1.quantity": ["Ensure there are no more than 999 of one variant."]}));
    assert_eq!(app.count("select count(*) from carts").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn five_hundred_lines_keep_the_order_of_the_request(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let mut variants = app.variants_of(&shoes, 500).await;
    variants.reverse();
    variants.swap(0, 250);
    let items: Vec<Value> =
        variants.iter().map(|variant| json!({"product_variant_id": variant, "quantity": 1})).collect();

    let made = app.anonymous().post("/api/v1/cart/", json!({"items": items})).await.expect(201);

    let lines = made.body["items"].as_array().unwrap().iter();
    let order: Vec<Value> = lines.map(|line| line["product_variant"]["id"].clone()).collect();
    assert_eq!(order, variants.iter().map(|variant| json!(variant)).collect::<Vec<_>>());
}

#[expect(clippy::disallowed_methods, reason = "the test deletes the account directly")]
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_that_is_deleted_during_the_request_gets_no_cart(db: PgPool) {
    let app = app(db);
    let ana = app.a_user().await;
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("delete from users where id = $1").bind(ana.id).execute(&mut *holder).await.unwrap();

    let client = app.client_of(&ana);
    let release = async {
        let waiting =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while app.count(waiting).await == 0 {}
        holder.commit().await.unwrap();
    };
    let (answer, ()) = tokio::join!(client.post("/api/v1/cart/", json!({})), release);

    assert_eq!(answer.expect(401).body["code"], "user_not_found");
}
