//! The roles of staff: `/auth/roles/`.

use serde_json::{Value, json};
use shared::testing::{Client, TestApp};
use shared::users::Permissions;
use sqlx::PgPool;

use crate::{service, sql, staff_who_may};

const ROLES: &str = "/auth/roles/";

/// Creates a role as a superuser and returns its path.
async fn a_role(app: &TestApp, name: &str, permissions: &[&str]) -> String {
    let boss = app.client_of(&app.a_superuser().await);
    let role = boss.post(ROLES, json!({"name": name, "permissions": permissions})).await.expect(201).body;
    format!("{ROLES}{}/", role["id"])
}

async fn client_with_settings_and(app: &TestApp, permissions: &[&str]) -> Client {
    let all: Vec<&str> = permissions.iter().copied().chain(["settings"]).collect();
    app.client_of(&staff_who_may(app, &all).await)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_role_can_be_created_read_changed_and_deleted(db: PgPool) {
    let app = service(db);
    let boss = app.client_of(&app.a_superuser().await);
    let new = json!({"name": " Warehouse ", "permissions": ["orders", "stock", "stock"]});
    let created = boss.post(ROLES, new).await.expect(201).body;
    assert_eq!(created["name"], "Warehouse");
    assert_eq!(created["permissions"], json!(["stock", "orders"]));
    assert_eq!(created["created_at"], "2026-11-22T06:38:51.000000Z");
    let path = format!("{ROLES}{}/", created["id"]);
    assert_eq!(boss.get(&path).await.expect(200).body, created);

    let renamed = boss.patch(&path, json!({"name": "Depot"})).await.expect(200).body;
    assert_eq!((&renamed["name"], &renamed["permissions"]), (&json!("Depot"), &json!(["stock", "orders"])));
    let emptied = boss.put(&path, json!({"name": "Depot", "permissions": []})).await.expect(200).body;
    assert_eq!(emptied["permissions"], json!([]));
    assert_eq!(boss.get(&path).await.expect(200).body, emptied);

    boss.delete(&path).await.expect(204);
    boss.get(&path).await.expect(404);
    boss.delete(&path).await.expect(404);
    boss.patch(&path, json!({})).await.expect(404);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn roles_are_paged_in_both_directions(db: PgPool) {
    let app = service(db);
    for name in ["A", "B", "C"] {
        a_role(&app, name, &[]).await;
    }
    let boss = app.client_of(&app.a_superuser().await);
    let names = |page: &Value| {
        page["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|role| role["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let path_of = |page: &Value, link: &str| page[link].as_str().unwrap().replace("http://shop.test", "");
    let first = boss.get("/auth/roles/?page_size=2&count=true").await.expect(200).body;
    assert_eq!((names(&first), &first["count"]), (vec!["Shop manager".to_owned(), "A".to_owned()], &json!(4)));
    let second = boss.get(&path_of(&first, "next")).await.expect(200).body;
    assert_eq!(names(&second), ["B", "C"]);
    let back = boss.get(&path_of(&second, "previous")).await.expect(200).body;
    assert_eq!(names(&back), ["Shop manager", "A"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_role_name_is_unique(db: PgPool) {
    let app = service(db);
    a_role(&app, "Clerk", &[]).await;
    let other = a_role(&app, "Other", &[]).await;
    let boss = app.client_of(&app.a_superuser().await);
    let taken = json!({"name": ["role with this name already exists."]});
    let clerk = json!({"name": "Clerk", "permissions": []});
    assert_eq!(boss.post(ROLES, clerk.clone()).await.expect(400).body, taken);
    assert_eq!(boss.put(&other, clerk).await.expect(400).body, taken);
    assert_eq!(boss.patch(&other, json!({"name": "Clerk"})).await.expect(400).body, taken);
    assert_eq!(app.count("select count(*) from roles where name = 'Clerk'").await, 1);
    assert_eq!(app.count("select count(*) from audit_log").await, 2, "refused requests are not logged");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_role_is_refused_with_all_its_errors(db: PgPool) {
    let app = service(db);
    let boss = app.client_of(&app.a_superuser().await);
    let answer = boss.post(ROLES, json!({"name": " ", "permissions": ["stock", "cook", null]})).await.expect(400);
    let expected = json!({
        "name": ["This field may not be blank."],
        "permissions.1": ["\"cook\" is not a valid choice."],
        "permissions.2": ["This field may not be null."],
    });
    assert_eq!(answer.body, expected);
    let answer = boss.post(ROLES, json!({"name": "x", "permissions": "stock"})).await.expect(400);
    assert_eq!(answer.body, json!({"permissions": ["Expected a list of items but got type \"str\"."]}));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn staff_cannot_write_a_role_with_permissions_they_lack(db: PgPool) {
    let app = service(db);
    let (within, beyond) =
        (a_role(&app, "Within", &["stock"]).await, a_role(&app, "Beyond", &["stock", "orders"]).await);
    let clerk = client_with_settings_and(&app, &["stock"]).await;

    clerk.post(ROLES, json!({"name": "New", "permissions": ["orders"]})).await.expect(403);
    clerk.patch(&within, json!({"permissions": ["orders"]})).await.expect(403);
    clerk.patch(&beyond, json!({"permissions": ["stock"]})).await.expect(403);
    clerk.patch(&beyond, json!({"name": "Mine"})).await.expect(403);
    clerk.put(&beyond, json!({"name": "Mine", "permissions": []})).await.expect(403);
    clerk.delete(&beyond).await.expect(403);
    let untouched = "select count(*) from roles where name = 'Beyond' and permissions @> '{stock,orders}'";
    assert_eq!(app.count(untouched).await, 1);

    clerk.post(ROLES, json!({"name": "New", "permissions": ["stock", "settings"]})).await.expect(201);
    clerk.patch(&within, json!({"permissions": []})).await.expect(200);
    clerk.delete(&within).await.expect(204);
}

/// Otherwise they could move a permission from another role into their own and keep it when the other is removed.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_a_superuser_can_change_their_own_role(db: PgPool) {
    let app = service(db);
    let clerk = staff_who_may(&app, &["settings", "stock"]).await;
    let own = app.count("select max(role_id) from user_roles").await;
    let path = format!("{ROLES}{own}/");
    app.client_of(&clerk).patch(&path, json!({"permissions": ["stock"]})).await.expect(403);
    app.client_of(&clerk).delete(&path).await.expect(403);

    sql(&app, "update users set is_superuser = true").await;
    app.client_of(&clerk).patch(&path, json!({"permissions": ["stock"]})).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn deleting_a_role_removes_it_from_its_members_and_ends_staff_without_roles(db: PgPool) {
    let app = service(db);
    let (one, both) = (app.a_user().await, app.a_user().await);
    for user in [&one, &both] {
        app.prove_address(user.id).await;
    }
    let (gone, stays) = (a_role(&app, "Gone", &["stock"]).await, a_role(&app, "Stays", &[]).await);
    let id = |path: &str| path.trim_matches('/').rsplit_once('/').unwrap().1.parse::<i64>().unwrap();
    let boss = app.a_superuser().await;
    for (user, roles) in [(&one, vec![id(&gone)]), (&both, vec![id(&gone), id(&stays)])] {
        app.client_of(&boss).put(&format!("/auth/staff/{}/", user.id), json!({"roles": roles})).await.expect(200);
    }

    app.client_of(&boss).delete(&gone).await.expect(204);

    let staff: Vec<i64> = sqlx::query_scalar("select id from users where is_staff and not is_superuser")
        .fetch_all(&app.db)
        .await
        .unwrap();
    assert_eq!(staff, [both.id.0]);
    let details: Value = sqlx::query_scalar("select details from audit_log where kind = 'role_deleted'")
        .fetch_one(&app.db)
        .await
        .unwrap();
    assert_eq!(details["taken_from"], json!([one.id, both.id]));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_changed_role_takes_effect_at_once(db: PgPool) {
    let app = service(db);
    let clerk = app.a_staff_user_with(Permissions::from_names(["settings"])).await;
    let path = format!("{ROLES}{}/", app.count("select max(role_id) from user_roles").await);
    app.client_of(&clerk).get(ROLES).await.expect(200);
    app.client_of(&app.a_superuser().await).patch(&path, json!({"permissions": []})).await.expect(200);
    app.client_of(&clerk).get(ROLES).await.expect(403);
}
