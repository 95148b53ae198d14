//! SQL of roles, staff and API keys.

pub mod api_keys;
pub mod members;
pub mod roles;

use super::Rights;
use crate::app::db::Tx;
use crate::ids::UserId;
use crate::users::Permissions;

/// Begins a change of permissions. Only one such change runs at a time, so what it was checked against still holds when it is written: two
/// people cannot each remove from the other the right to do so.
pub async fn begin_change(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!("select from pg_advisory_xact_lock(hashtext('permissions'))").execute(&mut *tx).await.map(drop)
}

/// Returns what a user may do now; `None` if they are not staff or are deactivated.
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
