//! Changes of a password by its owner and by mailed link.

use serde_json::json;
use shared::testing::{Answer, TestApp};
use shared::users::links::{MAX_RESET_SECONDS, Purpose};
use sqlx::PgPool;

use crate::mailed_links::{Link, a_link, audit_log, published_events};
use crate::{PASSWORD, Tokens, log_in, register, service, sql, tokens};

const NEW: &str = "some other harbour";

async fn reset(app: &TestApp, link: &Link, password: &str) -> Answer {
    let body = link.with(json!({"new_password": password}));
    app.anonymous().post("/auth/users/reset_password_confirm/", body).await
}

async fn set(app: &TestApp, Tokens { access, .. }: &Tokens, old: &str, new: &str) -> Answer {
    let body = json!({"current_password": old, "new_password": new});
    app.anonymous().bearer(access).post("/auth/users/set_password/", body).await
}

async fn is_signed_in(app: &TestApp, Tokens { access, .. }: &Tokens) -> bool {
    app.anonymous().bearer(access).get("/auth/users/me/").await.status == 200
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_changed_password_ends_the_other_sign_ins_and_its_owner_gets_a_mail(db: PgPool) {
    let app = service(db);
    let (ana, _) = (register(&app, "ana").await, register(&app, "ben").await);
    let (current, other) = (tokens(&app, "ana").await, tokens(&app, "ana").await);
    let bens = tokens(&app, "ben").await;

    let answer = set(&app, &current, PASSWORD, NEW).await.expect(204);

    assert_eq!(answer.text, "");
    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    log_in(&app, "ana@example.com", NEW).await.expect(200);
    assert!(is_signed_in(&app, &current).await && is_signed_in(&app, &bens).await);
    assert!(!is_signed_in(&app, &other).await);
    let refresh = json!({"refresh": other.refresh});
    app.anonymous().post("/auth/jwt/refresh/", refresh).await.expect(401);
    assert_eq!(app.count("select count(*) from sign_ins where end_reason = 'password_changed'").await, 1);
    assert_eq!(published_events(&app).await, [format!("password_changed {ana}")]);
    assert!(audit_log(&app).await.contains(&format!("password_changed {ana} {ana}")));
    assert_eq!(app.count("select count(*) from audit_log where details::text like '%harbour%'").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_reset_password_ends_every_sign_in_and_its_owner_gets_a_mail(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let sign_in = tokens(&app, "ana").await;
    let link = a_link(&app, ana, Purpose::PasswordReset).await;

    reset(&app, &link, NEW).await.expect(204);

    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    log_in(&app, "ana@example.com", NEW).await.expect(200);
    assert!(!is_signed_in(&app, &sign_in).await);
    assert_eq!(published_events(&app).await, [format!("password_changed {ana}")]);
    assert!(audit_log(&app).await.contains(&format!("password_reset {ana} {ana}")));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_link_can_be_used_once(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let link = a_link(&app, ana, Purpose::PasswordReset).await;
    reset(&app, &link, NEW).await.expect(204);
    let again = reset(&app, &link, "a third harbour").await.expect(400);
    assert_eq!(again.body, json!({"token": ["Invalid token for given user."]}));
    log_in(&app, "ana@example.com", NEW).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_uses_of_a_link_succeed_once(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    for round in 0..3 {
        let link = a_link(&app, ana, Purpose::PasswordReset).await;
        let (one, other) = (format!("{NEW} {round}"), format!("{NEW} {round} too"));
        let (a, b) = tokio::join!(reset(&app, &link, &one), reset(&app, &link, &other));
        assert_eq!([a.status.min(b.status), a.status.max(b.status)], [204, 400]);
        let good = if a.status == 204 { one } else { other };
        log_in(&app, "ana@example.com", &good).await.expect(200);
    }
    assert_eq!(app.count("select count(*) from audit_log where kind = 'password_reset'").await, 3);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_forged_foreign_or_wrong_link_is_refused(db: PgPool) {
    let app = service(db);
    let (ana, ben) = (register(&app, "ana").await, register(&app, "ben").await);
    let (good, bens) =
        (a_link(&app, ana, Purpose::PasswordReset).await, a_link(&app, ben, Purpose::PasswordReset).await);
    let forged = Link { token: good.token.replace(['0', '1', '2', '3'], "f"), ..good.clone() };
    let of_another = Link { uid: good.uid.clone(), token: bens.token.clone() };
    let for_another = Link { uid: bens.uid.clone(), token: good.token.clone() };
    let (activation, email) =
        (a_link(&app, ana, Purpose::ActivateUser).await, a_link(&app, ana, Purpose::EmailReset).await);
    for bad in [&forged, &of_another, &for_another, &activation, &email] {
        let refused = reset(&app, bad, NEW).await.expect(400);
        assert_eq!(refused.body, json!({"token": ["Invalid token for given user."]}), "{bad:?}");
    }
    app.clock.advance(MAX_RESET_SECONDS - 1);
    reset(&app, &bens, NEW).await.expect(204);
    app.clock.advance(1);
    reset(&app, &good, NEW).await.expect(400);
    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_link_is_invalid_after_a_change_of_the_password_address_or_status(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let sign_in = tokens(&app, "ana").await;
    let link = a_link(&app, ana, Purpose::PasswordReset).await;
    set(&app, &sign_in, PASSWORD, NEW).await.expect(204);
    reset(&app, &link, "a third harbour").await.expect(400);

    let link = a_link(&app, ana, Purpose::PasswordReset).await;
    let body = json!({"new_email": "anna@example.com", "current_password": NEW});
    app.anonymous().bearer(&sign_in.access).post("/auth/users/set_email/", body).await.expect(204);
    reset(&app, &link, "a third harbour").await.expect(400);

    // This holds too if the address was changed in the database without revoking the link.
    let link = a_link(&app, ana, Purpose::PasswordReset).await;
    sql(&app, "update users set email = 'hanna@example.com'").await;
    reset(&app, &link, "a third harbour").await.expect(400);

    let link = a_link(&app, ana, Purpose::PasswordReset).await;
    sql(&app, "update users set is_active = false").await;
    reset(&app, &link, "a third harbour").await.expect(400);
    sql(&app, "update users set is_active = true").await;
    log_in(&app, "hanna@example.com", NEW).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn requesting_a_reset_requests_a_mail_for_any_address_and_changes_nothing(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let sign_in = tokens(&app, "ana").await;
    for email in ["ana@EXAMPLE.com", "nobody@example.com"] {
        app.anonymous().post("/auth/users/reset_password/", json!({"email": email})).await.expect(204);
    }
    assert_eq!(
        published_events(&app).await,
        ["password_reset_requested ana@example.com", "password_reset_requested nobody@example.com"]
    );
    assert!(is_signed_in(&app, &sign_in).await);
    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
}

/// A reset must end the access of anyone who knows the old password.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_concurrent_change_does_not_override_a_reset(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    for _ in 0..3 {
        sql(&app, "delete from throttles").await;
        let sign_in = tokens(&app, "ana").await;
        let link = a_link(&app, ana, Purpose::PasswordReset).await;
        let (stolen, own) = tokio::join!(set(&app, &sign_in, PASSWORD, "a thief's harbour"), reset(&app, &link, NEW));
        // If the reset is first, the change is refused; if the change is first, it revokes the link.
        assert!((own.status == 204) != (stolen.status == 204), "{} {}", own.status, stolen.status);
        let valid = if own.status == 204 { NEW } else { "a thief's harbour" };
        log_in(&app, "ana@example.com", valid).await.expect(200);
        let link = a_link(&app, ana, Purpose::PasswordReset).await;
        reset(&app, &link, PASSWORD).await.expect(204);
    }
}
