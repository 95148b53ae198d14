//! Attribute values as staff name them: by id, or by the names of the attribute and of the value.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::db::Tx;
use crate::catalogue::name_key;
use crate::ids::{AttributeId, AttributeValueId};

/// An attribute or a value by its id or by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(untagged)]
pub enum IdOrName {
    /// The row with this id.
    Id(i64),
    /// The row with this name, which is created if it does not exist.
    Name(String),
}

/// An attribute value as a request names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NamedValue {
    /// The value with this id.
    Id(AttributeValueId),
    /// A value of an attribute.
    Of {
        /// The attribute of the value.
        attribute: IdOrName,
        /// The value by id or by its text.
        value: IdOrName,
    },
}

/// A value that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownValue {
    /// Id of the attribute.
    pub attribute_id: AttributeId,
    /// Name of the attribute.
    pub attribute: String,
    /// Id of the value.
    pub id: AttributeValueId,
    /// Text of the value.
    pub value: String,
}

/// Finds the values that these name, as far as they exist. Names of attributes and values are compared by their keys, and missing ones
/// are created.
pub async fn find_or_make_values(tx: &mut Tx, named: &[NamedValue]) -> sqlx::Result<HashMap<NamedValue, KnownValue>> {
    let attributes = attributes(tx, named).await?;
    let mut found = HashMap::new();
    let mut names_of: HashMap<(AttributeId, String), Vec<&NamedValue>> = HashMap::new();
    let mut wanted = Texts::default();
    let mut ids: Vec<(AttributeValueId, &NamedValue)> = Vec::new();
    for name in named {
        match name {
            NamedValue::Id(id) => ids.push((*id, name)),
            NamedValue::Of { value: IdOrName::Id(id), .. } => ids.push((AttributeValueId(*id), name)),
            NamedValue::Of { attribute, value: IdOrName::Name(value) } => {
                let Some((id, _)) = attributes.get(attribute) else { continue };
                let key = name_key(value);
                let names = names_of.entry((*id, key.clone())).or_default();
                if names.is_empty() {
                    wanted.attributes.push(*id);
                    wanted.values.push(value.clone());
                    wanted.keys.push(key);
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
    for (key, known) in values_by_text(tx, &wanted).await? {
        for name in names_of.get(&(known.attribute_id, key)).into_iter().flatten() {
            found.insert((*name).clone(), known.clone());
        }
    }
    Ok(found)
}

/// Returns the id and the name of each attribute that is named. New attributes are created in the order in which they are named, because
/// lists show them in that order; so a transaction that creates some waits for others that do.
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
    // No other lock uses this number.
    sqlx::query!(r#"select pg_advisory_xact_lock(2001) as "done: ()""#).fetch_one(&mut *tx).await?;
    sqlx::query!(
        "insert into attributes (name, name_key)
         select t.name, t.name_key from unnest($1::text[], $2::text[]) with ordinality as t (name, name_key, place)
          order by t.place
             on conflict on constraint attribute_name_unique do nothing",
        &names,
        &keys(&names)
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
           select a.id, a.name, t.name
             from unnest($2::text[], $3::text[]) as t (name, name_key) join attributes a on a.name_key = t.name_key"#,
        ids,
        names,
        &keys(names)
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.named.map_or(IdOrName::Id(row.id.0), IdOrName::Name), (row.id, row.name)))
        .collect())
}

fn keys(names: &[String]) -> Vec<String> {
    names.iter().map(|name| name_key(name)).collect()
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

/// Values that are named by their text: the attributes, the texts, and the keys of the texts.
#[derive(Default)]
struct Texts {
    attributes: Vec<AttributeId>,
    values: Vec<String>,
    keys: Vec<String>,
}

/// Returns the value of each text, with the key of the text. Missing values are created.
async fn values_by_text(tx: &mut Tx, wanted: &Texts) -> sqlx::Result<Vec<(String, KnownValue)>> {
    if wanted.values.is_empty() {
        return Ok(Vec::new());
    }
    let known = known_values(tx, wanted).await?;
    if known.len() == wanted.values.len() {
        return Ok(known);
    }
    // Transactions that create values take turns (`lock_attribute`), because each puts its values after the others.
    sqlx::query!(
        "select id from attributes where id = any ($1) order by id for no key update",
        &wanted.attributes as _
    )
    .fetch_all(&mut *tx)
    .await?;
    make_values(tx, wanted).await?;
    known_values(tx, wanted).await
}

/// Finds values by the keys of their texts. Returns each with its key.
async fn known_values(tx: &mut Tx, wanted: &Texts) -> sqlx::Result<Vec<(String, KnownValue)>> {
    let rows = sqlx::query!(
        "select w.value_key, w.attribute_id, a.name as attribute, w.id, w.value
           from unnest($1::bigint[], $2::text[]) as t (attribute_id, value_key)
           join attribute_values w on w.attribute_id = t.attribute_id and w.value_key = t.value_key
           join attributes a on a.id = w.attribute_id",
        &wanted.attributes as _,
        &wanted.keys
    )
    .fetch_all(&mut *tx)
    .await?;
    let known = rows.into_iter().map(|row| {
        let (attribute_id, id) = (row.attribute_id, row.id);
        (row.value_key, KnownValue { attribute_id, attribute: row.attribute, id, value: row.value })
    });
    Ok(known.collect())
}

/// Creates values after the others of their attribute, in the order in which they are named: S, M, L. They are inserted in the order that
/// an import uses, so that two transactions that create the same values do not deadlock.
async fn make_values(tx: &mut Tx, wanted: &Texts) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into attribute_values (attribute_id, value, value_key, position)
         select t.attribute_id, t.value, t.value_key,
                coalesce((select max(w.position) + 1 from attribute_values w where w.attribute_id = t.attribute_id), 0)
                    + (row_number() over (partition by t.attribute_id order by t.place))::integer - 1
           from unnest($1::bigint[], $2::text[], $3::text[]) with ordinality as t (attribute_id, value, value_key, place)
           join attributes a on a.id = t.attribute_id
          where not exists (select from attribute_values w
                             where w.attribute_id = t.attribute_id and w.value_key = t.value_key)
          order by t.attribute_id, t.value_key
             on conflict on constraint attribute_value_unique do nothing",
        &wanted.attributes as _,
        &wanted.values,
        &wanted.keys
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}
