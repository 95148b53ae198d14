//! What is left of somebody who has been erased: nothing that tells who it was.

use std::collections::BTreeMap;

use serde_json::json;
use shared::app::Clock as _;
use shared::ids::{EventId, OrderId, UserId};
use shared::orders::store::{Outcome, Placement, place};
use shared::outbox::{Event, EventKind, store as outbox};
use shared::testing::{Answer, Client, TestApp};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{PASSWORD, register, service, sql, tokens};

/// What is unmistakably hers, wherever it stands.
const HERS: [&str; 8] = [
    "ana@example.com",
    "Ana.Old@example.com",
    "ana-unmistakable",
    "Anastasia",
    "+49 1234567",
    "Wunderweg",
    "Hinterhaus",
    "Zauberstadt",
];

async fn leave(client: &Client) -> Answer {
    client.send_json("DELETE".parse().unwrap(), "/auth/users/me/", json!({"current_password": PASSWORD})).await
}

/// Every table and column that holds one of these texts.
async fn found(db: &PgPool, texts: &[&str]) -> BTreeMap<String, String> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select table_name::text, column_name::text from information_schema.columns
          where table_schema = 'public' and data_type in ('text', 'jsonb', 'ARRAY', 'character varying')",
    )
    .fetch_all(db)
    .await
    .unwrap();
    assert!(columns.len() > 60, "every column of text is looked at");
    let mut found = BTreeMap::new();
    for (table, column) in columns {
        for text in texts {
            let look =
                format!("select count(*) from \"{table}\" where position(lower($1) in lower(\"{column}\"::text)) > 0");
            let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(look)).bind(text).fetch_one(db).await.unwrap();
            if count > 0 {
                found.insert(format!("{table}.{column}"), (*text).to_owned());
            }
        }
    }
    found
}

/// An order of this user's.
async fn buys(app: &TestApp, user: UserId) -> Uuid {
    let shoes = app.a_product().stock(1).create().await;
    let placement = Placement {
        order: OrderId(app.ordered_uuid()),
        event: EventId(app.ordered_uuid()),
        cart: app.a_cart().of(user).with(shoes.variant, 1).create().await,
        user,
        sign_in: None,
        idempotency_key: Some(app.random_uuid()),
        request_digest: Uuid::nil(),
        expected_total: None,
        now: app.clock.now(),
    };
    assert!(matches!(place(&app.app.db, &placement).await.unwrap(), Outcome::Placed(_)));
    placement.order.0
}

/// Something of everything that can be kept of her.
async fn a_whole_life(app: &TestApp) -> (UserId, Client) {
    let ana = register(app, "ana").await;
    let client = app.anonymous().at("203.0.113.7").bearer(&tokens(app, "ana").await.access);
    client.patch("/auth/users/me/", json!({"username": "ana-unmistakable"})).await.expect(200);
    client.put("/auth/profile/", json!({"name": "Anastasia", "phone": "+49 1234567"})).await.expect(200);
    let address = json!({
        "name": "Anastasia", "line1": "Wunderweg 1", "line2": "Hinterhaus", "city": "Zauberstadt", "country": "DE",
        "phone": "+49 1234567",
    });
    client.post("/auth/addresses/", address).await.expect(201);
    app.a_cart().of(ana).create().await;
    // She had another address when she bought the first time, and its mail was sent; that of the second is under way.
    sql(app, "update users set email = 'Ana.Old@example.com'").await;
    let first = buys(app, ana).await;
    sql(app, "update users set email = 'ana@example.com'").await;
    app.clock.advance(60);
    buys(app, ana).await;
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
        EventKind::PasswordResetAsked { email: "Ana@example.com".to_owned() },
        EventKind::EmailChanged { user_id: ana, email: "ana@example.com".to_owned() },
        EventKind::PasswordChanged { user_id: ana },
    ] {
        let mut tx = app.app.db.begin().await.unwrap();
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
    // A mail to an address that nothing else remembers.
    sqlx::query(
        "insert into mail_log (event_id, kind, recipient, status, claimed_until, created_at, user_id)
         values (gen_random_uuid(), 'email_changed', 'ana-unmistakable@old.example', 'claimed', now(), now(), $1)",
    )
    .bind(ana)
    .execute(&app.db)
    .await
    .unwrap();
    // She waits for one thing, and the event of another is under way.
    sqlx::query(
        "with asked as (
             insert into stock_notices (variant_id, email, created_at, told_at, event_id)
             values ((select min(id) from product_variants), 'ana@example.com', now(), null, null),
                    ((select max(id) from product_variants), 'ANA.OLD@example.com', now(), now(), gen_random_uuid())
             returning id, event_id)
         insert into outbox (id, kind, payload, created_at, next_attempt_at)
         select event_id, 'back_in_stock', jsonb_build_object('notice_id', id), now(), now() from asked where event_id is not null",
    )
    .execute(&app.db)
    .await
    .unwrap();
    client.get("/auth/users/me/export/").await.expect(200);
    (ana, client)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn nothing_in_any_table_tells_who_it_was(db: PgPool) {
    let app = service(db);
    let (ana, client) = a_whole_life(&app).await;
    let before = found(&app.db, &HERS).await;
    for table in ["users", "user_addresses", "orders", "mail_log", "outbox", "mailed_links", "stock_notices"] {
        assert!(
            before.keys().any(|column| column.starts_with(table)),
            "the search finds nothing in {table}: {before:?}"
        );
    }

    leave(&client).await.expect(204);

    assert_eq!(found(&app.db, &HERS).await, BTreeMap::new());
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
async fn the_staff_erases_as_thoroughly(db: PgPool) {
    let app = service(db);
    let (ana, _) = a_whole_life(&app).await;
    let root = register(&app, "root").await;
    sql(&app, "update users set is_staff = true, is_superuser = true where username = 'root'").await;
    let client = app.anonymous().bearer(&tokens(&app, "root").await.access);

    let body = json!({"current_password": PASSWORD});
    client.send_json("DELETE".parse().unwrap(), &format!("/auth/users/{ana}/"), body).await.expect(204);

    assert_eq!(found(&app.db, &HERS).await, BTreeMap::new());
    let last: (String, i64, i64) =
        sqlx::query_as("select kind, user_id, actor_user_id from audit_log order by id desc limit 1")
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert_eq!(last, ("erased".to_owned(), ana.0, root.0));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_is_kept_of_others_stays_as_it_is(db: PgPool) {
    let app = service(db);
    let ben = register(&app, "ben").await;
    buys(&app, ben).await;
    let (_, client) = somebody_with_an_address_that_is_another_s_by_now(&app).await;
    let look = "select concat_ws('|', (select jsonb_agg(o order by o.id) from orders o where email = 'ben@example.com'),
        (select jsonb_agg(u) from users u where username = 'ben'), (select jsonb_agg(e order by e.id) from outbox e where kind = 'order_placed'))";
    let before: String = sqlx::query_scalar(look).fetch_one(&app.db).await.unwrap();

    leave(&client).await.expect(204);

    assert_eq!(sqlx::query_scalar::<_, String>(look).fetch_one(&app.db).await.unwrap(), before);
}

/// A mail once went to her where it would go to Ben now.
async fn somebody_with_an_address_that_is_another_s_by_now(app: &TestApp) -> (UserId, Client) {
    let cleo = register(app, "cleo").await;
    sqlx::query(
        "insert into mailed_links (token_sha256, user_id, purpose, email, created_at, expires_at)
         values (sha256('x'), $1, 'password_reset', 'ben@example.com', now(), now())",
    )
    .bind(cleo)
    .execute(&app.db)
    .await
    .unwrap();
    (cleo, app.anonymous().bearer(&tokens(app, "cleo").await.access))
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_last_superuser_stays(db: PgPool) {
    let app = service(db);
    for name in ["ana", "ben", "old"] {
        register(&app, name).await;
    }
    let client = async |name: &str| app.anonymous().bearer(&tokens(&app, name).await.access);
    let (ana, ben) = (client("ana").await, client("ben").await);
    sql(&app, "update users set is_staff = true, is_superuser = true, is_active = username <> 'old'").await;

    // Both at once: one of them.
    let (one, other) = tokio::join!(leave(&ana), leave(&ben));

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
async fn a_wrong_password_erases_nothing(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    let body = json!({"current_password": "not this"});
    let refused = ana.send_json("DELETE".parse().unwrap(), "/auth/users/me/", body).await.expect(400);
    assert_eq!(refused.body, json!({"current_password": ["Invalid password."]}));
    assert_eq!(app.count("select count(*) from users").await, 1);
}
