//! Update your account: `PUT` and `PATCH /auth/users/me/`.

use serde_json::json;
use sqlx::PgPool;

use crate::{register, service, tokens};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_update_changes_the_name_but_not_the_email_address(db: PgPool) {
    let app = service(db);
    let id = register(&app, "ana").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    for (method, name) in [("PUT", "anna"), ("PATCH", "hannah")] {
        let body = json!({"username": name, "email": "eve@example.com", "id": 7, "is_staff": true});
        let answer = ana.send_json(method.parse().unwrap(), "/auth/users/me/", body).await.expect(200);
        let expected = json!({"username": name, "id": id.0, "email": "ana@example.com"});
        assert_eq!(answer.body, expected);
        assert_eq!(ana.get("/auth/users/me/").await.expect(200).body, expected);
    }
    assert_eq!(app.count("select count(*) from users where is_staff or email <> 'ana@example.com'").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_empty_update_and_the_current_name_change_nothing(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    for body in [json!({}), json!({"username": "ana"})] {
        assert_eq!(ana.patch("/auth/users/me/", body).await.expect(200).body["username"], "ana");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_update_changes_no_other_account(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    register(&app, "ben").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    ana.patch("/auth/users/me/", json!({"username": "anna"})).await.expect(200);
    assert_eq!(app.count("select count(*) from users where username = 'ben'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_is_renamed_five_times_an_hour(db: PgPool) {
    let app = service(db);
    let id = register(&app, "ana").await;
    register(&app, "ben").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    let rename = async |name: &str| ana.patch("/auth/users/me/", json!({"username": name})).await;
    rename("anna").await.expect(200);
    // A name that is taken counts, because the answer tells so.
    for _ in 0..3 {
        rename("ben").await.expect(400);
    }
    // The present name does not.
    for _ in 0..3 {
        rename("anna").await.expect(200);
    }
    ana.put(&format!("/auth/users/{id}/"), json!({"username": "hannah"})).await.expect(200);

    assert_eq!(rename("ana").await.expect(429).header("retry-after"), "3600");
    ana.patch(&format!("/auth/users/{id}/"), json!({"username": "ana"})).await.expect(429);

    assert_eq!(app.count("select count(*) from audit_log where kind = 'username_changed'").await, 2);
    assert_eq!(app.count("select count(*) from users where username = 'hannah'").await, 1);
    app.clock.advance(3600);
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    ana.patch("/auth/users/me/", json!({"username": "ana"})).await.expect(200);
}
