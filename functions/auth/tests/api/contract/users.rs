//! The contract of `/auth/users/` and `/auth/users/{id}/`.

use serde_json::{Value, json};
use shared::ids::UserId;
use shared::testing::{Client, TestApp};
use sqlx::PgPool;

use super::{BLANK, NO_STRING, NULL, REQUIRED};
use crate::{PASSWORD, register, service, sql, tokens};

/// Registers Ana and Ben, and returns the clients of Ana and of a member of staff with the permission `customers`.
async fn users_and_clients(app: &TestApp) -> (UserId, UserId, Client, Client) {
    let (ana, ben) = (register(app, "ana").await, register(app, "ben").await);
    let client = app.anonymous().bearer(&tokens(app, "ana").await.access);
    register(app, "staff").await;
    sql(app, "update users set is_staff = true where username = 'staff'").await;
    sql(app, "insert into user_roles select u.id, r.id from users u, roles r where u.username = 'staff'").await;
    let staff = app.anonymous().bearer(&tokens(app, "staff").await.access);
    (ana, ben, client, staff)
}

fn user(id: UserId, name: &str) -> Value {
    json!({"username": name, "id": id, "email": format!("{name}@example.com")})
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn customers_see_their_own_account_and_staff_see_all(db: PgPool) {
    let app = service(db);
    let (ana, ben, client, staff) = users_and_clients(&app).await;
    let not_authenticated =
        json!({"detail": "Authentication credentials were not provided.", "code": "not_authenticated"});
    for path in ["/auth/users/".to_owned(), format!("/auth/users/{ana}/")] {
        let answer = app.anonymous().get(&path).await.expect(401);
        assert_eq!(
            (answer.header("www-authenticate"), &answer.body),
            ("Bearer realm=\"api\"", &not_authenticated),
            "{path}"
        );
    }
    assert_eq!(client.get("/auth/users/").await.expect(200).body, json!([user(ana, "ana")]));
    assert_eq!(client.get(&format!("/auth/users/{ana}/")).await.expect(200).body, user(ana, "ana"));
    let all = json!([user(ana, "ana"), user(ben, "ben"), user(UserId(ben.0 + 1), "staff")]);
    assert_eq!(staff.get("/auth/users/").await.expect(200).body, all);
    assert_eq!(staff.get(&format!("/auth/users/{ben}/")).await.expect(200).body, user(ben, "ben"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_account_of_another_user_is_hidden_from_customers(db: PgPool) {
    let app = service(db);
    let (_, ben, client, staff) = users_and_clients(&app).await;
    let hidden = json!({"detail": "Not found.", "code": "not_found"});
    let none = json!({"detail": "No User matches the given query.", "code": "not_found"});
    let forbidden =
        json!({"detail": "You do not have permission to perform this action.", "code": "permission_denied"});
    let body = json!({"username": "eve", "current_password": PASSWORD});
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        let send = async |client: &Client, id: &str, body: Value| {
            client.send_json(method.parse().unwrap(), &format!("/auth/users/{id}/"), body).await
        };
        for body in [body.clone(), json!({})] {
            let (status, expected) = if method == "DELETE" { (403, &forbidden) } else { (404, &hidden) };
            assert_eq!(send(&client, &ben.to_string(), body.clone()).await.expect(status).body, *expected, "{method}");
            for client in [&client, &staff] {
                assert_eq!(send(client, "1000000", body.clone()).await.expect(404).body, none, "{method}");
                for no_id in ["x", "1.5", "99999999999999999999", "set_username"] {
                    assert_eq!(send(client, no_id, body.clone()).await.expect(404).body, hidden, "{method} {no_id}");
                }
            }
        }
    }
    assert_eq!(app.count("select count(*) from users where username in ('ana', 'ben', 'staff')").await, 3);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_update_by_id_changes_the_name_and_ignores_the_address(db: PgPool) {
    let app = service(db);
    let (ana, ben, client, staff) = users_and_clients(&app).await;
    for (client, id, was) in [(&client, ana, "ana"), (&staff, ben, "ben")] {
        let path = format!("/auth/users/{id}/");
        for (method, body, name) in [
            ("PUT", json!({"username": format!("{was}-2"), "email": "eve@example.com", "id": 7}), format!("{was}-2")),
            ("PATCH", json!({"username": format!("{was}-3"), "is_staff": true}), format!("{was}-3")),
            ("PATCH", json!({}), format!("{was}-3")),
        ] {
            let answer = client.send_json(method.parse().unwrap(), &path, body).await.expect(200);
            let expected = json!({"username": name, "id": id, "email": format!("{was}@example.com")});
            assert_eq!(answer.body, expected);
            assert_eq!(client.get(&path).await.expect(200).body, expected);
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn changing_and_deleting_by_id_answer_as_djoser_does(db: PgPool) {
    let app = service(db);
    let (ana, ben, client, staff) = users_and_clients(&app).await;
    let taken = json!({"username": ["user with this username already exists."]});
    let too_long = json!({"username": ["Ensure this field has no more than 150 characters."]});
    for (client, id) in [(&client, ana), (&staff, ben)] {
        let rows = [
            ("PUT", json!({}), json!({"username": [REQUIRED]})),
            ("PUT", json!({"username": "staff"}), taken.clone()),
            ("PUT", json!({"username": null}), json!({"username": [NULL]})),
            ("PATCH", json!({"username": "staff"}), taken.clone()),
            ("PATCH", json!({"username": null}), json!({"username": [NULL]})),
            ("PATCH", json!({"username": ""}), json!({"username": [BLANK]})),
            ("PATCH", json!({"username": []}), json!({"username": [NO_STRING]})),
            ("PATCH", json!({"username": "a".repeat(151)}), too_long.clone()),
            ("DELETE", json!({}), json!({"current_password": [REQUIRED]})),
            ("DELETE", json!({"current_password": ""}), json!({"current_password": [BLANK]})),
            (
                "DELETE",
                json!({"current_password": "a quiet harbou"}),
                json!({"current_password": ["Invalid password."]}),
            ),
        ];
        for (method, body, expected) in rows {
            let answer = client.send_json(method.parse().unwrap(), &format!("/auth/users/{id}/"), body.clone()).await;
            assert_eq!((answer.status, &answer.body), (400, &expected), "{method} {body}");
        }
    }
    let password = json!({"current_password": PASSWORD});
    for (client, id) in [(&client, ana), (&staff, ben)] {
        let path = format!("/auth/users/{id}/");
        let answer = client.send_json("DELETE".parse().unwrap(), &path, password.clone()).await.expect(204);
        assert_eq!(answer.text, "");
    }
    assert_eq!(app.count("select count(*) from users").await, 1);
}
