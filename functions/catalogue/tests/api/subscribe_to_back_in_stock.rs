//! Subscribe to a variant that is out of stock: `POST /api/v1/catalogue/variants/{variant_id}/back-in-stock-subscriptions/`.

use serde_json::json;
use shared::app::Clock as _;
use shared::ids::{SubscriptionId, VariantId};
use shared::stock::store::subscriptions::insert_link;
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::app;

const SUBSCRIPTIONS: &str = "select count(*) from back_in_stock_subscriptions";
const CONFIRMED: &str = "select count(*) from back_in_stock_subscriptions where confirmed_at is not null";
const EVENTS: &str = "select count(*) from outbox where kind = 'back_in_stock_requested'";
const CONFIRM: &str = "/api/v1/catalogue/back-in-stock-subscriptions/confirm/";
const DAY: i64 = 24 * 60 * 60;

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

/// Inserts a link to the only subscription, as `notifications` mails it.
async fn mail_link(app: &TestApp, token: &str) {
    let id: SubscriptionId =
        sqlx::query_scalar("select id from back_in_stock_subscriptions").fetch_one(&app.db).await.unwrap();
    let mut tx = app.owner.begin().await.unwrap();
    insert_link(&mut tx, id, token, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_address_that_the_caller_has_not_proven_must_be_confirmed(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    app.prove_address(ben.id).await;
    let (ana_client, ben_client) =
        (app.anonymous().bearer(&app.token(ana.id).await), app.anonymous().bearer(&app.token(ben.id).await));
    for (client, email) in [
        (&app.anonymous(), "guest@example.com"),
        (&ana_client, &*ana.email), // her account has not proven it
        (&ben_client, "stranger@example.com"),
        (&app.anonymous(), &*ben.email),
    ] {
        client.post(&path(shoes.variant), json!({ "email": email })).await.expect(202);
    }
    assert_eq!((app.count(SUBSCRIPTIONS).await, app.count(CONFIRMED).await, app.count(EVENTS).await), (4, 0, 4));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_with_a_proven_address_is_subscribed_at_once(db: PgPool) {
    let app = app(db);
    let (shoes, shirt) = (app.a_product().create().await, app.a_product().create().await);
    let ana = app.a_user().await;
    app.prove_address(ana.id).await;
    let client = app.anonymous().bearer(&app.token(ana.id).await);
    client.post(&path(shoes.variant), json!({"email": ana.email.to_uppercase()})).await.expect(202);
    assert_eq!((app.count(CONFIRMED).await, app.count(EVENTS).await), (1, 0));
    // A stranger who asked before her does not keep her from it, and later changes nothing.
    app.anonymous().post(&path(shirt.variant), json!({"email": ana.email})).await.expect(202);
    client.post(&path(shirt.variant), json!({"email": ana.email})).await.expect(202);
    app.anonymous().post(&path(shirt.variant), json!({"email": ana.email})).await.expect(202);
    assert_eq!((app.count(SUBSCRIPTIONS).await, app.count(CONFIRMED).await), (2, 2));
    client.bearer("a.b.c").post(&path(shoes.variant), json!({"email": ana.email})).await.expect(401);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_mailed_link_confirms_a_subscription_for_seven_days(db: PgPool) {
    let app = app(db);
    let (shoes, client) = (app.a_product().create().await, app.anonymous());
    let subscribe = async || client.post(&path(shoes.variant), json!({"email": "ana@example.com"})).await.expect(202);
    subscribe().await;
    mail_link(&app, "10-ab").await;
    for bad in ["10-ac", "x"] {
        let refused = client.post(CONFIRM, json!({ "token": bad })).await.expect(400);
        assert_eq!(refused.body, json!({"token": ["The link is not valid, or not any more. Subscribe again."]}));
    }
    app.clock.advance(7 * DAY);
    client.post(CONFIRM, json!({"token": "10-ab"})).await.expect(400);
    assert_eq!(app.count(CONFIRMED).await, 0);
    // Another request gives the same subscription seven more days.
    subscribe().await;
    app.clock.advance(7 * DAY - 1);
    client.post(CONFIRM, json!({"token": "10-ab"})).await.expect(204);
    assert_eq!((app.count(SUBSCRIPTIONS).await, app.count(CONFIRMED).await), (1, 1));
    app.clock.advance(7 * DAY);
    client.post(CONFIRM, json!({"token": "10-ab"})).await.expect(204);
    // It proves nothing for an account.
    assert_eq!(app.count("select count(*) from proven_addresses").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_request_for_a_confirmed_subscription_does_the_same_as_for_a_new_one(db: PgPool) {
    let app = app(db);
    let (shoes, client) = (app.a_product().create().await, app.anonymous());
    let body = json!({"email": "ana@example.com"});
    let first = client.post(&path(shoes.variant), body.clone()).await.expect(202);
    mail_link(&app, "10-ab").await;
    client.post(CONFIRM, json!({"token": "10-ab"})).await.expect(204);
    let again = client.post(&path(shoes.variant), body).await.expect(202);
    assert_eq!(first.text, again.text);
    assert_eq!((app.count(SUBSCRIPTIONS).await, app.count(EVENTS).await), (1, 2));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn subscriptions_are_limited_by_client_and_by_account_but_not_by_address(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let (from, other) = (app.anonymous().at("203.0.113.7"), app.anonymous().at("203.0.113.8"));
    for _ in 0..50 {
        from.post(&path(shoes.variant), json!({"email": "ana@example.com"})).await.expect(202);
    }
    let refused = from.post(&path(shoes.variant), json!({"email": "eve@example.com"})).await.expect(429);
    assert_eq!(refused.header("retry-after"), "3600");
    // The owner of the address asks from elsewhere.
    other.post(&path(shoes.variant), json!({"email": "ana@example.com"})).await.expect(202);

    let ana = app.a_user().await;
    app.prove_address(ana.id).await;
    let client = other.bearer(&app.token(ana.id).await);
    for _ in 0..20 {
        client.post(&path(shoes.variant), json!({"email": ana.email})).await.expect(202);
    }
    let refused = client.post(&path(shoes.variant), json!({"email": ana.email})).await.expect(429);
    assert_eq!(refused.header("retry-after"), "86400");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_mail_will_be_in_the_language_that_was_accepted(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().stock(0).create().await;
    let client = app.anonymous().header("accept-language", "de");
    client.post(&path(shoes.variant), json!({"email": "ana@example.com"})).await.expect(202);
    assert_eq!(app.count("select count(*) from back_in_stock_subscriptions where locale = 'de'").await, 1);
}
