//! Who works here, in SQL.

pub mod api_keys;
pub mod members;
pub mod roles;

use super::Rights;
use crate::app::db::Tx;
use crate::ids::UserId;
use crate::users::Permissions;

/// Begins a change of who may do what. There is one such change at a time, so what this one is judged by still holds when it is
/// written: two people cannot each take from the other what allows it.
pub async fn begin_change(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!("select from pg_advisory_xact_lock(hashtext('who may do what'))").execute(&mut *tx).await.map(drop)
}

/// What somebody may do now; `None` where they do not work here any more, or are switched off.
pub async fn rights(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<Rights>> {
    sqlx::query_as!(
        Rights,
        r#"select permissions_of(id) as "permissions!: Permissions", is_superuser
             from users
            where id = $1 and is_active and is_staff"#,
        user as _
    )
    .fetch_optional(&mut *tx)
    .await
}
