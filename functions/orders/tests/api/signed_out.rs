//! Checkout with a token whose sign-in has ended.

use shared::app::Clock as _;
use shared::ids::SignInId;
use shared::testing::{TestApp, TestUser};
use shared::users::tokens::{Claims, TokenType};
use sqlx::PgPool;

use super::{an_app, check_out};

/// Returns a user who is signed in, and the sign-in.
async fn signed_in(app: &TestApp) -> (TestUser, SignInId) {
    let (user, sign_in) = (app.a_user().await, SignInId(app.random_uuid()));
    sqlx::query(
        "insert into sign_ins (id, user_id, created_at, last_used_at, expires_at)
         values ($1, $2, now(), now(), now() + interval '1 day')",
    )
    .bind(sign_in)
    .bind(user.id)
    .execute(&app.db)
    .await
    .unwrap();
    let claims = Claims::new(TokenType::Access, user.id, app.random_uuid(), app.clock.now(), 900);
    let token = app.signer.sign(&claims.of_sign_in(sign_in)).unwrap();
    (TestUser { token, ..user }, sign_in)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_token_of_an_ended_sign_in_cannot_order(db: PgPool) {
    let (app, queue) = an_app(db);
    let (ana, sign_in) = signed_in(&app).await;
    let shoes = app.a_product().stock(2).create().await;
    let first = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let second = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    check_out(&app, &ana, first).await.expect(201);

    sqlx::query("update sign_ins set ended_at = now(), end_reason = 'logged_out' where id = $1")
        .bind(sign_in)
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
