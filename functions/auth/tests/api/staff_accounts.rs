//! Deactivate and reactivate an account: `POST /auth/users/{id}/deactivate/` and `…/reactivate/`.

use serde_json::json;
use shared::ids::UserId;
use shared::testing::{Answer, Client, TestApp};
use shared::users::links::Purpose;
use shared::users::{AuthOptions, Permissions};
use sqlx::PgPool;

use crate::mailed_links::{a_link, register_and_activate};
use crate::{PASSWORD, log_in, register, service, service_with, staff_who_may, tokens};

async fn set_active(client: &Client, user: UserId, action: &str) -> Answer {
    client.post(&format!("/auth/users/{user}/{action}/"), json!({})).await
}

async fn is_active(app: &TestApp, user: UserId) -> bool {
    sqlx::query_scalar("select is_active from users where id = $1").bind(user).fetch_one(&app.db).await.unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn deactivating_an_account_ends_its_sign_ins_and_prevents_log_ins(db: PgPool) {
    let app = service(db);
    let (ana, ben) = (register(&app, "ana").await, register(&app, "ben").await);
    let (anas, bens) = (tokens(&app, "ana").await, tokens(&app, "ben").await);
    let clerk = app.client_of(&staff_who_may(&app, &["customers"]).await);

    set_active(&clerk, ana, "deactivate").await.expect(204);

    assert_eq!(app.count("select count(*) from sign_ins where end_reason = 'deactivated'").await, 1);
    app.anonymous().bearer(&anas.access).get("/auth/users/me/").await.expect(401);
    app.anonymous().post("/auth/jwt/refresh/", json!({"refresh": anas.refresh})).await.expect(401);
    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    app.anonymous().bearer(&bens.access).get("/auth/users/me/").await.expect(200);
    assert!(is_active(&app, ben).await);

    set_active(&clerk, ana, "reactivate").await.expect(204);
    // An ended sign-in stays ended.
    app.anonymous().bearer(&anas.access).get("/auth/users/me/").await.expect(401);
    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_repeated_request_is_not_logged_again(db: PgPool) {
    let app = service(db);
    let (ana, clerk) = (app.a_user().await, staff_who_may(&app, &["customers"]).await);
    for action in ["reactivate", "deactivate", "deactivate", "reactivate", "reactivate"] {
        set_active(&app.client_of(&clerk).at("203.0.113.9"), ana.id, action).await.expect(204);
    }
    let logged: Vec<(String, i64, i64, String)> =
        sqlx::query_as("select kind, user_id, actor_user_id, address from audit_log order by id")
            .fetch_all(&app.db)
            .await
            .unwrap();
    let line = |kind: &str| (kind.to_owned(), ana.id.0, clerk.id.0, "203.0.113.9".to_owned());
    assert_eq!(logged, [line("deactivated"), line("reactivated")]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_a_superuser_deactivates_staff_and_no_one_their_own_account(db: PgPool) {
    let app = service(db);
    let (boss, clerk) = (app.a_superuser().await, app.a_staff_user().await);
    let colleague = app.a_staff_user_with(Permissions::NONE).await;
    for action in ["deactivate", "reactivate"] {
        for user in [&clerk, &boss, &colleague] {
            set_active(&app.client_of(&clerk), user.id, action).await.expect(403);
        }
        set_active(&app.client_of(&boss), boss.id, action).await.expect(403);
    }
    set_active(&app.client_of(&boss), colleague.id, "deactivate").await.expect(204);
    assert!(is_active(&app, clerk.id).await && is_active(&app, boss.id).await && !is_active(&app, colleague.id).await);
    set_active(&app.client_of(&boss), colleague.id, "reactivate").await.expect(204);
    set_active(&app.client_of(&boss), UserId(999), "deactivate").await.expect(404);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn one_of_two_superusers_who_deactivate_each_other_stays_active(db: PgPool) {
    let app = service(db);
    for _ in 0..10 {
        let (ana, ben) = (app.a_superuser().await, app.a_superuser().await);
        let (anas, bens) = (app.client_of(&ana), app.client_of(&ben));
        let (one, other) =
            tokio::join!(set_active(&anas, ben.id, "deactivate"), set_active(&bens, ana.id, "deactivate"));
        let done = [one.status, other.status].into_iter().filter(|status| *status == 204).count();
        assert_eq!(done, 1, "{} {}", one.text, other.text);
        assert!(is_active(&app, ana.id).await != is_active(&app, ben.id).await);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_earlier_activation_link_does_not_reactivate_an_account(db: PgPool) {
    let app = service(db);
    let ana = app.a_user().await;
    sqlx::query(
        "insert into mailed_links (token_sha256, user_id, purpose, email, created_at, expires_at)
         values (sha256('x'), $1, 'activation', $2, now(), now() + interval '3 days')",
    )
    .bind(ana.id)
    .bind(&ana.email)
    .execute(&app.db)
    .await
    .unwrap();
    set_active(&app.client_of(&staff_who_may(&app, &["customers"]).await), ana.id, "deactivate").await.expect(204);
    assert_eq!(app.count("select count(*) from mailed_links").await, 0);
}

/// An account that waits for the activation of a new address is inactive already, but deactivating it must still have an effect.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn deactivating_an_unactivated_account_disables_its_link(db: PgPool) {
    let app = service_with(db, AuthOptions { send_activation_email: true, ..AuthOptions::default() });
    let ana = register_and_activate(&app, "ana").await;
    let client = app.anonymous().bearer(&crate::tokens(&app, "ana").await.access);
    let body = json!({"new_email": "anna@example.com", "current_password": crate::PASSWORD});
    client.post("/auth/users/set_email/", body).await.expect(204);
    let link = a_link(&app, ana, Purpose::ActivateUser).await;
    let staff = app.client_of(&app.a_staff_user().await);

    set_active(&staff, ana, "deactivate").await.expect(204);

    app.anonymous().post("/auth/users/activation/", link.with(json!({}))).await.expect(400);
    assert!(!is_active(&app, ana).await);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'deactivated'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn deactivating_an_account_revokes_every_link(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let link = a_link(&app, ana, Purpose::PasswordReset).await;
    let staff = app.client_of(&app.a_staff_user().await);
    set_active(&staff, ana, "deactivate").await.expect(204);
    set_active(&staff, ana, "reactivate").await.expect(204);
    let body = link.with(json!({"new_password": "another quiet harbour"}));
    app.anonymous().post("/auth/users/reset_password_confirm/", body).await.expect(400);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_api_key_deactivates_customers_and_is_named_in_the_audit_log(db: PgPool) {
    let app = service(db);
    let (ana, maker) = (app.a_user().await, app.a_superuser().await);
    let program = app.with_key(&app.an_api_key_of(&maker, Permissions::from_names(["customers"])).await);
    set_active(&program, ana.id, "deactivate").await.expect(204);
    assert!(!is_active(&app, ana.id).await);
    // The creator of the key could deactivate staff.
    set_active(&program, app.a_staff_user().await.id, "deactivate").await.expect(403);
    set_active(&program, maker.id, "deactivate").await.expect(403);
    let logged = "select count(*) from audit_log a join api_keys k on k.id = a.actor_api_key_id
                 where a.kind = 'deactivated' and a.actor_user_id is null";
    assert_eq!(app.count(logged).await, 1);
}
