//! The database role that the functions log in as, with its rights and timeouts.

use serde::Serialize;
use sqlx::postgres::PgConnection;

/// Outcome of preparing the role of the functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AppRole {
    /// The role exists and has its rights and timeouts.
    Prepared,
    /// The owner of the tables may not create roles, so the functions must log in as another role. That is fine on a laptop.
    Skipped,
}

/// Creates the role or updates its rights and timeouts, in one transaction.
pub(crate) async fn prepare(connection: &mut PgConnection) -> sqlx::Result<AppRole> {
    let may_create_roles: bool =
        sqlx::query_scalar("select rolsuper or rolcreaterole from pg_roles where rolname = current_user")
            .fetch_one(&mut *connection)
            .await?;
    if !may_create_roles {
        tracing::warn!("role of the functions not prepared, because this user may not create roles");
        return Ok(AppRole::Skipped);
    }
    // PostgreSQL runs several statements of one text in one transaction.
    sqlx::raw_sql(include_str!("app_role.sql")).execute(connection).await?;
    Ok(AppRole::Prepared)
}
