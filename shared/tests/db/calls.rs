//! Calls of SQL functions in one round trip.

use shared::app::db::Call;
use shared::ids::{SignInId, UserId};
use shared::testing::TestApp;
use shared::users::AuthOptions;
use shared::users::store::account;
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::db_of;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_failed_call_leaves_the_connection_usable(pool: PgPool) {
    let db = db_of(&pool, 1);
    let error = db.call::<()>(Call::new("no_such_function")).await.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42883");
    assert!(account(&db, UserId(i64::MIN), SignInId(Uuid::nil()), AuthOptions::default()).await.unwrap().is_none());
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_calls_get_their_own_answers(pool: PgPool) {
    let ids: Vec<UserId> = sqlx::query_scalar(
        "insert into users (email, username, username_key, password_hash, created_at)
         select 'u' || n || '@example.com', 'u' || n, 'u' || n, '!', now() from generate_series(1, 20) n returning id",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let mut clients = JoinSet::new();
    for id in ids {
        let db = db_of(&pool, 1);
        clients.spawn(async move {
            for _ in 0..20 {
                assert_eq!(
                    account(&db, id, TestApp::sign_in_of(id), AuthOptions::default()).await.unwrap().unwrap().id,
                    id
                );
            }
        });
    }
    clients.join_all().await;
}
