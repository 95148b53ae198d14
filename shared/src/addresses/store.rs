//! SQL of addresses.

use super::{Address, CreateAddress, UpdateAddress};
use crate::app::db::{KeysetBounds, Tx};
use crate::ids::{AddressId, UserId};
use crate::time::Timestamp;

/// Locks the addresses of a user until the transaction ends, by locking the account; returns false if the account no longer exists. Every
/// write of an address does this first, because the number of addresses and the defaults concern all of them.
pub async fn lock(tx: &mut Tx, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!("select id from users where id = $1 for no key update", user as _)
        .fetch_optional(&mut *tx)
        .await
        .map(|found| found.is_some())
}

/// Counts the addresses of a user.
pub async fn count(tx: &mut Tx, user: UserId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from user_addresses where user_id = $1"#, user as _)
        .fetch_one(&mut *tx)
        .await
}

/// A page of a user's addresses, oldest first.
pub async fn list(tx: &mut Tx, user: UserId, bounds: KeysetBounds<AddressId>) -> sqlx::Result<Vec<Address>> {
    sqlx::query_as!(
        Address,
        "select id, name, company, line1, line2, city, postal_code, region, country, phone, is_default_shipping,
                is_default_billing, created_at, updated_at
           from user_addresses
          where user_id = $1 and ($2::bigint is null or id > $2) and ($3::bigint is null or id < $3)
          order by case when $3::bigint is null then id end, id desc
          limit $4",
        user as _,
        bounds.after as _,
        bounds.before as _,
        bounds.limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Finds an address of this user; `None` if it does not exist or belongs to someone else.
pub async fn find(tx: &mut Tx, user: UserId, address: AddressId) -> sqlx::Result<Option<Address>> {
    sqlx::query_as!(
        Address,
        "select id, name, company, line1, line2, city, postal_code, region, country, phone, is_default_shipping,
                is_default_billing, created_at, updated_at
           from user_addresses
          where id = $1 and user_id = $2",
        address as _,
        user as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Clears these defaults on the user's other addresses before another gets them. The unique index that allows one of each kind is checked
/// after every statement.
async fn take_defaults(tx: &mut Tx, user: UserId, shipping: bool, billing: bool) -> sqlx::Result<()> {
    sqlx::query!(
        "update user_addresses
            set is_default_shipping = is_default_shipping and not $2, is_default_billing = is_default_billing and not $3
          where user_id = $1 and (is_default_shipping and $2 or is_default_billing and $3)",
        user as _,
        shipping,
        billing
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Inserts an address. The caller has locked the user's addresses.
pub async fn insert(tx: &mut Tx, user: UserId, new: CreateAddress, now: Timestamp) -> sqlx::Result<Address> {
    let shipping = new.is_default_shipping.unwrap_or_default();
    let billing = new.is_default_billing.unwrap_or_default();
    take_defaults(tx, user, shipping, billing).await?;
    sqlx::query_as!(
        Address,
        "insert into user_addresses (user_id, name, company, line1, line2, city, postal_code, region, country, phone,
                                     is_default_shipping, is_default_billing, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
         returning id, name, company, line1, line2, city, postal_code, region, country, phone, is_default_shipping,
                   is_default_billing, created_at, updated_at",
        user as _,
        new.name,
        new.company,
        new.line1,
        new.line2,
        new.city,
        new.postal_code,
        new.region,
        new.country,
        new.phone,
        shipping,
        billing,
        now as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Changes the given fields of an address of this user; `None` if it does not exist or belongs to someone else, and the caller must then
/// roll back. The caller has locked the user's addresses.
pub async fn update(
    tx: &mut Tx,
    user: UserId,
    address: AddressId,
    change: UpdateAddress,
    now: Timestamp,
) -> sqlx::Result<Option<Address>> {
    let taken = (change.is_default_shipping.unwrap_or_default(), change.is_default_billing.unwrap_or_default());
    take_defaults(tx, user, taken.0, taken.1).await?;
    sqlx::query_as!(
        Address,
        "update user_addresses
            set name = coalesce($3, name), company = coalesce($4, company), line1 = coalesce($5, line1),
                line2 = coalesce($6, line2), city = coalesce($7, city), postal_code = coalesce($8, postal_code),
                region = coalesce($9, region), country = coalesce($10, country), phone = coalesce($11, phone),
                is_default_shipping = coalesce($12, is_default_shipping),
                is_default_billing = coalesce($13, is_default_billing), updated_at = $14
          where id = $1 and user_id = $2
         returning id, name, company, line1, line2, city, postal_code, region, country, phone, is_default_shipping,
                   is_default_billing, created_at, updated_at",
        address as _,
        user as _,
        change.name,
        change.company,
        change.line1,
        change.line2,
        change.city,
        change.postal_code,
        change.region,
        change.country,
        change.phone,
        change.is_default_shipping,
        change.is_default_billing,
        now as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Deletes an address of this user; returns false if there was no such address. If it was a default, no other address becomes it.
pub async fn delete(tx: &mut Tx, user: UserId, address: AddressId) -> sqlx::Result<bool> {
    sqlx::query!("delete from user_addresses where id = $1 and user_id = $2", address as _, user as _)
        .execute(&mut *tx)
        .await
        .map(|done| done.rows_affected() == 1)
}
