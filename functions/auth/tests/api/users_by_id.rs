//! Accounts by id, the permissions to change them, and the audit log: `/auth/users/{id}/`.

use http::Method;
use serde_json::json;
use shared::ids::UserId;
use shared::testing::{Client, TestApp};
use sqlx::PgPool;

use crate::mailed_links::audit_log;
use crate::{PASSWORD, register, service, sql, tokens};

/// Registers a member of staff with the permission `customers`.
async fn a_colleague(app: &TestApp, name: &'static str) -> (UserId, Client) {
    let id = register(app, name).await;
    sqlx::query("update users set is_staff = true where id = $1").bind(id).execute(&app.db).await.unwrap();
    let role = "insert into user_roles select $1, id from roles where name = 'Shop manager'";
    sqlx::query(role).bind(id).execute(&app.db).await.unwrap();
    (id, app.anonymous().bearer(&tokens(app, name).await.access))
}

async fn statuses(client: &Client, id: UserId) -> [u16; 4] {
    let path = format!("/auth/users/{id}/");
    let get = client.get(&path).await.status;
    let put = client.put(&path, json!({"username": "renamed"})).await.status;
    let patch = client.patch(&path, json!({"username": "renamed again"})).await.status;
    let body = json!({"current_password": PASSWORD});
    [get, put, patch, client.send_json(Method::DELETE, &path, body).await.status]
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn staff_change_customers_and_only_superusers_change_staff(db: PgPool) {
    let app = service(db);
    let (ana, ben) = (register(&app, "ana").await, register(&app, "ben").await);
    let (colleague, client) = a_colleague(&app, "colleague").await;
    let (boss, superuser) = a_colleague(&app, "boss").await;
    sql(&app, "update users set is_superuser = true where username = 'boss'").await;

    assert_eq!(statuses(&client, boss).await, [200, 403, 403, 403]);
    assert_eq!(statuses(&client, ana).await, [200, 200, 200, 204]);
    assert_eq!(statuses(&client, ana).await, [404, 404, 404, 404]);
    assert_eq!(statuses(&superuser, colleague).await, [200, 200, 200, 204]);
    assert_eq!(statuses(&superuser, ben).await, [200, 200, 200, 204]);
    assert_eq!(app.count("select count(*) from users where username = 'boss'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn staff_can_change_their_own_account(db: PgPool) {
    let app = service(db);
    let (colleague, client) = a_colleague(&app, "colleague").await;
    assert_eq!(statuses(&client, colleague).await, [200, 200, 200, 204]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn renamed_and_erased_accounts_are_in_the_audit_log(db: PgPool) {
    let app = service(db);
    let (ana, ben) = (register(&app, "ana").await, register(&app, "ben").await);
    let client = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    let (colleague, staff) = a_colleague(&app, "colleague").await;
    client.patch("/auth/users/me/", json!({"username": "anna"})).await.expect(200);
    client.patch("/auth/users/me/", json!({"username": "anna"})).await.expect(200);
    client.put(&format!("/auth/users/{ana}/"), json!({"username": "hanna"})).await.expect(200);
    assert_eq!(statuses(&staff, ben).await, [200, 200, 200, 204]);
    let body = json!({"current_password": PASSWORD});
    client.send_json(Method::DELETE, "/auth/users/me/", body).await.expect(204);

    let expected = [
        format!("registered {ana} {ana}"),
        format!("registered {ben} {ben}"),
        format!("registered {colleague} {colleague}"),
        format!("username_changed {ana} {ana}"),
        format!("username_changed {ana} {ana}"),
        format!("username_changed {ben} {colleague}"),
        format!("username_changed {ben} {colleague}"),
        format!("erased {ben} {colleague}"),
        format!("erased {ana} {ana}"),
    ];
    assert_eq!(audit_log(&app).await, expected);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn deleting_an_account_needs_the_password_of_the_caller(db: PgPool) {
    let app = service(db);
    let body = json!({"email": "ana@example.com", "username": "ana", "password": "some other harbour"});
    let ana = app.anonymous().post("/auth/users/", body).await.expect(201).body["id"].as_i64().unwrap();
    let (_, staff) = a_colleague(&app, "colleague").await;
    let end = async |password: &str| {
        staff.send_json(Method::DELETE, &format!("/auth/users/{ana}/"), json!({"current_password": password})).await
    };
    let refused = end("some other harbour").await.expect(400);
    assert_eq!(refused.body, json!({"current_password": ["Invalid password."]}));
    assert_eq!(app.count("select count(*) from users").await, 2);
    end(PASSWORD).await.expect(204);
    assert_eq!(app.count("select count(*) from users").await, 1);
}
