//! Members of staff and their roles: `/auth/staff/`.

use serde_json::{Value, json};
use shared::ids::UserId;
use shared::testing::{Answer, Client, TestApp, TestUser};
use shared::users::Permissions;
use shared::users::links::Purpose;
use sqlx::PgPool;

use crate::mailed_links::a_link;
use crate::{PASSWORD, register, service, staff_who_may, tokens};

/// Inserts a user who has proven the address of the account.
async fn a_proven_user(app: &TestApp) -> TestUser {
    let user = app.a_user().await;
    app.prove_address(user.id).await;
    user
}

/// Inserts a role without any check and returns its id.
async fn a_role(app: &TestApp, name: &str, permissions: &[&str]) -> i64 {
    sqlx::query_scalar("insert into roles (name, permissions, created_at) values ($1, $2, now()) returning id")
        .bind(name)
        .bind(permissions.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        .fetch_one(&app.db)
        .await
        .unwrap()
}

async fn assign(client: &Client, user: UserId, roles: &[i64]) -> Answer {
    client.put(&format!("/auth/staff/{user}/"), json!({"roles": roles})).await
}

async fn roles_of(app: &TestApp, user: UserId) -> Vec<i64> {
    sqlx::query_scalar("select role_id from user_roles where user_id = $1 order by role_id")
        .bind(user)
        .fetch_all(&app.db)
        .await
        .unwrap()
}

async fn is_staff(app: &TestApp, user: UserId) -> bool {
    sqlx::query_scalar("select is_staff from users where id = $1").bind(user).fetch_one(&app.db).await.unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_user_is_staff_while_they_have_a_role(db: PgPool) {
    let app = service(db);
    let (boss, ana) = (app.client_of(&app.a_superuser().await), a_proven_user(&app).await);
    let (stock, orders) = (a_role(&app, "S", &["stock"]).await, a_role(&app, "O", &["orders"]).await);

    let member = assign(&boss, ana.id, &[orders, stock, stock]).await.expect(200).body;
    assert_eq!(member["roles"], json!([stock, orders]));
    assert_eq!(member["email"], ana.email);
    assert_eq!((&member["is_superuser"], &member["last_login_at"]), (&json!(false), &Value::Null));
    assert!(is_staff(&app, ana.id).await);
    assign(&boss, ana.id, &[orders]).await.expect(200);
    assert_eq!(roles_of(&app, ana.id).await, [orders]);

    boss.delete(&format!("/auth/staff/{}/", ana.id)).await.expect(204);
    assert!(!is_staff(&app, ana.id).await);
    boss.delete(&format!("/auth/staff/{}/", ana.id)).await.expect(404);
    assign(&boss, ana.id, &[stock]).await.expect(200);
    assign(&boss, ana.id, &[]).await.expect(200);
    assert!(!is_staff(&app, ana.id).await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_staff_is_listed(db: PgPool) {
    let app = service(db);
    let (boss, _) = (app.a_superuser().await, app.a_user().await);
    let clerk = staff_who_may(&app, &["stock"]).await;
    let list = app.client_of(&boss).get("/auth/staff/?count=true").await.expect(200).body;
    assert_eq!(list["count"], 2);
    let ids: Vec<&Value> = list["results"].as_array().unwrap().iter().map(|member| &member["id"]).collect();
    assert_eq!(ids, [&json!(boss.id), &json!(clerk.id)]);
    let keys: Vec<&String> = list["results"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["email", "id", "is_superuser", "last_login_at", "roles", "username"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn staff_cannot_assign_or_remove_permissions_they_lack(db: PgPool) {
    let app = service(db);
    let clerk = app.client_of(&staff_who_may(&app, &["settings", "stock"]).await);
    let (ana, ben) = (app.a_user().await, a_proven_user(&app).await);
    let (within, beyond) = (a_role(&app, "W", &["stock"]).await, a_role(&app, "B", &["stock", "orders"]).await);
    assign(&clerk, ana.id, &[beyond]).await.expect(403);
    assign(&clerk, ana.id, &[within, beyond]).await.expect(403);
    assert_eq!(roles_of(&app, ana.id).await, [0; 0]);

    assign(&app.client_of(&app.a_superuser().await), ben.id, &[beyond]).await.expect(200);
    assign(&clerk, ben.id, &[]).await.expect(403);
    assign(&clerk, ben.id, &[within]).await.expect(403);
    clerk.delete(&format!("/auth/staff/{}/", ben.id)).await.expect(403);
    assert_eq!(roles_of(&app, ben.id).await, [beyond]);
    // A role that stays assigned needs no permission.
    assign(&clerk, ben.id, &[beyond, within]).await.expect(200);
    assert_eq!(roles_of(&app, ben.id).await, [within, beyond]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn staff_cannot_change_their_own_roles(db: PgPool) {
    let app = service(db);
    let role = a_role(&app, "R", &[]).await;
    for user in [app.a_superuser().await, app.a_staff_user().await] {
        let before = roles_of(&app, user.id).await;
        assign(&app.client_of(&user), user.id, &[role]).await.expect(403);
        assign(&app.client_of(&user), user.id, &[]).await.expect(403);
        app.client_of(&user).delete(&format!("/auth/staff/{}/", user.id)).await.expect(403);
        assert_eq!(roles_of(&app, user.id).await, before);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_a_superuser_changes_the_roles_of_a_superuser(db: PgPool) {
    let app = service(db);
    let (boss, other) = (app.a_superuser().await, app.a_superuser().await);
    app.prove_address(boss.id).await;
    let role = a_role(&app, "R", &[]).await;
    let clerk = app.client_of(&app.a_staff_user_with(Permissions::all()).await);
    assign(&clerk, boss.id, &[role]).await.expect(403);
    clerk.delete(&format!("/auth/staff/{}/", boss.id)).await.expect(403);

    let other = app.client_of(&other);
    assign(&other, boss.id, &[role]).await.expect(200);
    other.delete(&format!("/auth/staff/{}/", boss.id)).await.expect(204);
    assert_eq!(app.count("select count(*) from users where is_superuser and is_staff and is_active").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unknown_role_is_refused_and_an_unknown_user_not_found(db: PgPool) {
    let app = service(db);
    let (boss, ana) = (app.client_of(&app.a_superuser().await), app.a_user().await);
    let answer = assign(&boss, ana.id, &[98, 1, 99]).await.expect(400).body;
    let message = |id: i64| format!("Invalid pk \"{id}\" - object does not exist.");
    assert_eq!(answer, json!({"roles": [message(98), message(99)]}));
    assign(&boss, UserId(999), &[]).await.expect(404);
    let answer = boss.put(&format!("/auth/staff/{}/", ana.id), json!({"roles": ["x"]})).await.expect(400).body;
    assert_eq!(answer, json!({"roles.0": ["A valid integer is required."]}));
    assert!(!is_staff(&app, ana.id).await);
}

/// Each removes the role of the other. The first request succeeds, and the second is refused.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn one_of_two_members_who_remove_each_others_roles_keeps_theirs(db: PgPool) {
    let app = service(db);
    for _ in 0..10 {
        let (ana, ben) = (app.a_staff_user().await, app.a_staff_user().await);
        let (anas, bens) = (app.client_of(&ana), app.client_of(&ben));
        let (of_ben, of_ana) = tokio::join!(assign(&anas, ben.id, &[]), assign(&bens, ana.id, &[]));
        let mut statuses = [of_ben.status, of_ana.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 403]);
        assert!(is_staff(&app, ana.id).await != is_staff(&app, ben.id).await);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn assigned_roles_are_in_the_audit_log(db: PgPool) {
    let app = service(db);
    let (boss, ana) = (app.a_superuser().await, a_proven_user(&app).await);
    let role = a_role(&app, "R", &["stock"]).await;
    assign(&app.client_of(&boss).at("203.0.113.7").header("user-agent", "test"), ana.id, &[role]).await.expect(200);
    let log = app.client_of(&boss).get("/auth/audit/?kind=roles_assigned").await.expect(200).body;
    let line = &log["results"][0];
    assert_eq!((&line["user_id"], &line["actor_id"]), (&json!(ana.id), &json!(boss.id)));
    assert_eq!((&line["address"], &line["user_agent"]), (&json!("203.0.113.7"), &json!("test")));
    assert_eq!(line["details"], json!({"roles": [role], "roles_before": []}));
    assert_eq!(line["request_id"].as_str().map(str::len), Some(32));
}

/// A stranger registers with the address of a new colleague, and stays logged in.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_gets_a_role_only_after_it_has_proven_its_address(db: PgPool) {
    let app = service(db);
    let boss = app.client_of(&app.a_superuser().await);
    let (stock, orders) = (a_role(&app, "S", &["stock"]).await, a_role(&app, "O", &["orders"]).await);
    let hire = register(&app, "new.hire").await;
    let stranger = app.anonymous().bearer(&tokens(&app, "new.hire").await.access);

    let refused = assign(&boss, hire, &[stock]).await.expect(409).body;

    assert_eq!(refused["code"], "address_not_proven");
    assert!(refused["detail"].as_str().unwrap().contains("request a new password"), "{refused}");
    assert_eq!(roles_of(&app, hire).await, [0; 0]);
    assign(&boss, hire, &[]).await.expect(200);
    assert_eq!(
        app.count("select count(*) from audit_log where kind = 'roles_assigned' and details->>'roles' <> '[]'").await,
        0
    );
    // A refusal for another reason comes first.
    assign(&app.client_of(&staff_who_may(&app, &["settings"]).await), hire, &[stock]).await.expect(403);

    let body = a_link(&app, hire, Purpose::PasswordReset).await.with(json!({"new_password": PASSWORD}));
    app.anonymous().post("/auth/users/reset_password_confirm/", body).await.expect(204);
    assign(&boss, hire, &[stock]).await.expect(200);
    assert_eq!(stranger.get("/auth/users/me/").await.status, 401, "the link has ended the sign-in of the stranger");

    // A proof of another address does not count, and roles that it has can stay and be taken.
    sqlx::query("update users set email = 'other@example.com' where id = $1")
        .bind(hire)
        .execute(&app.db)
        .await
        .unwrap();
    assign(&boss, hire, &[stock, orders]).await.expect(409);
    assign(&boss, hire, &[stock]).await.expect(200);
    assign(&boss, hire, &[]).await.expect(200);
}

/// The dump does not say who reads the address.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_imported_account_proves_its_address_before_it_gets_a_role(db: PgPool) {
    let app = service(db);
    let (boss, ana) = (app.client_of(&app.a_superuser().await), app.a_user().await);
    let role = a_role(&app, "R", &[]).await;
    crate::sql(&app, "update users set is_imported = true").await;
    assert_eq!(assign(&boss, ana.id, &[role]).await.expect(409).body["code"], "address_not_proven");
    app.prove_address(ana.id).await;
    assign(&boss, ana.id, &[role]).await.expect(200);
}
