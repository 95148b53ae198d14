//! SQL of roles.

use crate::app::db::{KeysetBounds, Tx};
use crate::ids::{RoleId, UserId};
use crate::staff::Role;
use crate::time::Timestamp;
use crate::users::Permissions;

/// Lists a page of roles, by id.
pub async fn list(tx: &mut Tx, bounds: KeysetBounds<RoleId>) -> sqlx::Result<Vec<Role>> {
    sqlx::query_as!(
        Role,
        "select id, name, permissions, created_at
           from roles
          where ($1::bigint is null or id > $1) and ($2::bigint is null or id < $2)
          order by case when $2::bigint is null then id end, id desc
          limit $3",
        bounds.after as _,
        bounds.before as _,
        bounds.limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Counts all roles.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from roles"#).fetch_one(&mut *tx).await
}

/// Finds one role.
pub async fn find(tx: &mut Tx, role: RoleId) -> sqlx::Result<Option<Role>> {
    sqlx::query_as!(Role, "select id, name, permissions, created_at from roles where id = $1", role as _)
        .fetch_optional(&mut *tx)
        .await
}

/// Finds those of these roles that exist.
pub async fn find_all(tx: &mut Tx, roles: &[RoleId]) -> sqlx::Result<Vec<Role>> {
    let ids: Vec<i64> = roles.iter().map(|role| role.0).collect();
    sqlx::query_as!(Role, "select id, name, permissions, created_at from roles where id = any($1) order by id", &ids)
        .fetch_all(&mut *tx)
        .await
}

/// Returns the roles of a user.
pub async fn of_user(tx: &mut Tx, user: UserId) -> sqlx::Result<Vec<Role>> {
    sqlx::query_as!(
        Role,
        "select r.id, r.name, r.permissions, r.created_at
           from user_roles ur join roles r on r.id = ur.role_id
          where ur.user_id = $1
          order by r.id",
        user as _
    )
    .fetch_all(&mut *tx)
    .await
}

/// Returns the users who have a role.
pub async fn holders(tx: &mut Tx, role: RoleId) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!("select user_id from user_roles where role_id = $1 order by user_id", role as _)
        .fetch_all(&mut *tx)
        .await
}

/// Returns the users who have a role and locks their accounts until the transaction ends. An account that is deleted is locked before its
/// roles, so deleting a role locks in the same order; otherwise the two could deadlock.
pub async fn lock_holders(tx: &mut Tx, role: RoleId) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!(
        "select u.id from users u join user_roles ur on ur.user_id = u.id
          where ur.role_id = $1
          order by u.id
            for no key update of u",
        role as _
    )
    .fetch_all(&mut *tx)
    .await
}

/// Inserts a role. [`crate::staff::is_name_taken`] recognises the error of a name that is taken.
pub async fn insert(tx: &mut Tx, name: &str, permissions: Permissions, now: Timestamp) -> sqlx::Result<Role> {
    sqlx::query_as!(
        Role,
        "insert into roles (name, permissions, created_at) values ($1, $2, $3)
         returning id, name, permissions, created_at",
        name,
        permissions as _,
        now as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Updates a role's name and permissions. [`crate::staff::is_name_taken`] recognises the error of a name that is taken.
pub async fn update(tx: &mut Tx, role: &Role) -> sqlx::Result<()> {
    sqlx::query!(
        "update roles set name = $2, permissions = $3 where id = $1",
        role.id as _,
        role.name,
        role.permissions as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Deletes a role. Its users lose it; those without another role are no longer staff.
pub async fn delete(tx: &mut Tx, role: RoleId) -> sqlx::Result<()> {
    sqlx::query!("delete from roles where id = $1", role as _).execute(&mut *tx).await.map(drop)
}
