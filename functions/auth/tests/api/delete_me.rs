//! Delete your account: `DELETE /auth/users/me/`.

use serde_json::json;
use shared::testing::Client;
use sqlx::PgPool;

use crate::{PASSWORD, log_in, register, service, tokens};

async fn delete_account(client: &Client) -> u16 {
    let body = json!({"current_password": PASSWORD});
    let answer = client.send_json("DELETE".parse().unwrap(), "/auth/users/me/", body).await;
    assert!(answer.status != 204 || answer.text.is_empty(), "{}", answer.text);
    answer.status
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn deleting_an_account_deletes_its_carts_and_sign_ins_only(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let ben = register(&app, "ben").await;
    app.a_cart().of(ana).create().await;
    app.a_cart().of(ben).create().await;
    let (anas, bens) = (tokens(&app, "ana").await, tokens(&app, "ben").await);

    assert_eq!(delete_account(&app.anonymous().bearer(&anas.access)).await, 204);

    let gone = app.anonymous().bearer(&anas.access).get("/auth/users/me/").await.expect(401);
    assert_eq!(gone.body, json!({"detail": "User not found", "code": "user_not_found"}));
    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    app.anonymous().bearer(&bens.access).get("/auth/users/me/").await.expect(200);
    for left in ["select count(*) from users", "select count(*) from carts", "select count(*) from refresh_tokens"] {
        assert_eq!(app.count(left).await, 1, "{left}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_orders_of_a_deleted_account_stay(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    sqlx::query(
        "insert into orders (id, user_id, cart_id, request_digest, email, currency, total, placed_at)
         values (gen_random_uuid(), $1, gen_random_uuid(), gen_random_uuid(), 'ana@example.com', 'EUR', 1000, now())",
    )
    .bind(ana)
    .execute(&app.db)
    .await
    .unwrap();

    assert_eq!(delete_account(&app.anonymous().bearer(&tokens(&app, "ana").await.access)).await, 204);

    assert_eq!(app.count("select count(*) from orders where user_id is null and email = 'erased@invalid'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_name_and_address_of_a_deleted_account_can_be_used_again(db: PgPool) {
    let app = service(db);
    let before = register(&app, "ana").await;
    assert_eq!(delete_account(&app.anonymous().bearer(&tokens(&app, "ana").await.access)).await, 204);
    let after = register(&app, "ana").await;
    assert_ne!(before, after, "an old token must not open the new account");
}
