//! Operations of the database in the trace of their invocation.

use serde_json::{Value, json};
use shared::app::db::Call;
use shared::ids::{EventId, SignInId, UserId};
use shared::outbox::store;
use shared::testing::XRayDaemon;
use shared::users::AuthOptions;
use shared::users::store::account;
use sqlx::PgPool;
use uuid::Uuid;

use super::{db_of, nowhere};

/// Returns the next operation, and whether it was refused or failed.
fn next(daemon: &XRayDaemon) -> (Value, bool, bool) {
    let document = daemon.receive();
    assert_eq!(document["name"], "database");
    assert!(!document.to_string().contains("address.example"), "no values: {document}");
    assert_eq!(document["sql"], json!({"database_type": "PostgreSQL"}));
    let end = |name: &str| document[name].as_bool().unwrap();
    (document["annotations"]["operation"].clone(), end("error"), end("fault"))
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_transaction_is_recorded_step_by_step(pool: PgPool) {
    let (daemon, db) = (XRayDaemon::start(), db_of(&pool, 1));
    let work = async {
        let mut tx = db.begin().await.unwrap();
        store::record_failure(&mut tx, EventId(Uuid::nil()), "the@address.example").await.unwrap();
        tx.commit().await.unwrap();
    };

    daemon.invocation().record(work).await;

    for operation in ["connect", "begin", "query", "commit"] {
        assert_eq!(next(&daemon), (operation.into(), false, false));
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_call_is_recorded_by_the_name_of_its_function(pool: PgPool) {
    let (daemon, db) = (XRayDaemon::start(), db_of(&pool, 1));
    db.warm_up().await;
    let work = async {
        assert!(account(&db, UserId(7), SignInId(Uuid::nil()), AuthOptions::default()).await.unwrap().is_none());
        assert!(db.call::<()>(Call::new("no_such_function").text("the@address.example")).await.is_err());
    };

    daemon.invocation().record(work).await;

    assert_eq!(next(&daemon), ("caller".into(), false, false));
    assert_eq!(next(&daemon), ("no_such_function".into(), true, false), "an answer of the database");
}

#[tokio::test]
async fn a_database_that_is_away_is_a_fault() {
    let daemon = XRayDaemon::start();

    daemon.invocation().record(async { assert!(nowhere().begin().await.is_err()) }).await;

    for operation in ["connect", "begin"] {
        assert_eq!(next(&daemon), (operation.into(), false, true));
    }
}
