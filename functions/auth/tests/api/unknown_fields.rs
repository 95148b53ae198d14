//! Unknown fields in bodies: Djoser's operations ignore them as Django REST framework does, all others refuse them.

use serde_json::json;
use sqlx::PgPool;

use crate::{register, service, tokens};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn operations_of_djoser_ignore_unknown_fields(db: PgPool) {
    let app = service(db);
    let new = json!({"email": "eve@example.com", "username": "eve", "password": "a quiet harbour", "is_staff": true});
    app.anonymous().post("/auth/users/", new).await.expect(201);
    let log_in = json!({"email": "eve@example.com", "password": "a quiet harbour", "remember": true});
    let access = app.anonymous().post("/auth/jwt/create/", log_in).await.expect(200).body["access"].clone();
    let client = app.anonymous().bearer(access.as_str().unwrap());
    let changed = client.patch("/auth/users/me/", json!({"username": "eva", "email": "x", "id": 7})).await.expect(200);
    assert_eq!((&changed.body["username"], &changed.body["email"]), (&json!("eva"), &json!("eve@example.com")));
    app.anonymous().post("/auth/jwt/verify/", json!({"token": access, "tokn": 1})).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn other_operations_refuse_unknown_fields(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let refresh = tokens(&app, "ana").await.refresh;
    let boss = app.client_of(&app.a_superuser().await);
    let meant = |name: &str| json!([format!("Unknown field. Did you mean \"{name}\"?")]);
    for (path, body, errors) in [
        ("/auth/jwt/logout/", json!({"refresh": refresh, "Refresh": 1}), json!({"Refresh": meant("refresh")})),
        (
            "/auth/api_keys/",
            json!({"name": "Depot", "scopes": ["stock"], "expiresAt": null}),
            json!({"expiresAt": meant("expires_at")}),
        ),
        (
            "/auth/roles/",
            json!({"name": "x", "permissions": [], "pemissions": []}),
            json!({"pemissions": meant("permissions")}),
        ),
        (
            "/auth/totp/",
            json!({"current_pasword": "x"}),
            json!({
                "current_password": ["This field is required."], "current_pasword": meant("current_password"),
            }),
        ),
    ] {
        assert_eq!(boss.post(path, body).await.expect(400).body, errors, "{path}");
    }
    let refused = boss.patch("/auth/profile/", json!({"names": "x"})).await.expect(400);
    assert_eq!(refused.body, json!({"names": meant("name")}));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_address_and_a_role_can_be_sent_back_as_they_were_read(db: PgPool) {
    let app = service(db);
    let boss = app.client_of(&app.a_superuser().await);
    let address = json!({"name": "Ana", "line1": "Hafenstr. 1", "city": "Hamburg", "country": "DE"});
    let address = boss.post("/auth/addresses/", address).await.expect(201).body;
    let role = boss.post("/auth/roles/", json!({"name": "Depot", "permissions": []})).await.expect(201).body;
    for (path, thing) in [("addresses", address), ("roles", role)] {
        let at = format!("/auth/{path}/{}/", thing["id"]);
        assert_eq!(boss.put(&at, thing.clone()).await.expect(200).body["id"], thing["id"]);
        let refused = boss.patch(&at, json!({"created_at": "2020-01-01T00:00:00.000000Z"})).await.expect(400);
        assert_eq!(refused.body, json!({"created_at": ["This field cannot be set here. Leave it out."]}));
    }
}
