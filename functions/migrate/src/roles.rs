//! The log-in by IAM and the timeouts of the functions' roles, whose privileges are granted with the migrations.

use serde::Serialize;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

/// Outcome of preparing the roles of the functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Roles {
    /// The roles exist and have their privileges and timeouts.
    Prepared,
    /// The owner of the tables may not create roles, so the functions must log in as another role. That is fine on a laptop.
    Skipped,
}

/// Gives the roles their timeouts and lets them log in, in one transaction.
pub(crate) async fn prepare(connection: &mut PgConnection) -> sqlx::Result<Roles> {
    let may_create_roles: bool =
        sqlx::query_scalar("select rolsuper or rolcreaterole from pg_roles where rolname = current_user")
            .fetch_one(&mut *connection)
            .await?;
    if !may_create_roles {
        tracing::warn!("roles of the functions not prepared, because this user may not create roles");
        return Ok(Roles::Skipped);
    }
    let sql = include_str!("role_settings.sql").replacen("{roles}", &migrations::quoted_roles(), 1);
    // PostgreSQL runs several statements of one text in one transaction.
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(Roles::Prepared)
}
