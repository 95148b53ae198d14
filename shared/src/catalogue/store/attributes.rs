//! Reading attributes.

use crate::app::db::Tx;
use crate::catalogue::{Attribute, AttributeValue};

/// Every attribute by name, with its values in order.
pub async fn all(tx: &mut Tx) -> sqlx::Result<Vec<Attribute>> {
    let rows = sqlx::query!(
        r#"select a.id, a.name, v.id as "value_id?", v.value as "value?"
             from attributes a
             left join attribute_values v on v.attribute_id = a.id
            order by lower(a.name), v.position, v.id"#
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
