//! Subscribe to a variant that is out of stock: `POST /api/v1/catalogue/variants/{variant_id}/back-in-stock-subscriptions/`.

use serde_json::json;
use shared::ids::VariantId;
use sqlx::PgPool;

use crate::app;

const SUBSCRIPTIONS: &str = "select count(*) from back_in_stock_subscriptions";

fn path(variant: VariantId) -> String {
    format!("/api/v1/catalogue/variants/{variant}/back-in-stock-subscriptions/")
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn subscribing_twice_keeps_one_subscription_and_answers_the_same(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let other = app.a_product().create().await;
    let client = app.anonymous();
    for email in ["Ana@Example.com", "Ana@example.com", "ana@example.com", "ben@example.com"] {
        let answer = client.post(&path(shoes.variant), json!({"email": email})).await.expect(202);
        assert_eq!(answer.text, "");
    }
    client.post(&path(other.variant), json!({"email": "ana@example.com"})).await.expect(202);

    let subscriptions: Vec<(i64, String)> =
        sqlx::query_as("select variant_id, email from back_in_stock_subscriptions order by id")
            .fetch_all(&app.db)
            .await
            .unwrap();
    let expected =
        [(shoes.variant, "Ana@example.com"), (shoes.variant, "ben@example.com"), (other.variant, "ana@example.com")];
    assert_eq!(subscriptions, expected.map(|(variant, email)| (variant.0, email.to_owned())));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn subscribing_to_a_variant_that_can_be_ordered_returns_409(db: PgPool) {
    let app = app(db);
    for product in [app.a_product().stock(1), app.a_product().untracked(), app.a_product().backorders(Some(1))] {
        let variant = product.create().await.variant;
        let refused = app.anonymous().post(&path(variant), json!({"email": "ana@example.com"})).await.expect(409);
        assert_eq!(refused.body, json!({"detail": "The variant can be ordered now.", "code": "in_stock"}));
    }
    assert_eq!(app.count(SUBSCRIPTIONS).await, 0);
    let full = app.a_product().backorders(Some(0)).create().await.variant;
    app.anonymous().post(&path(full), json!({"email": "ana@example.com"})).await.expect(202);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_that_is_not_for_sale_is_not_found(db: PgPool) {
    let app = app(db);
    let draft = app.a_product().status("draft").create().await.variant;
    let archived = app.a_product().create().await.variant;
    sqlx::query("update product_variants set archived_at = now() where id = $1")
        .bind(archived)
        .execute(&app.db)
        .await
        .unwrap();
    let scheduled = app.a_product().create().await;
    sqlx::query("update products set publish_at = $2 where id = $1")
        .bind(scheduled.id)
        .bind(shared::testing::START.plus_seconds(1))
        .execute(&app.db)
        .await
        .unwrap();
    let body = json!({"email": "ana@example.com"});
    for variant in [draft, archived, scheduled.variant, VariantId(i64::MAX), VariantId(-1)] {
        app.anonymous().post(&path(variant), body.clone()).await.expect(404);
    }
    app.clock.advance(1);
    app.anonymous().post(&path(scheduled.variant), body).await.expect(202);
    assert_eq!(app.count(SUBSCRIPTIONS).await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_valid_email_address_is_required(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    for (body, expected) in [
        (json!({}), "This field is required."),
        (json!({"email": "ana"}), "Enter a valid email address."),
        (json!({"email": "ana@example.com\nBcc: ben@example.com"}), "Enter a valid email address."),
        (json!({"email": "a".repeat(255)}), "Ensure this field has no more than 254 characters."),
    ] {
        let refused = app.anonymous().post(&path(shoes.variant), body).await.expect(400);
        assert_eq!(refused.body, json!({"email": [expected]}));
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn subscriptions_are_limited_by_email_address_and_by_client(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let (from, other) = (app.anonymous().at("203.0.113.7"), app.anonymous().at("203.0.113.8"));
    for _ in 0..20 {
        from.post(&path(shoes.variant), json!({"email": "ana@example.com"})).await.expect(202);
    }
    for client in [&from, &other] {
        let refused = client.post(&path(shoes.variant), json!({"email": "ANA@example.com"})).await.expect(429);
        assert_eq!(refused.header("retry-after"), "86400");
    }
    // With the 20 requests above, these are 50 from one client.
    for n in 0..30 {
        from.post(&path(shoes.variant), json!({"email": format!("user-{n}@example.com")})).await.expect(202);
    }
    let refused = from.post(&path(shoes.variant), json!({"email": "eve@example.com"})).await.expect(429);
    assert_eq!(refused.header("retry-after"), "3600");
    other.post(&path(shoes.variant), json!({"email": "eve@example.com"})).await.expect(202);
    assert_eq!(app.count(SUBSCRIPTIONS).await, 32);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_mail_will_be_in_the_language_that_was_accepted(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().stock(0).create().await;
    let client = app.anonymous().header("accept-language", "de");
    client.post(&path(shoes.variant), json!({"email": "ana@example.com"})).await.expect(202);
    assert_eq!(app.count("select count(*) from back_in_stock_subscriptions where locale = 'de'").await, 1);
}
