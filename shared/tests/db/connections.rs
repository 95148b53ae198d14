//! Connections that are busy, broken or impossible.

use axum::response::IntoResponse as _;
use http::StatusCode;
use shared::app::db::Call;
use shared::http::ApiError;
use sqlx::PgPool;
use std::time::Instant;

use super::{db_of, nowhere, soon};

/// Ends all backends of this database but the current one, like a restart of the server, and waits until they have ended: PgBouncer would
/// otherwise give out another that is about to end.
async fn end_all_backends(pool: &PgPool) {
    sqlx::query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
        .execute(pool)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_connection_that_broke_while_idle_is_replaced(pool: PgPool) {
    let db = db_of(&pool, 2);
    let (first, second) = (db.begin().await.unwrap(), db.begin().await.unwrap());
    first.commit().await.unwrap();
    second.commit().await.unwrap();
    for _ in 0..2 {
        end_all_backends(&pool).await;
        soon(db.begin()).await.unwrap().commit().await.unwrap();
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_connection_that_breaks_in_a_transaction_is_not_used_again(pool: PgPool) {
    let db = db_of(&pool, 1);
    let tx = db.begin().await.unwrap();
    end_all_backends(&pool).await;
    assert!(tx.commit().await.is_err());
    db.rollback_abandoned().await;
    soon(db.begin()).await.unwrap().commit().await.unwrap();
    // A call is safe to repeat, and is repeated.
    end_all_backends(&pool).await;
    soon(db.call::<()>(Call::new("shop_currency"))).await.unwrap();
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_request_without_a_free_connection_gets_503_and_retry_after(pool: PgPool) {
    let db = db_of(&pool, 1);
    let _busy = db.begin().await.unwrap();
    let started = Instant::now();
    let answer = ApiError::from(soon(db.begin()).await.unwrap_err()).into_response();
    assert!(started.elapsed().as_secs() < 5, "bounded, well below the gateway's 30 seconds");
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["retry-after"], "1");
}

#[tokio::test]
async fn an_unreachable_database_is_a_503_and_not_a_500() {
    let error = soon(nowhere().begin()).await.unwrap_err();
    assert_eq!(ApiError::from(error).into_response().status(), StatusCode::SERVICE_UNAVAILABLE);
}
