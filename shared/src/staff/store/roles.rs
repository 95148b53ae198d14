//! Roles in SQL.

use crate::app::db::Tx;
use crate::ids::{RoleId, UserId};
use crate::staff::Role;
use crate::time::Timestamp;
use crate::users::Permissions;

/// Roles by id: those behind `after`, or the nearest ones before `before`, backwards; at most `limit`.
pub async fn list(
    tx: &mut Tx,
    (after, before): (Option<RoleId>, Option<RoleId>),
    limit: i64,
) -> sqlx::Result<Vec<Role>> {
    sqlx::query_as!(
        Role,
        "select id, name, permissions, created_at
           from roles
          where ($1::bigint is null or id > $1) and ($2::bigint is null or id < $2)
          order by case when $2::bigint is null then id else -id end
          limit $3",
        after as _,
        before as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// How many roles there are.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from roles"#).fetch_one(&mut *tx).await
}

/// One role.
pub async fn find(tx: &mut Tx, role: RoleId) -> sqlx::Result<Option<Role>> {
    sqlx::query_as!(Role, "select id, name, permissions, created_at from roles where id = $1", role as _)
        .fetch_optional(&mut *tx)
        .await
}

/// Those of these roles that there are.
pub async fn find_all(tx: &mut Tx, roles: &[RoleId]) -> sqlx::Result<Vec<Role>> {
    let ids: Vec<i64> = roles.iter().map(|role| role.0).collect();
    sqlx::query_as!(Role, "select id, name, permissions, created_at from roles where id = any($1) order by id", &ids)
        .fetch_all(&mut *tx)
        .await
}

/// The roles that somebody has.
pub async fn of(tx: &mut Tx, user: UserId) -> sqlx::Result<Vec<Role>> {
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

/// Who has a role.
pub async fn holders(tx: &mut Tx, role: RoleId) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!("select user_id from user_roles where role_id = $1 order by user_id", role as _)
        .fetch_all(&mut *tx)
        .await
}

/// Who has a role, and none of these accounts changes or ends until the transaction does: an account that ends locks itself before its
/// roles, and so does whoever deletes a role, or the two would wait for each other.
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

/// Makes a role. [`crate::staff::is_name_taken`] reads the error where its name is another's.
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

/// Writes a role's name and permissions. [`crate::staff::is_name_taken`] reads the error where its name is another's.
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

/// Deletes a role. Whoever had it has it no more; whoever had no other does not work here any more.
pub async fn delete(tx: &mut Tx, role: RoleId) -> sqlx::Result<()> {
    sqlx::query!("delete from roles where id = $1", role as _).execute(&mut *tx).await.map(drop)
}
