//! SQL of the staff.

use crate::app::db::{KeysetBounds, Tx};
use crate::ids::{RoleId, UserId};
use crate::staff::{AccountFlags, StaffMember};

/// Lists a page of the staff, by id.
pub async fn list(tx: &mut Tx, bounds: KeysetBounds<UserId>) -> sqlx::Result<Vec<StaffMember>> {
    sqlx::query_as!(
        StaffMember,
        r#"select u.id, u.username, u.email, u.is_superuser, u.last_login_at,
                  array(select role_id from user_roles where user_id = u.id order by role_id) as "roles!: Vec<RoleId>"
             from users u
            where u.is_staff and ($1::bigint is null or u.id > $1) and ($2::bigint is null or u.id < $2)
            order by case when $2::bigint is null then u.id end, u.id desc
            limit $3"#,
        bounds.after as _,
        bounds.before as _,
        bounds.limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Counts the staff.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from users where is_staff"#).fetch_one(&mut *tx).await
}

/// Returns the flags of an account and locks it until the transaction ends; `None` if it does not exist.
pub async fn lock(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<AccountFlags>> {
    sqlx::query_as!(
        AccountFlags,
        "select is_active, is_staff, is_superuser from users where id = $1 for no key update",
        user as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Gives a user these roles and no others. A trigger sets `is_staff`.
pub async fn assign(tx: &mut Tx, user: UserId, roles: &[RoleId]) -> sqlx::Result<()> {
    let ids: Vec<i64> = roles.iter().map(|role| role.0).collect();
    sqlx::query!("delete from user_roles where user_id = $1 and role_id <> all($2)", user as _, &ids)
        .execute(&mut *tx)
        .await?;
    sqlx::query!(
        "insert into user_roles (user_id, role_id) select $1, role_id from unnest($2::bigint[]) as role_id
         on conflict do nothing",
        user as _,
        &ids
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Returns an account as a member of staff, also if it is no longer one.
pub async fn find(tx: &mut Tx, user: UserId) -> sqlx::Result<StaffMember> {
    sqlx::query_as!(
        StaffMember,
        r#"select u.id, u.username, u.email, u.is_superuser, u.last_login_at,
                  array(select role_id from user_roles where user_id = u.id order by role_id) as "roles!: Vec<RoleId>"
             from users u
            where u.id = $1"#,
        user as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Activates or deactivates an account.
pub async fn set_active(tx: &mut Tx, user: UserId, is_active: bool) -> sqlx::Result<()> {
    sqlx::query!("update users set is_active = $2 where id = $1", user as _, is_active)
        .execute(&mut *tx)
        .await
        .map(drop)
}

/// Returns true if staff have deactivated the account and not reactivated it since.
pub async fn was_deactivated(tx: &mut Tx, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select coalesce((
               select kind = 'deactivated' from audit_log
                where user_id = $1 and kind in ('deactivated', 'reactivated')
                order by id desc limit 1), false) as "was_deactivated!""#,
        user as _
    )
    .fetch_one(&mut *tx)
    .await
}
