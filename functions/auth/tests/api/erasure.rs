//! Erasure of an account: no table keeps anything that identifies the person.

use std::collections::BTreeMap;

use serde_json::json;
use shared::app::Clock as _;
use shared::ids::{EventId, UserId};
use shared::orders::store::{Outcome, Placement};
use shared::outbox::{Event, EventKind, store as outbox};
use shared::testing::{Answer, Client, TestApp};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{PASSWORD, register, service, sql, tokens};

/// Texts that identify Ana in any column.
const ANAS_TEXTS: [&str; 8] = [
    "ana@example.com",
    "Ana.Old@example.com",
    "ana-unmistakable",
    "Anastasia",
    "+49 1234567",
    "Wunderweg",
    "Hinterhaus",
    "Zauberstadt",
];

async fn delete_account(client: &Client) -> Answer {
    client.send_json("DELETE".parse().unwrap(), "/auth/users/me/", json!({"current_password": PASSWORD})).await
}

/// Returns every table and column that contains one of these texts.
async fn columns_with(db: &PgPool, texts: &[&str]) -> BTreeMap<String, String> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select table_name::text, column_name::text from information_schema.columns
          where table_schema = 'public' and data_type in ('text', 'jsonb', 'ARRAY', 'character varying')",
    )
    .fetch_all(db)
    .await
    .unwrap();
    assert!(columns.len() > 60, "every text column is searched");
    let mut found = BTreeMap::new();
    for (table, column) in columns {
        for text in texts {
            let query =
                format!("select count(*) from \"{table}\" where position(lower($1) in lower(\"{column}\"::text)) > 0");
            let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).bind(text).fetch_one(db).await.unwrap();
            if count > 0 {
                found.insert(format!("{table}.{column}"), (*text).to_owned());
            }
        }
    }
    found
}

/// Places an order of this user.
async fn place_order(app: &TestApp, user: UserId) -> Uuid {
    let shoes = app.a_product().stock(1).create().await;
    let cart = app.a_cart().of(user).with(shoes.variant, 1).create().await;
    app.token(user).await;
    let placement = Placement { idempotency_key: Some(app.random_uuid()), ..app.a_placement(cart, user) };
    assert!(matches!(app.check_out(&placement).await, Outcome::Placed(_)));
    placement.order.0
}

/// Registers Ana and creates rows in every table that keeps data of a person.
async fn register_with_data_everywhere(app: &TestApp) -> (UserId, Client) {
    let ana = register(app, "ana").await;
    let client = app.anonymous().at("203.0.113.7").bearer(&tokens(app, "ana").await.access);
    client.patch("/auth/users/me/", json!({"username": "ana-unmistakable"})).await.expect(200);
    client.put("/auth/profile/", json!({"name": "Anastasia", "phone": "+49 1234567"})).await.expect(200);
    let address = json!({
        "name": "Anastasia", "line1": "Wunderweg 1", "line2": "Hinterhaus", "city": "Zauberstadt", "country": "DE",
        "phone": "+49 1234567",
    });
    client.clone().header("idempotency-key", "k").post("/auth/addresses/", address).await.expect(201);
    app.a_cart().of(ana).create().await;
    // Ana had another address at her first order, whose mail was sent; the mail of the second order is not sent yet.
    sql(app, "update users set email = 'Ana.Old@example.com'").await;
    app.prove_address(ana).await;
    let first = place_order(app, ana).await;
    sql(app, "update users set email = 'ana@example.com'").await;
    app.prove_address(ana).await;
    app.clock.advance(60);
    place_order(app, ana).await;
    sqlx::query(
        "with sent as (update outbox set sent_at = now() where payload ->> 'order_id' = $1::uuid::text returning id)
         insert into mail_log (event_id, kind, recipient, status, claimed_until, message_id, error, created_at, finished_at)
         select id, 'order_placed', 'Ana.Old@example.com', 'sent', now(), 'x', 'ANA.OLD@example.com was slow', now(), now() from sent",
    )
    .bind(first)
    .execute(&app.db)
    .await
    .unwrap();
    for kind in [
        EventKind::PasswordResetRequested { email: "Ana@example.com".to_owned() },
        EventKind::EmailChanged { user_id: ana, email: "ana@example.com".to_owned() },
        EventKind::PasswordChanged { user_id: ana },
    ] {
        let mut tx = app.owner.begin().await.unwrap();
        let event = Event::new(EventId(app.ordered_uuid()), kind);
        outbox::insert(&mut tx, &event, app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    }
    sqlx::query(
        "insert into mailed_links (token_sha256, user_id, purpose, email, created_at, expires_at)
         values (sha256('x'), $1, 'password_reset', 'ana@example.com', now(), now())",
    )
    .bind(ana)
    .execute(&app.db)
    .await
    .unwrap();
    // A mail to an address that no other table keeps.
    sqlx::query(
        "insert into mail_log (event_id, kind, recipient, status, claimed_until, created_at, user_id)
         values (gen_random_uuid(), 'email_changed', 'ana-unmistakable@old.example', 'claimed', now(), now(), $1)",
    )
    .bind(ana)
    .execute(&app.db)
    .await
    .unwrap();
    // A stranger has tried to register with her address, and the registration waits for its link.
    sqlx::query(
        "insert into registrations (id, email, username, username_key, password_hash, created_at)
         values (1000, 'ANA@example.com', 'eve', 'eve', '!', now())",
    )
    .execute(&app.db)
    .await
    .unwrap();
    // One back-in-stock subscription waits; the event of the other is in the outbox.
    sqlx::query(
        "with subscribed as (
             insert into back_in_stock_subscriptions (variant_id, email, created_at, confirmed_at, notified_at, event_id)
             values ((select min(id) from product_variants), 'ana@example.com', now(), null, null, null),
                    ((select max(id) from product_variants), 'ANA.OLD@example.com', now(), now(), now(), gen_random_uuid())
             returning id, event_id)
         insert into outbox (id, kind, payload, created_at, next_attempt_at)
         select event_id, 'back_in_stock', jsonb_build_object('subscription_id', id), now(), now() from subscribed where event_id is not null",
    )
    .execute(&app.db)
    .await
    .unwrap();
    client.get("/auth/users/me/export/").await.expect(200);
    (ana, client)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_table_identifies_an_erased_user(db: PgPool) {
    let app = service(db);
    let (ana, client) = register_with_data_everywhere(&app).await;
    let before = columns_with(&app.db, &ANAS_TEXTS).await;
    for table in [
        "users",
        "user_addresses",
        "orders",
        "mail_log",
        "outbox",
        "mailed_links",
        "back_in_stock_subscriptions",
        "registrations",
        "proven_addresses",
    ] {
        assert!(
            before.keys().any(|column| column.starts_with(table)),
            "the search finds nothing in {table}: {before:?}"
        );
    }

    delete_account(&client).await.expect(204);

    assert_eq!(columns_with(&app.db, &ANAS_TEXTS).await, BTreeMap::new());
    assert_eq!(app.count("select count(*) from orders where email = 'erased@invalid' and user_id is null").await, 2);
    assert_eq!(
        app.count("select count(*) from mail_log where recipient = 'erased@invalid' and error is null").await,
        2
    );
    assert_eq!(app.count("select count(*) from outbox").await, 0);
    assert!(app.stock_adds_up().await);
    let last: (String, i64, i64, String) =
        sqlx::query_as("select kind, user_id, actor_user_id, address from audit_log order by id desc limit 1")
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert_eq!(last, ("erased".to_owned(), ana.0, ana.0, "203.0.113.7".to_owned()));
    client.get("/auth/users/me/").await.expect(401);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn erasure_by_staff_is_as_complete(db: PgPool) {
    let app = service(db);
    let (ana, _) = register_with_data_everywhere(&app).await;
    let root = register(&app, "root").await;
    sql(&app, "update users set is_staff = true, is_superuser = true where username = 'root'").await;
    let client = app.anonymous().bearer(&tokens(&app, "root").await.access);

    let body = json!({"current_password": PASSWORD});
    client.send_json("DELETE".parse().unwrap(), &format!("/auth/users/{ana}/"), body).await.expect(204);

    assert_eq!(columns_with(&app.db, &ANAS_TEXTS).await, BTreeMap::new());
    let last: (String, i64, i64) =
        sqlx::query_as("select kind, user_id, actor_user_id from audit_log order by id desc limit 1")
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert_eq!(last, ("erased".to_owned(), ana.0, root.0));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_data_of_other_users_does_not_change(db: PgPool) {
    let app = service(db);
    let ben = register(&app, "ben").await;
    place_order(&app, ben).await;
    sql(&app, "insert into back_in_stock_subscriptions (variant_id, email, created_at) select id, 'ben@example.com', now() from product_variants").await;
    let (_, client) = a_user_whose_former_address_is_bens(&app).await;
    let query = "select concat_ws('|', (select jsonb_agg(o order by o.id) from orders o where email = 'ben@example.com'),
        (select jsonb_agg(u) from users u where username = 'ben'), (select jsonb_agg(e order by e.id) from outbox e where kind = 'order_placed'),
        (select jsonb_agg(b) from back_in_stock_subscriptions b))";
    let before: String = sqlx::query_scalar(query).fetch_one(&app.db).await.unwrap();

    delete_account(&client).await.expect(204);

    assert_eq!(sqlx::query_scalar::<_, String>(query).fetch_one(&app.db).await.unwrap(), before);
}

/// Registers a user who once had proven an address that now belongs to Ben.
async fn a_user_whose_former_address_is_bens(app: &TestApp) -> (UserId, Client) {
    let cleo = register(app, "cleo").await;
    sqlx::query("insert into proven_addresses (user_id, email, proven_at) values ($1, 'ben@example.com', now())")
        .bind(cleo)
        .execute(&app.db)
        .await
        .unwrap();
    (cleo, app.anonymous().bearer(&tokens(app, "cleo").await.access))
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_last_superuser_cannot_be_erased(db: PgPool) {
    let app = service(db);
    for name in ["ana", "ben", "old"] {
        register(&app, name).await;
    }
    let client = async |name: &str| app.anonymous().bearer(&tokens(&app, name).await.access);
    let (ana, ben) = (client("ana").await, client("ben").await);
    sql(&app, "update users set is_staff = true, is_superuser = true, is_active = username <> 'old'").await;

    // When both delete their accounts at the same time, one stays.
    let (one, other) = tokio::join!(delete_account(&ana), delete_account(&ben));

    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 400]);
    let refused = if one.status == 400 { one } else { other };
    assert_eq!(
        refused.body,
        json!({"detail": "This is the last superuser. Create another one first.", "code": "last_superuser"})
    );
    assert_eq!(app.count("select count(*) from users where is_superuser and is_active").await, 1);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'erased'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_wrong_password_does_not_erase(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    let body = json!({"current_password": "not this"});
    let refused = ana.send_json("DELETE".parse().unwrap(), "/auth/users/me/", body).await.expect(400);
    assert_eq!(refused.body, json!({"current_password": ["Invalid password."]}));
    assert_eq!(app.count("select count(*) from users").await, 1);
}
