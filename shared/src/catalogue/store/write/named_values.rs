//! Attribute values as staff name them: by id, or by the names of the attribute and of the value.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::db::Tx;
use crate::ids::{AttributeId, AttributeValueId};

/// By its id, or by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(untagged)]
pub enum IdOrName {
    /// The one with this id.
    Id(i64),
    /// The one of this name. Where there is none it is made.
    Name(String),
}

/// Which value is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NamedValue {
    /// The one with this id.
    Id(AttributeValueId),
    /// One of an attribute's.
    Of {
        /// Of which.
        attribute: IdOrName,
        /// The value.
        value: IdOrName,
    },
}

/// A value that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownValue {
    /// Of which attribute.
    pub attribute_id: AttributeId,
    /// What that is called.
    pub attribute: String,
    /// Which.
    pub id: AttributeValueId,
    /// The value.
    pub value: String,
}

/// The values that these name, as far as there are such. Attributes (whatever the case of their name) and values that are named by name
/// come into being as they are needed.
pub async fn find_or_make_values(tx: &mut Tx, named: &[NamedValue]) -> sqlx::Result<HashMap<NamedValue, KnownValue>> {
    let attributes = attributes(tx, named).await?;
    let mut found = HashMap::new();
    let mut wanted: Vec<(AttributeId, String)> = Vec::new();
    let mut names_of: HashMap<(AttributeId, String), Vec<&NamedValue>> = HashMap::new();
    let mut ids: Vec<(AttributeValueId, &NamedValue)> = Vec::new();
    for name in named {
        match name {
            NamedValue::Id(id) => ids.push((*id, name)),
            NamedValue::Of { value: IdOrName::Id(id), .. } => ids.push((AttributeValueId(*id), name)),
            NamedValue::Of { attribute, value: IdOrName::Name(value) } => {
                let Some((id, _)) = attributes.get(attribute) else { continue };
                let names = names_of.entry((*id, value.clone())).or_default();
                if names.is_empty() {
                    wanted.push((*id, value.clone()));
                }
                names.push(name);
            }
        }
    }
    let by_id = values_by_id(tx, &ids.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await?;
    for (id, name) in ids {
        let of_it = |known: &&KnownValue| match name {
            NamedValue::Id(_) => true,
            NamedValue::Of { attribute, .. } => {
                attributes.get(attribute).is_some_and(|(id, _)| *id == known.attribute_id)
            }
        };
        if let Some(known) = by_id.get(&id).filter(of_it) {
            found.insert(name.clone(), known.clone());
        }
    }
    for known in values_by_name(tx, wanted).await? {
        for name in names_of.get(&(known.attribute_id, known.value.clone())).into_iter().flatten() {
            found.insert((*name).clone(), known.clone());
        }
    }
    Ok(found)
}

/// Each attribute that is named: its id, and what it is called. New ones come in the order in which they are named, because that is the order
/// in which they are shown; so who makes some waits for whoever else does.
async fn attributes(tx: &mut Tx, named: &[NamedValue]) -> sqlx::Result<HashMap<IdOrName, (AttributeId, String)>> {
    let (mut ids, mut names) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for name in named {
        match name {
            NamedValue::Of { attribute, .. } if !seen.insert(attribute) => {}
            NamedValue::Of { attribute: IdOrName::Id(id), .. } => ids.push(*id),
            NamedValue::Of { attribute: IdOrName::Name(name), .. } => names.push(name.clone()),
            NamedValue::Id(_) => {}
        }
    }
    let known = known_attributes(tx, &ids, &names).await?;
    names.retain(|name| !known.contains_key(&IdOrName::Name(name.clone())));
    if names.is_empty() {
        return Ok(known);
    }
    // The number is nobody else's.
    sqlx::query!(r#"select pg_advisory_xact_lock(2001) as "done: ()""#).fetch_one(&mut *tx).await?;
    sqlx::query!(
        "insert into attributes (name)
         select t.name from unnest($1::text[]) with ordinality as t (name, place)
          where not exists (select from attributes a where lower(a.name) = lower(t.name))
          order by t.place
             on conflict do nothing",
        &names
    )
    .execute(&mut *tx)
    .await?;
    let mut all = known_attributes(tx, &[], &names).await?;
    all.extend(known);
    Ok(all)
}

async fn known_attributes(
    tx: &mut Tx,
    ids: &[i64],
    names: &[String],
) -> sqlx::Result<HashMap<IdOrName, (AttributeId, String)>> {
    let rows = sqlx::query!(
        r#"select a.id as "id!: AttributeId", a.name as "name!", null as "named?: String" from attributes a where a.id = any ($1)
           union all
           select a.id, a.name, t.name from unnest($2::text[]) as t (name) join attributes a on lower(a.name) = lower(t.name)"#,
        ids,
        names
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.named.map_or(IdOrName::Id(row.id.0), IdOrName::Name), (row.id, row.name)))
        .collect())
}

async fn values_by_id(tx: &mut Tx, ids: &[AttributeValueId]) -> sqlx::Result<HashMap<AttributeValueId, KnownValue>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query_as!(
        KnownValue,
        "select w.attribute_id, a.name as attribute, w.id, w.value
           from attribute_values w join attributes a on a.id = w.attribute_id
          where w.id = any ($1)",
        ids as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// New values go behind the others of their attribute, in the order in which they are named: S, M, L. They are inserted in another, which is
/// the same for everybody, so that two who make the same ones do not wait for each other in a circle.
async fn values_by_name(tx: &mut Tx, wanted: Vec<(AttributeId, String)>) -> sqlx::Result<Vec<KnownValue>> {
    let (attributes, values): (Vec<AttributeId>, Vec<String>) = wanted.into_iter().unzip();
    if attributes.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query!(
        "insert into attribute_values (attribute_id, value, position)
         select t.attribute_id, t.value,
                coalesce((select max(w.position) + 1 from attribute_values w where w.attribute_id = t.attribute_id), 0)
                    + (row_number() over (partition by t.attribute_id order by t.place))::integer - 1
           from unnest($1::bigint[], $2::text[]) with ordinality as t (attribute_id, value, place)
          where not exists (select from attribute_values w where w.attribute_id = t.attribute_id and w.value = t.value)
          order by t.attribute_id, t.value
             on conflict on constraint attribute_value_unique do nothing",
        &attributes as _,
        &values
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query_as!(
        KnownValue,
        "select w.attribute_id, a.name as attribute, w.id, w.value
           from unnest($1::bigint[], $2::text[]) as t (attribute_id, value)
           join attribute_values w on w.attribute_id = t.attribute_id and w.value = t.value
           join attributes a on a.id = w.attribute_id",
        &attributes as _,
        &values
    )
    .fetch_all(&mut *tx)
    .await
}
