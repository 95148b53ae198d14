//! The role that the functions log in as: what it may do, and how long.

use serde::Serialize;
use sqlx::postgres::PgConnection;

/// What became of the app's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AppRole {
    /// It is there, with its rights and its timeouts.
    Prepared,
    /// We may not make roles here, so the functions log in as somebody else. On a laptop that is well.
    Skipped,
}

/// Makes the role, or makes it what it should be. All of it or nothing.
pub(crate) async fn prepare(connection: &mut PgConnection) -> sqlx::Result<AppRole> {
    let may: bool = sqlx::query_scalar("select rolsuper or rolcreaterole from pg_roles where rolname = current_user")
        .fetch_one(&mut *connection)
        .await?;
    if !may {
        tracing::warn!("the role `shop` was not prepared: we may not create roles here");
        return Ok(AppRole::Skipped);
    }
    // Several statements at once are one transaction.
    sqlx::raw_sql(include_str!("app_role.sql")).execute(connection).await?;
    Ok(AppRole::Prepared)
}
