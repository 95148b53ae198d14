//! The session: `POST /admin/session/`, `POST /admin/sign-out/` and the way back.

use serde_json::json;
use shared::app::Clock as _;
use shared::testing::TestApp;
use shared::users::tokens::{Claims, TokenType};
use sqlx::PgPool;
use uuid::Uuid;

use super::{ORIGIN, a_staff_browser, a_strict_app, an_app, browser_of, submit};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_token_of_staff_becomes_a_cookie_that_opens_the_pages(db: PgPool) {
    let app = an_app(db);
    let staff = app.a_staff_user().await;
    let client = app.anonymous().header("origin", ORIGIN);
    let answer = client.post("/admin/session/", json!({"access": staff.token})).await.expect(204);
    let cookie = answer.header("set-cookie");
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/admin/; Max-Age=3600; HttpOnly; SameSite=Strict");
    app.anonymous().header("cookie", pair).get("/admin/").await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn over_https_the_cookie_is_secure(db: PgPool) {
    let app = an_app(db);
    let staff = app.a_staff_user().await;
    let client = app.anonymous().header("x-forwarded-proto", "https").header("sec-fetch-site", "same-origin");
    let answer = client.post("/admin/session/", json!({"access": staff.token})).await.expect(204);
    let (pair, attributes) = answer.header("set-cookie").split_once("; ").unwrap();
    assert!(pair.starts_with("__Secure-shop_staff=") && attributes.ends_with("; SameSite=Strict; Secure"), "{pair}");
    client.clone().header("cookie", pair).get("/admin/").await.expect(200);
    // A host of the same domain without https can set a cookie with the other name.
    client.clone().header("cookie", pair.strip_prefix("__Secure-").unwrap()).get("/admin/").await.expect(303);
    let gone = client.header("cookie", pair).post("/admin/sign-out/", json!({})).await.expect(303);
    assert!(gone.header("set-cookie").starts_with("__Secure-shop_staff=; Path=/admin/; Max-Age=0;"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn two_cookies_of_the_name_are_refused(db: PgPool) {
    let app = an_app(db);
    let (ana, ben) = (app.a_staff_user().await, app.a_staff_user().await);
    for other in [&ben.token, &ana.token, "x", ""] {
        for cookies in [
            format!("shop_staff={}; shop_staff={other}", ana.token),
            format!("shop_staff={other}; shop_staff={}", ana.token),
        ] {
            let answer = app.anonymous().header("cookie", &cookies).get("/admin/").await.expect(303);
            assert!(answer.header("location").starts_with("/admin/sign-in/"), "{cookies}");
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_customer_gets_no_session(db: PgPool) {
    let app = an_app(db);
    let ana = app.a_user().await;
    let client = app.anonymous().header("origin", ORIGIN);
    let refusal = client.post("/admin/session/", json!({"access": ana.token})).await.expect(403);
    assert_eq!(refusal.body["detail"], "This account does not belong to the shop's staff.");
    assert_eq!(refusal.header("set-cookie"), "");
    let page = browser_of(&app, &ana).get("/admin/sign-in/?reason=not_staff").await.expect(200);
    assert!(page.text.contains("This account does not belong to the shop's staff."), "{}", page.text);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_token_gets_no_session(db: PgPool) {
    let app = an_app(db);
    let staff = app.a_staff_user().await;
    let refresh = Claims::new(TokenType::Refresh, staff.id, Uuid::nil(), app.clock.now(), 3600);
    let client = app.anonymous().header("origin", ORIGIN);
    for token in ["x".to_owned(), app.signer.sign(&refresh).unwrap(), format!("{}x", staff.token)] {
        let refusal = client.post("/admin/session/", json!({"access": token})).await.expect(401);
        assert_eq!(refusal.header("set-cookie"), "");
    }
    client.post("/admin/session/", json!({})).await.expect(400);
    app.clock.advance(3600 + 10);
    client.post("/admin/session/", json!({"access": staff.token})).await.expect(401);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn signing_out_drops_the_cookie(db: PgPool) {
    let app = an_app(db);
    let answer = submit(&a_staff_browser(&app).await, "/admin/sign-out/", "").await.expect(303);
    assert_eq!(answer.header("location"), "/admin/sign-in/");
    assert!(answer.header("set-cookie").starts_with("shop_staff=; Path=/admin/; Max-Age=0;"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn signing_out_ends_the_sign_in_for_all_its_tokens(db: PgPool) {
    let app = an_app(db);
    let staff = app.a_staff_user().await;
    let browser = browser_of(&app, &staff);
    browser.get("/admin/orders/").await.expect(200);

    submit(&browser, "/admin/sign-out/", "").await.expect(303);

    browser.get("/admin/orders/").await.expect(303);
    assert_eq!(app.count("select count(*) from sign_ins where end_reason = 'logged_out'").await, 1);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'sign_in_ended'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_way_back_never_leads_to_another_site(db: PgPool) {
    let app = an_app(db);
    let staff = a_staff_browser(&app).await;
    for back in
        ["https://evil.example/", "//evil.example/", "/\\evil.example", "/admin/\\evil", "javascript:alert(1)", "/x"]
    {
        let path = format!("/admin/sign-in/?back={}", back.replace(':', "%3A").replace('\\', "%5C"));
        let form = app.anonymous().get(&path).await.expect(200);
        assert!(form.text.contains("data-back=\"/admin/\""), "{back}: {}", form.text);
        assert_eq!(staff.get(&path).await.expect(303).header("location"), "/admin/", "{back}");
    }
    let local = "/admin/sign-in/?back=%2Fadmin%2Fstock%2F";
    assert_eq!(staff.get(local).await.expect(303).header("location"), "/admin/stock/");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_session_is_not_begun_from_another_origin(db: PgPool) {
    let app = an_app(db);
    let staff = app.a_staff_user().await;
    let elsewhere: [fn(&TestApp) -> shared::testing::Client; 3] = [
        |app| app.anonymous(),
        |app| app.anonymous().header("origin", "http://evil.example"),
        |app| app.anonymous().header("origin", ORIGIN).header("sec-fetch-site", "cross-site"),
    ];
    for client in elsewhere {
        client(&app).post("/admin/session/", json!({"access": staff.token})).await.expect(403);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_form_has_a_code_field_that_is_shown_when_needed(db: PgPool) {
    let app = an_app(db);
    let form = app.anonymous().get("/admin/sign-in/").await.expect(200);
    assert!(form.text.contains("<label id=\"otp\" hidden>Code<input name=\"otp\""), "{}", form.text);
    assert!(!form.text.contains("<script>"), "no script stands in the page");
    let script = app.anonymous().get("/admin/sign-in.js").await.expect(200);
    for code in ["otp_required", "otp_not_valid"] {
        assert!(script.text.contains(code), "the script knows {code}, which `auth` answers");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn staff_without_the_required_second_factor_are_sent_to_set_it_up(db: PgPool) {
    let app = a_strict_app(db);
    let (without, confirmed, used) = (app.a_staff_user().await, app.a_superuser().await, app.a_staff_user().await);
    app.confirm_device(&confirmed).await;
    app.confirm_device(&used).await;
    app.use_second_factor(&used).await;
    let sender = app.anonymous().header("origin", ORIGIN);
    let steps = [
        (&without, "second_factor_required", "set_up_second_factor", "Sign in to set it up."),
        (&confirmed, "second_factor_log_in_required", "use_second_factor", "Sign in with a code."),
    ];
    for (user, code, reason, text) in steps {
        let refusal = sender.post("/admin/session/", json!({"access": user.token})).await.expect(403);
        assert_eq!((&refusal.body["code"], refusal.header("set-cookie")), (&json!(code), ""));
        // A session from the time before the shop required it.
        let sent = browser_of(&app, user).get("/admin/orders/").await.expect(303);
        assert_eq!(sent.header("location"), format!("/admin/sign-in/?back=%2Fadmin%2Forders%2F&reason={reason}"));
        let form = browser_of(&app, user).get(sent.header("location")).await.expect(200);
        assert!(form.text.contains(text), "{}", form.text);
    }
    sender.post("/admin/session/", json!({"access": used.token})).await.expect(204);
    browser_of(&app, &used).get("/admin/orders/").await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_shop_that_requires_no_second_factor_lets_staff_in_without_it(db: PgPool) {
    let app = an_app(db);
    let (without, confirmed) = (app.a_staff_user().await, app.a_staff_user().await);
    app.confirm_device(&confirmed).await;
    for user in [&without, &confirmed] {
        browser_of(&app, user).get("/admin/orders/").await.expect(200);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_form_has_the_parts_with_which_its_script_sets_up_a_second_factor(db: PgPool) {
    let app = an_app(db);
    let form = app.anonymous().get("/admin/sign-in/").await.expect(200);
    let script = app.anonymous().get("/admin/sign-in.js").await.expect(200);
    for id in ["credentials", "set-up", "totp-key", "totp-link", "recovery", "recovery-codes", "go-on"] {
        assert!(form.text.contains(&format!("id=\"{id}\"")), "{id}: {}", form.text);
        assert!(script.text.contains(&format!("(\"{id}\")")), "{id}");
    }
    for word in ["second_factor_required", "/auth/totp/", "/auth/totp/confirm/", "current_password", "recovery_codes"] {
        assert!(script.text.contains(word), "the script knows {word}, which `auth` answers or takes");
    }
}
