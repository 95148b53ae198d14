//! Export your data: `GET /auth/users/me/export/`.

use serde_json::{Value, json};
use shared::orders::store::Outcome;
use sqlx::PgPool;

use crate::{register, service, tokens};

const PATH: &str = "/auth/users/me/export/";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_export_contains_all_data_of_the_user(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    app.prove_address(ana).await;
    let client = app.anonymous().at("203.0.113.7").bearer(&tokens(&app, "ana").await.access);
    client.put("/auth/profile/", json!({"name": "Ana Berg", "phone": "040 1"})).await.expect(200);
    let address = json!({"name": "Ana Berg", "line1": "Hafenstr. 1", "city": "Hamburg", "country": "DE"});
    let address = client.post("/auth/addresses/", address).await.expect(201).body;
    let shoes = app.a_product().named("Runner").cents(4990).stock(3).create().await;
    app.a_cart().of(ana).with(shoes.variant, 2).create().await;
    app.token(ana).await;
    let placement = app.a_placement(app.a_cart().of(ana).with(shoes.variant, 1).create().await, ana);
    let Outcome::Placed(order) = app.check_out(&placement).await else {
        panic!("an order of items in stock is placed")
    };
    sqlx::query(
        "insert into mail_log (event_id, kind, recipient, status, claimed_until, created_at, finished_at)
         values ($1, 'order_placed', 'Ana@Example.com', 'sent', now(), now(), now())",
    )
    .bind(placement.event)
    .execute(&app.db)
    .await
    .unwrap();

    sqlx::query("insert into back_in_stock_subscriptions (variant_id, email, created_at) values ($1, 'Ana@example.com', now()), ($1, 'ben@example.com', now())")
        .bind(shoes.variant)
        .execute(&app.db)
        .await
        .unwrap();

    let answer = client.get(PATH).await.expect(200);

    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"personal-data.json\"");
    assert_eq!(answer.header("cache-control"), "no-store");
    let data = &answer.body;
    let account = &data["account"];
    assert_eq!(
        (&account["email"], &account["username"], &account["name"], &account["phone"], &account["id"]),
        (&json!("ana@example.com"), &json!("ana"), &json!("Ana Berg"), &json!("040 1"), &json!(ana))
    );
    assert_eq!((&account["roles"], &account["has_second_factor"]), (&json!([]), &json!(false)));
    assert_eq!(account["proven_emails"], json!(["ana@example.com"]));
    assert_eq!(data["addresses"], json!([address]));
    assert_eq!(data["carts"]["results"].as_array().unwrap().len(), 2);
    let open: Vec<&Value> =
        data["carts"]["results"].as_array().unwrap().iter().filter(|cart| cart["status"] == "open").collect();
    let item = json!({"product_variant_id": shoes.variant, "sku": shoes.sku, "quantity": 2});
    assert_eq!(open.iter().map(|cart| &cart["items"]).collect::<Vec<_>>(), [&json!([item])]);
    let exported = &data["orders"]["results"][0];
    assert_eq!(
        (&exported["id"], &exported["number"], &exported["grand_total"]),
        (&json!(order.id), &json!(order.number), &json!("49.90"))
    );
    assert_eq!(
        (&exported["items"][0]["product_name"], &exported["events"][0]["kind"]),
        (&json!("Runner"), &json!("placed"))
    );
    let sign_in = &data["sign_ins"]["results"][0];
    assert!(sign_in["created_at"].is_string() && sign_in["ended_at"].is_null(), "{sign_in}");
    assert_eq!(data["mails"]["results"][0]["recipient"], "Ana@Example.com");
    let subscriptions = data["back_in_stock_subscriptions"]["results"].as_array().unwrap();
    assert_eq!(subscriptions.len(), 1, "Ben's is his");
    let subscription = &subscriptions[0];
    assert_eq!((&subscription["sku"], &subscription["email"]), (&json!(shoes.sku), &json!("Ana@example.com")));
    assert_eq!(
        (&subscription["product_variant_id"], &subscription["notified_at"]),
        (&json!(shoes.variant), &Value::Null)
    );
    for kind in ["carts", "orders", "sign_ins", "mails", "links", "back_in_stock_subscriptions", "api_keys", "audit"] {
        assert_eq!(data[kind]["truncated"], false, "{kind}");
    }
    assert_eq!(
        app.count("select count(*) from audit_log where kind = 'exported' and address = '203.0.113.7'").await,
        1
    );
    assert_eq!(client.get(PATH).await.expect(200).body["audit"]["results"][0]["kind"], "exported");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_export_contains_no_data_of_others_and_no_secret(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let ben = register(&app, "ben").await;
    app.a_cart().of(ben).create().await;
    let anas_tokens = tokens(&app, "ana").await;
    tokens(&app, "ben").await;
    // Ben, a member of staff, deactivated the account; his network address is his own data. An old link of Ana went to an
    // address that is now Ben's.
    sqlx::query(
        "insert into audit_log (at, kind, user_id, actor_user_id, address, user_agent)
         values (now(), 'deactivated', $1, $2, '198.51.100.9', 'of ben')",
    )
    .bind(ana)
    .bind(ben)
    .execute(&app.db)
    .await
    .unwrap();
    sqlx::query(
        "with link as (insert into mailed_links (token_sha256, user_id, purpose, email, created_at, expires_at)
                       values (sha256('a link'), $1, 'email_reset', 'BEN@example.com', now(), now()))
         insert into mail_log (event_id, kind, recipient, status, claimed_until, created_at)
         values (gen_random_uuid(), 'order_placed', 'ben@example.com', 'claimed', now(), now())",
    )
    .bind(ana)
    .execute(&app.db)
    .await
    .unwrap();

    let answer = app.anonymous().bearer(&anas_tokens.access).get(PATH).await.expect(200);

    for foreign in ["ben@example.com", "198.51.100.9", "of ben"] {
        assert!(!answer.text.contains(foreign), "{foreign}: {}", answer.text);
    }
    assert!(answer.text.contains("deactivated"));
    assert_eq!(answer.body["mails"]["results"], json!([]));
    let secrets: Vec<String> = sqlx::query_scalar(
        "select password_hash from users union all select encode(token_sha256, 'hex') from refresh_tokens
         union all select encode(token_sha256, 'hex') from mailed_links",
    )
    .fetch_all(&app.db)
    .await
    .unwrap();
    assert!(secrets.len() > 3);
    for secret in secrets.iter().chain([&anas_tokens.access, &anas_tokens.refresh]) {
        assert!(!answer.text.contains(secret), "{secret}");
    }
    for word in ["password", "sha256", "secret", "hash"] {
        assert!(!answer.text.replace("password_reset", "").contains(&format!("\"{word}")), "{word}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_truncated_list_is_marked(db: PgPool) {
    let app = service(db);
    let ana = app.a_user().await;
    sqlx::query(
        "insert into carts (id, user_id, created_at, updated_at)
         select gen_random_uuid(), $1, now() - n * interval '1 second', now() from generate_series(1, 501) n",
    )
    .bind(ana.id)
    .execute(&app.db)
    .await
    .unwrap();

    let answer = app.client_of(&ana).get(PATH).await.expect(200);

    assert_eq!(answer.body["carts"]["truncated"], true);
    assert_eq!(answer.body["carts"]["results"].as_array().unwrap().len(), 500);
    assert_eq!(answer.body["orders"], json!({"truncated": false, "results": []}));
}

/// The export must fit into the answer of a Lambda.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn carts_and_orders_of_many_lines_are_cut_at_10000_lines(db: PgPool) {
    let app = service(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().create().await;
    let variants = app.variants_of(&shoes, 500).await;
    for statement in [
        "with cart as (insert into carts (id, user_id, created_at, updated_at)
                       select gen_random_uuid(), $1, now(), now() from generate_series(1, 21) returning id)
         insert into cart_lines (cart_id, variant_id, quantity) select id, v, 1 from cart, unnest($2::bigint[]) v",
        "with placed as (insert into orders (id, user_id, cart_id, request_digest, email, currency, total, placed_at)
                         select id, $1, id, id, 'ana@example.com', 'EUR', 0, now() from carts returning id)
         insert into order_lines (order_id, position, product_name, variant_name, sku, unit_price, quantity)
         select id, v, 'Shoes', '', 'S', 0, 1 from placed, unnest($2::bigint[]) v",
    ] {
        sqlx::query(statement).bind(ana.id).bind(&variants).execute(&app.db).await.unwrap();
    }

    let answer = app.client_of(&ana).get(PATH).await.expect(200);

    for kind in ["carts", "orders"] {
        let list = &answer.body[kind];
        assert_eq!((&list["truncated"], list["results"].as_array().unwrap().len()), (&json!(true), 20), "{kind}");
        assert_eq!(list["results"][19]["items"].as_array().unwrap().len(), 500, "{kind}");
    }
    assert!(answer.text.len() < 6_000_000, "{}", answer.text.len());
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn exports_are_limited_to_five_per_hour(db: PgPool) {
    let app = service(db);
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    for _ in 0..5 {
        app.client_of(&ana).get(PATH).await.expect(200);
    }
    let later = app.client_of(&ana).get(PATH).await.expect(429);
    assert_eq!(later.header("retry-after"), "3600");
    app.client_of(&ben).get(PATH).await.expect(200);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'exported'").await, 6);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_export_needs_a_token(db: PgPool) {
    service(db).anonymous().get(PATH).await.expect(401);
}
