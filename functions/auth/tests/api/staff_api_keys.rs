//! API keys and the requests that they allow: `/auth/api_keys/`.

use serde_json::{Value, json};
use shared::testing::{Client, TestApp, TestUser};
use shared::users::Permissions;
use sqlx::PgPool;

use crate::{service, sql, staff_who_may};

const KEYS: &str = "/auth/api_keys/";

async fn a_key(client: &Client, scopes: &[&str]) -> Value {
    client.post(KEYS, json!({"name": "Depot", "scopes": scopes})).await.expect(201).body
}

/// Sends a request that needs the scope `customers` and returns the status.
async fn status_with_key(app: &TestApp, key: &str) -> u16 {
    app.with_key(key).post("/auth/users/999/deactivate/", json!({})).await.status
}

fn text(key: &Value) -> &str {
    key["key"].as_str().unwrap()
}

async fn a_key_creator(app: &TestApp) -> TestUser {
    staff_who_may(app, &["settings", "customers", "stock"]).await
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_key_is_shown_once_and_stored_as_a_digest(db: PgPool) {
    let app = service(db);
    let creator = a_key_creator(&app).await;
    let created = app
        .client_of(&creator)
        .post(KEYS, json!({"name": "Depot", "scopes": ["stock", "customers"]}))
        .await
        .expect(201);
    assert_eq!(created.header("cache-control"), "no-store");
    let key = text(&created.body).to_owned();
    assert_eq!((key.len(), &key[..5]), (81, "shop_"));
    assert_eq!(key[5..37], created.body["id"].as_str().unwrap().replace('-', ""));
    let stored = "select count(*) from api_keys where key_sha256 = sha256($1::bytea)";
    let count: i64 = sqlx::query_scalar(stored).bind(key.as_bytes()).fetch_one(&app.db).await.unwrap();
    assert_eq!(count, 1);

    let expected = json!({
        "id": created.body["id"], "name": "Depot", "scopes": ["stock", "customers"], "created_by": creator.id,
        "created_at": "2026-11-22T06:38:51.000000Z", "expires_at": null, "last_used_at": null, "revoked_at": null,
    });
    let one =
        app.client_of(&creator).get(&format!("{KEYS}{}/", created.body["id"].as_str().unwrap())).await.expect(200).body;
    assert_eq!(one, expected);
    let list = app.client_of(&creator).get(KEYS).await.expect(200);
    assert_eq!(list.body["results"], json!([expected]));
    let secret = &key[38..];
    let log: String =
        sqlx::query_scalar("select string_agg(details::text, ' ') from audit_log").fetch_one(&app.db).await.unwrap();
    assert!(log.contains("Depot") && !log.contains(secret) && !list.text.contains(secret));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_scopes_of_a_key_are_limited_to_those_of_its_creator(db: PgPool) {
    let app = service(db);
    let creator = app.client_of(&a_key_creator(&app).await);
    creator.post(KEYS, json!({"name": "x", "scopes": ["orders"]})).await.expect(403);
    let wrong =
        app.client_of(&app.a_superuser().await).post(KEYS, json!({"name": "", "scopes": ["stock", "settings"]})).await;
    let expected = json!({
        "name": ["This field may not be blank."],
        "scopes.1": ["\"settings\" is not a valid choice."],
    });
    assert_eq!(wrong.expect(400).body, expected);
    let empty = creator.post(KEYS, json!({"name": "x", "scopes": []})).await.expect(400).body;
    assert_eq!(empty, json!({"scopes": ["This list may not be empty."]}));
    for (end, message) in [
        ("2026-11-22T06:38:51Z", "Ensure this value is in the future."),
        (
            "tomorrow",
            "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
        ),
    ] {
        let answer = creator.post(KEYS, json!({"name": "x", "scopes": ["stock"], "expires_at": end})).await.expect(400);
        assert_eq!(answer.body, json!({"expires_at": [message]}));
    }
    assert_eq!(app.count("select count(*) from api_keys").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_key_allows_its_scopes_until_it_is_revoked_or_expires(db: PgPool) {
    let app = service(db);
    let creator = app.client_of(&a_key_creator(&app).await);
    let (good, other) = (a_key(&creator, &["customers"]).await, a_key(&creator, &["stock"]).await);
    let end = json!({"name": "x", "scopes": ["customers"], "expires_at": "2026-11-22T08:38:52+02:00"});
    let short = creator.post(KEYS, end).await.expect(201).body;
    assert_eq!(short["expires_at"], "2026-11-22T06:38:52.000000Z");
    let statuses = [
        status_with_key(&app, text(&good)).await,
        status_with_key(&app, text(&other)).await,
        status_with_key(&app, text(&short)).await,
    ];
    assert_eq!(statuses, [404, 403, 404]);

    app.clock.advance(1);
    assert_eq!(status_with_key(&app, text(&short)).await, 401);
    let path = format!("{KEYS}{}/", good["id"].as_str().unwrap());
    for _ in 0..2 {
        creator.delete(&path).await.expect(204);
    }
    assert_eq!(status_with_key(&app, text(&good)).await, 401);
    assert_eq!(creator.get(&path).await.expect(200).body["revoked_at"], "2026-11-22T06:38:52.000000Z");
    assert_eq!(app.count("select count(*) from audit_log where kind = 'api_key_revoked'").await, 1);
    creator.delete(&format!("{KEYS}{}/", uuid::Uuid::nil())).await.expect(404);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_invalid_key_gets_the_same_error(db: PgPool) {
    let app = service(db);
    let key = a_key(&app.client_of(&a_key_creator(&app).await), &["customers"]).await;
    let key = text(&key);
    let (id, secret) = (&key[..37], &key[38..]);
    let other_id = format!("shop_{}_{secret}", uuid::Uuid::nil().simple());
    for bad in ["", "x", id, secret, &format!("{key} {key}"), &format!("{key}A"), &key.to_uppercase(), &other_id] {
        let refusal = app.with_key(bad).post("/auth/users/999/deactivate/", json!({})).await.expect(401);
        assert_eq!(refusal.body, json!({"detail": "This API key is not valid.", "code": "api_key_not_valid"}), "{bad}");
        assert_eq!(refusal.header("www-authenticate"), "Bearer realm=\"api\"");
    }
    assert_eq!(app.count("select count(*) from api_keys where last_used_at is not null").await, 0);
    assert_eq!(status_with_key(&app, key).await, 404);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_key_is_valid_only_while_its_creator_has_all_its_scopes(db: PgPool) {
    let app = service(db);
    let creator = a_key_creator(&app).await;
    let key = a_key(&app.client_of(&creator), &["customers", "stock"]).await;
    let key = text(&key);
    for (lost, restored) in [
        ("update roles set permissions = '{customers,settings}'", "update roles set permissions = '{customers,stock}'"),
        ("update users set is_active = false", "update users set is_active = true"),
    ] {
        sql(&app, lost).await;
        assert_eq!(status_with_key(&app, key).await, 401, "{lost}");
        sql(&app, restored).await;
        assert_eq!(status_with_key(&app, key).await, 404, "{restored}");
    }
    sql(&app, "delete from user_roles").await;
    assert_eq!(status_with_key(&app, key).await, 401);
    sql(&app, "update users set is_staff = true, is_superuser = true").await;
    assert_eq!(status_with_key(&app, key).await, 404);
    sql(&app, "delete from users").await;
    assert_eq!(status_with_key(&app, key).await, 401);
    let boss = app.client_of(&app.a_superuser().await);
    assert_eq!(boss.get(KEYS).await.expect(200).body["results"][0]["created_by"], Value::Null);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_api_key_has_no_account_and_cannot_change_roles_or_keys(db: PgPool) {
    let app = service(db);
    let client = app.with_key(&app.an_api_key_of(&app.a_superuser().await, Permissions::all()).await);
    assert_eq!(client.get("/auth/users/me/").await.expect(401).body["code"], "not_authenticated");
    for path in [KEYS, "/auth/roles/", "/auth/staff/", "/auth/audit/"] {
        assert_eq!(client.get(path).await.expect(403).body["code"], "permission_denied", "{path}");
    }
    client.post(KEYS, json!({"name": "x", "scopes": ["stock"]})).await.expect(403);
    assert_eq!(app.count("select count(*) from api_keys").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn last_used_at_of_a_key_changes_at_most_once_a_minute(db: PgPool) {
    let app = service(db);
    let key = a_key(&app.client_of(&a_key_creator(&app).await), &["customers"]).await;
    let mut last_used = Vec::new();
    for seconds in [0, 59, 1] {
        app.clock.advance(seconds);
        assert_eq!(status_with_key(&app, text(&key)).await, 404);
        last_used.push(app.count("select extract(epoch from last_used_at)::bigint - 1795329531 from api_keys").await);
    }
    assert_eq!(last_used, [0, 0, 60]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn keys_are_listed_newest_first_and_paged_in_both_directions(db: PgPool) {
    let app = service(db);
    let creator = app.client_of(&a_key_creator(&app).await);
    for name in ["1", "2", "3"] {
        app.clock.advance(1);
        creator.post(KEYS, json!({"name": name, "scopes": ["stock"]})).await.expect(201);
    }
    let names = |page: &Value| {
        page["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let path_of = |page: &Value, link: &str| page[link].as_str().unwrap().replace("http://shop.test", "");
    let first = creator.get("/auth/api_keys/?page_size=2&count=true").await.expect(200).body;
    assert_eq!((names(&first), &first["count"]), (vec!["3".to_owned(), "2".to_owned()], &json!(3)));
    let second = creator.get(&path_of(&first, "next")).await.expect(200).body;
    assert_eq!(names(&second), ["1"]);
    assert_eq!(names(&creator.get(&path_of(&second, "previous")).await.expect(200).body), ["3", "2"]);
}
