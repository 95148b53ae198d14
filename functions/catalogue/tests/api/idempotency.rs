//! Requests of staff that are repeated with an `Idempotency-Key`.

use serde_json::{Value, json};
use shared::testing::{Answer, Client, TestApp};
use shared::users::{Permission, Permissions};
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::create_product::{create_shirt, path};
use crate::write_categories::editor;
use crate::{PRODUCTS, app};

const STOCK: &str = "/api/v1/catalogue/bulk/stock/";
const IMAGES: &str = "ocean-blue-shirt/images";

async fn stock_keeper(app: &TestApp) -> Client {
    app.client_of(&app.a_staff_user_with(Permissions::from_iter([Permission::Stock])).await)
}

fn with_key(client: &Client, key: &str) -> Client {
    client.clone().header("idempotency-key", key)
}

fn assert_replays(again: &Answer, first: &Answer) {
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"), "{}", again.text);
    assert_eq!(again.text, first.text);
    for header in ["location", "etag", "content-type", "cache-control"] {
        assert_eq!(again.header(header), first.header(header), "{header}");
    }
    assert_eq!(first.header("idempotent-replayed"), "");
}

async fn on_hand(app: &TestApp) -> i64 {
    app.count("select sum(on_hand)::bigint from stock_levels").await
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn repeated_changes_of_stock_are_made_once(db: PgPool) {
    let app = app(db);
    let (shoes, boots) = (app.a_product().stock(5).create().await, app.a_product().stock(5).create().await);
    let keeper = with_key(&stock_keeper(&app).await, "delivery 17");
    let body = json!({"items": [
        {"sku": shoes.sku, "received": 7}, {"sku": boots.sku, "adjusted_by": -2, "reason": "written_off"},
    ]});

    let first = keeper.post(STOCK, body.clone()).await.expect(200);
    assert_replays(&keeper.post(STOCK, body.clone()).await, &first);

    assert_eq!(first.body["changed"], 2);
    assert_eq!(on_hand(&app).await, 15);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'stock_changed'").await, 1);
    assert!(app.stock_adds_up().await);
    // Names in another order say the same; another number does not.
    let reordered = json!({"items": [
        {"received": 7, "sku": shoes.sku}, {"reason": "written_off", "adjusted_by": -2, "sku": boots.sku},
    ]});
    assert_replays(&keeper.post(STOCK, reordered).await, &first);
    let other = json!({"items": [{"sku": shoes.sku, "received": 8}]});
    assert_eq!(keeper.post(STOCK, other).await.expect(422).body["code"], "idempotency_key_reused");
    let dry_run = json!({"items": body["items"], "dry_run": true});
    keeper.post(STOCK, dry_run).await.expect(422);
    assert_eq!(on_hand(&app).await, 15);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn without_a_key_stock_is_received_again(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let keeper = stock_keeper(&app).await;
    for _ in 0..2 {
        keeper.post(STOCK, json!({"items": [{"sku": shoes.sku, "received": 7}]})).await.expect(200);
    }
    assert_eq!(on_hand(&app).await, 14);
    assert_eq!(app.count("select count(*) from idempotency_keys").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_key_holds_for_one_caller_and_one_url(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let body = json!({"items": [{"sku": shoes.sku, "received": 1}]});
    let creator = app.a_staff_user_with(Permissions::from_iter([Permission::Stock, Permission::Catalogue])).await;
    let key = app.an_api_key_of(&creator, Permissions::from_iter([Permission::Stock])).await;
    let program = app.anonymous().header("authorization", &format!("Api-Key {key}"));
    for client in [stock_keeper(&app).await, stock_keeper(&app).await, program, app.client_of(&creator)] {
        for _ in 0..2 {
            with_key(&client, "k").post(STOCK, body.clone()).await.expect(200);
        }
    }
    assert_eq!(on_hand(&app).await, 4);
    let product = json!({"name": "Hat", "base_price": "1.00"});
    with_key(&app.client_of(&creator), "k").post(PRODUCTS, product).await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_refused_request_leaves_the_key_for_another_attempt(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let keeper = with_key(&stock_keeper(&app).await, "k");
    keeper.post(STOCK, json!({"items": [{"sku": shoes.sku, "received": 0}]})).await.expect(400);
    keeper.post(STOCK, json!({"items": [{"sku": shoes.sku, "received": 1}]})).await.expect(200);
    let editor = with_key(&editor(&app).await, "k");
    editor.post(&path("no-such-product/images"), json!({"url": "/a.jpg"})).await.expect(404);
    create_shirt(&editor).await;
    editor.post(PRODUCTS, json!({"name": "Hat", "base_price": "1.00"})).await.expect(422);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_repeated_product_and_a_repeated_image_are_created_once(db: PgPool) {
    let app = app(db);
    let editor = with_key(&editor(&app).await, "k");
    let hat = json!({"name": "Hat", "base_price": "10.00"});
    let first = editor.post(PRODUCTS, hat.clone()).await.expect(201);
    assert_replays(&editor.post(PRODUCTS, hat).await, &first);
    assert_eq!(app.count("select count(*) from products").await, 1);

    let images = path("hat/images");
    // The repetition has the `If-Match` of the first request, which is outdated now.
    let editor = editor.header("if-match", first.header("etag"));
    let image = json!({"url": "https://cdn.test/hat.jpg"});
    let first = editor.post(&images, image.clone()).await.expect(201);
    for same in [images.clone(), path("h%61t/images")] {
        assert_replays(&editor.post(&same, image.clone()).await, &first);
    }
    assert_eq!(app.count("select count(*) from product_images").await, 1);
    assert_eq!(app.count("select version from products").await, 2);
    editor.post(&images, json!({"url": "https://cdn.test/other.jpg"})).await.expect(422);
}

/// Sends the same request many times at once; returns the answers, the first one at the front.
async fn at_once(client: &Client, path: &str, body: &Value) -> Vec<Answer> {
    let mut posts = JoinSet::new();
    for _ in 0..12 {
        let (client, path, body) = (client.clone(), path.to_owned(), body.clone());
        posts.spawn(async move { client.post(&path, body).await });
    }
    let mut answers = posts.join_all().await;
    answers.sort_by_key(|answer| answer.header("idempotent-replayed").to_owned());
    answers
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_same_request_12_times_at_once_is_done_once(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let (keeper, editor) = (with_key(&stock_keeper(&app).await, "k"), with_key(&editor(&app).await, "k"));
    create_shirt(&editor).await;
    for (client, path, body) in [
        (&keeper, STOCK.to_owned(), json!({"items": [{"sku": shoes.sku, "received": 7}]})),
        (&editor, path(IMAGES), json!({"url": "https://cdn.test/back.jpg"})),
    ] {
        let answers = at_once(client, &path, &body).await;
        for again in &answers[1..] {
            assert_replays(again, &answers[0]);
        }
    }
    assert_eq!(app.count("select sum(change)::bigint from stock_ledger where reason = 'received'").await, 7 + 3);
    assert_eq!(app.count("select count(*) from product_images").await, 2 + 1);
}
