//! The database role of `auth`, as which all these tests run.

use sqlx::PgPool;

use crate::service;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_service_under_test_logs_in_as_the_role_of_its_function(db: PgPool) {
    let app = service(db);
    let mut tx = app.app.db.begin().await.unwrap();
    let role: String = sqlx::query_scalar("select current_user::text").fetch_one(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(role, "shop_auth");
}
