//! Statements that read attributes.

use crate::app::db::Tx;
use crate::catalogue::{Attribute, AttributeValue};
use crate::ids::{AttributeId, AttributeValueId};

/// Lists every attribute by name, with its values in order.
pub async fn all(tx: &mut Tx) -> sqlx::Result<Vec<Attribute>> {
    let rows = sqlx::query!(
        r#"select a.id, a.name, v.id as "value_id?", v.value as "value?"
             from attributes a
             left join attribute_values v on v.attribute_id = a.id
            order by a.name, a.id, v.position, v.id"#
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut attributes: Vec<Attribute> = Vec::new();
    for row in rows {
        let value = row.value_id.zip(row.value).map(|(id, value)| AttributeValue { id, value });
        match attributes.last_mut() {
            Some(last) if last.id == row.id => last.values.extend(value),
            _ => attributes.push(Attribute { id: row.id, name: row.name, values: value.into_iter().collect() }),
        }
    }
    Ok(attributes)
}

/// Finds an attribute with its values in order, and its version.
pub async fn find(tx: &mut Tx, id: AttributeId) -> sqlx::Result<Option<(Attribute, i64)>> {
    let row = sqlx::query!("select id, name, version from attributes where id = $1", id as _)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let values = sqlx::query_as!(
        AttributeValue,
        "select id, value from attribute_values where attribute_id = $1 order by position, id",
        id as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(Some((Attribute { id: row.id, name: row.name, values }, row.version)))
}

/// Finds a value of an attribute, and the attribute's version.
pub async fn find_value(
    tx: &mut Tx,
    attribute: AttributeId,
    id: AttributeValueId,
) -> sqlx::Result<Option<(AttributeValue, i64)>> {
    let row = sqlx::query!(
        "select v.id, v.value, a.version
           from attribute_values v join attributes a on a.id = v.attribute_id
          where v.id = $2 and a.id = $1",
        attribute as _,
        id as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.map(|row| (AttributeValue { id: row.id, value: row.value }, row.version)))
}
