//! Statements that write attributes and their values one by one, as staff do.
//!
//! For an editor, an attribute and its values are one object: every change here locks the attribute's row ([`lock_attribute`]) and
//! increases its version.

use super::constraints::or_refused;
use crate::app::db::{Tx, is_violation};
use crate::catalogue::name_key;
use crate::ids::{AttributeId, AttributeValueId};

/// Reason why the database refuses a change of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeRefused {
    /// Another attribute has the name, by its [`name_key`].
    NameTaken,
    /// The attribute has this value, by its [`name_key`].
    ValueTaken,
    /// Variants have the attribute or the value.
    InUse,
}

impl AttributeRefused {
    fn of(error: &sqlx::Error) -> Option<Self> {
        [
            ("attribute_name_unique", Self::NameTaken),
            ("attribute_value_unique", Self::ValueTaken),
            ("variant_value_belongs_to_its_attribute", Self::InUse),
            // An import has added a value to it at the same time.
            ("attribute_values_attribute_id_fkey", Self::InUse),
        ]
        .into_iter()
        .find_map(|(constraint, refused)| is_violation(error, constraint).then_some(refused))
    }
}

/// Locks an attribute for a change and returns its version under the lock; `None` if there is no such attribute.
///
/// Transactions that create values of it, for staff or for an import, wait for the lock (`named_values`); those that sell or read them do
/// not.
pub async fn lock_attribute(tx: &mut Tx, id: AttributeId) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!("select version from attributes where id = $1 for no key update", id as _)
        .fetch_optional(&mut *tx)
        .await
}

/// Creates an attribute with these values, in this order.
pub async fn insert_attribute(
    tx: &mut Tx,
    name: &str,
    values: &[String],
) -> sqlx::Result<Result<AttributeId, AttributeRefused>> {
    let inserted = sqlx::query_scalar!(
        "insert into attributes (name, name_key) values ($1, $2) returning id",
        name,
        name_key(name)
    )
    .fetch_one(&mut *tx)
    .await;
    let id = match or_refused(inserted, AttributeRefused::of)? {
        Ok(id) => id,
        Err(refused) => return Ok(Err(refused)),
    };
    let inserted = sqlx::query!(
        "insert into attribute_values (attribute_id, value, value_key, position)
         select $1, value, value_key, (place - 1)::integer
           from unnest($2::text[], $3::text[]) with ordinality as t (value, value_key, place)",
        id as _,
        values,
        &values.iter().map(|value| name_key(value)).collect::<Vec<_>>()
    )
    .execute(&mut *tx)
    .await;
    Ok(or_refused(inserted, AttributeRefused::of)?.map(|_| id))
}

/// Renames an attribute.
pub async fn rename_attribute(tx: &mut Tx, id: AttributeId, name: &str) -> sqlx::Result<Result<(), AttributeRefused>> {
    let renamed = sqlx::query!(
        "update attributes set name = $2, name_key = $3, version = version + 1 where id = $1 and name <> $2",
        id as _,
        name,
        name_key(name)
    )
    .execute(&mut *tx)
    .await;
    or_refused(renamed.map(drop), AttributeRefused::of)
}

/// Deletes an attribute with its values. Fails if a variant has one of them.
pub async fn delete_attribute(tx: &mut Tx, id: AttributeId) -> sqlx::Result<Result<(), AttributeRefused>> {
    let emptied = sqlx::query!("delete from attribute_values where attribute_id = $1", id as _).execute(&mut *tx).await;
    if let Err(refused) = or_refused(emptied, AttributeRefused::of)? {
        return Ok(Err(refused));
    }
    let deleted = sqlx::query!("delete from attributes where id = $1", id as _).execute(&mut *tx).await;
    or_refused(deleted.map(drop), AttributeRefused::of)
}

/// Creates a value after the others.
pub async fn insert_value(
    tx: &mut Tx,
    attribute: AttributeId,
    value: &str,
) -> sqlx::Result<Result<AttributeValueId, AttributeRefused>> {
    let inserted = sqlx::query_scalar!(
        "insert into attribute_values (attribute_id, value, value_key, position)
         select $1, $2, $3, coalesce(max(position) + 1, 0) from attribute_values where attribute_id = $1
         returning id",
        attribute as _,
        value,
        name_key(value)
    )
    .fetch_one(&mut *tx)
    .await;
    let inserted = or_refused(inserted, AttributeRefused::of)?;
    if inserted.is_ok() {
        count_change(tx, attribute).await?;
    }
    Ok(inserted)
}

/// Renames a value for all variants that have it.
pub async fn rename_value(
    tx: &mut Tx,
    attribute: AttributeId,
    id: AttributeValueId,
    value: &str,
) -> sqlx::Result<Result<(), AttributeRefused>> {
    let renamed = sqlx::query!(
        "update attribute_values set value = $2, value_key = $3 where id = $1",
        id as _,
        value,
        name_key(value)
    )
    .execute(&mut *tx)
    .await;
    if let Err(refused) = or_refused(renamed, AttributeRefused::of)? {
        return Ok(Err(refused));
    }
    count_change(tx, attribute).await?;
    Ok(Ok(()))
}

/// Moves a value to this position among its siblings, from 0; to the end if there are fewer.
pub async fn move_value(tx: &mut Tx, attribute: AttributeId, id: AttributeValueId, position: i32) -> sqlx::Result<()> {
    // The others keep their order, and the value goes between them: half a step before the one at that position.
    let moved = sqlx::query!(
        "with siblings as (
             select id, row_number() over (order by position, id) - 1 as place
               from attribute_values where attribute_id = $1 and id <> $2
         ), places as (
             select id, row_number() over (order by at) - 1 as place
               from (select id, place::numeric as at from siblings union all select $2, $3::integer - 0.5) ordered
         )
         update attribute_values v set position = places.place from places
          where v.id = places.id and v.position <> places.place",
        attribute as _,
        id as _,
        position
    )
    .execute(&mut *tx)
    .await?;
    if moved.rows_affected() == 0 { Ok(()) } else { count_change(tx, attribute).await }
}

/// Deletes a value that no variant has.
pub async fn delete_value(
    tx: &mut Tx,
    attribute: AttributeId,
    id: AttributeValueId,
) -> sqlx::Result<Result<(), AttributeRefused>> {
    let deleted = sqlx::query!("delete from attribute_values where id = $1", id as _).execute(&mut *tx).await;
    if let Err(refused) = or_refused(deleted, AttributeRefused::of)? {
        return Ok(Err(refused));
    }
    count_change(tx, attribute).await?;
    Ok(Ok(()))
}

async fn count_change(tx: &mut Tx, id: AttributeId) -> sqlx::Result<()> {
    sqlx::query!("update attributes set version = version + 1 where id = $1", id as _).execute(&mut *tx).await.map(drop)
}
