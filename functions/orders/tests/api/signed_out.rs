//! Checkout with a token whose sign-in has ended.

use shared::app::Clock as _;
use shared::ids::SignInId;
use shared::testing::{TestApp, TestUser};
use shared::users::tokens::{Claims, TokenType};
use sqlx::PgPool;

use super::{an_app, check_out};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_token_of_an_ended_sign_in_cannot_order(db: PgPool) {
    let (app, queue) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(2).create().await;
    let first = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let second = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    check_out(&app, &ana, first).await.expect(201);

    sqlx::query("update sign_ins set ended_at = now(), end_reason = 'logged_out' where id = $1")
        .bind(TestApp::sign_in_of(ana.id))
        .execute(&app.db)
        .await
        .unwrap();

    let answer = check_out(&app, &ana, second).await.expect(401);
    assert_eq!(answer.body["messages"][0]["message"], "Token is blacklisted");
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"api\"");
    assert_eq!(app.count("select count(*) from orders").await, 1);
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 1);
    assert_eq!(queue.sent().len(), 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_token_without_an_open_sign_in_of_its_account_cannot_order(db: PgPool) {
    let (app, _) = an_app(db);
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let shoes = app.a_product().stock(2).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let claims = Claims::new(TokenType::Access, ana.id, app.random_uuid(), app.clock.now(), 900);
    let strange = [SignInId(app.random_uuid()), TestApp::sign_in_of(ben.id)];
    let tokens = strange.map(|sign_in| (claims.clone().of_sign_in(sign_in), "Token is blacklisted"));
    for (claims, message) in tokens.into_iter().chain([(claims.clone(), "Token is invalid")]) {
        let token = app.signer.sign(&claims).unwrap();
        let answer = check_out(&app, &TestUser { token, ..ana.clone() }, cart).await.expect(401);
        assert_eq!(answer.body["messages"][0]["message"], message);
    }
    assert_eq!(app.count("select count(*) from orders").await, 0);
    check_out(&app, &ana, cart).await.expect(201);
}
