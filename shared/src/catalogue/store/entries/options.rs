//! Attributes and values by what files call them. They come into being as they are needed.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::plan::Plan;
use crate::app::db::Tx;
use crate::catalogue::entry::EntryVariant;
use crate::ids::{AttributeId, AttributeValueId};

/// What the options of variants are called, and which they are.
#[derive(Default)]
pub(super) struct Options {
    attributes: HashMap<String, AttributeId>,
    values: HashMap<(AttributeId, String), AttributeValueId>,
}

impl Options {
    /// Those of the variants that have other options than before.
    pub(super) async fn find_or_make(tx: &mut Tx, plans: &[&mut Plan<'_>]) -> sqlx::Result<Self> {
        let mut options = Self::default();
        let pairs: Vec<&(String, String)> = plans
            .iter()
            .flat_map(|plan| plan.entry.variants.iter().zip(&plan.variants))
            .filter(|(_, plan)| plan.has_other_options)
            .flat_map(|(variant, _)| &variant.options)
            .collect();
        if pairs.is_empty() {
            return Ok(options);
        }
        let mut seen = HashSet::new();
        let names: Vec<String> =
            pairs.iter().map(|(name, _)| name).filter(|name| seen.insert(*name)).cloned().collect();
        options.add_attributes(tx, &names).await?;
        if names.iter().any(|name| !options.attributes.contains_key(name)) {
            make_attributes(tx, &names).await?;
            options.add_attributes(tx, &names).await?;
        }
        // In the order in which they came: S, M, L stay so.
        let mut wanted: Vec<(AttributeId, String)> = Vec::new();
        let mut seen = HashSet::new();
        for (name, value) in pairs {
            if let Some(attribute) = options.attributes.get(name)
                && seen.insert((*attribute, value))
            {
                wanted.push((*attribute, value.clone()));
            }
        }
        options.add_values(tx, &wanted).await?;
        wanted.retain(|value| !options.values.contains_key(value));
        if !wanted.is_empty() {
            make_values(tx, &wanted).await?;
            options.add_values(tx, &wanted).await?;
        }
        Ok(options)
    }

    /// The values of a variant by attribute. Of an attribute that is named twice the last value counts.
    pub(super) fn of(&self, variant: &EntryVariant) -> BTreeMap<AttributeId, AttributeValueId> {
        let ids = variant.options.iter().filter_map(|(name, value)| {
            let attribute = *self.attributes.get(name)?;
            Some((attribute, *self.values.get(&(attribute, value.clone()))?))
        });
        ids.collect()
    }

    async fn add_attributes(&mut self, tx: &mut Tx, names: &[String]) -> sqlx::Result<()> {
        let rows = sqlx::query!(
            r#"select t.name as "name!", a.id
                 from unnest($1::text[]) as t (name) join attributes a on lower(a.name) = lower(t.name)"#,
            names
        )
        .fetch_all(&mut *tx)
        .await?;
        self.attributes.extend(rows.into_iter().map(|row| (row.name, row.id)));
        Ok(())
    }

    async fn add_values(&mut self, tx: &mut Tx, wanted: &[(AttributeId, String)]) -> sqlx::Result<()> {
        let (attributes, values) = columns(wanted);
        let rows = sqlx::query!(
            "select v.attribute_id, v.value, v.id
               from unnest($1::bigint[], $2::text[]) as t (attribute_id, value)
               join attribute_values v on v.attribute_id = t.attribute_id and v.value = t.value",
            &attributes,
            &values
        )
        .fetch_all(&mut *tx)
        .await?;
        self.values.extend(rows.into_iter().map(|row| ((row.attribute_id, row.value), row.id)));
        Ok(())
    }
}

fn columns(wanted: &[(AttributeId, String)]) -> (Vec<i64>, Vec<String>) {
    wanted.iter().map(|(attribute, value)| (attribute.0, value.clone())).unzip()
}

/// New attributes come in the order in which they are named, because that is the order in which they are shown. Batches take turns, so two
/// that name them in different orders do not wait for each other.
async fn make_attributes(tx: &mut Tx, names: &[String]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into attributes (name)
         select named.name
           from (select distinct on (lower(t.name)) t.name, t.place
                   from unnest($1::text[]) with ordinality as t (name, place)
                  where not exists (select from attributes a where lower(a.name) = lower(t.name))
                  order by lower(t.name), t.place) named
          order by named.place
             on conflict do nothing",
        names
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// New values go behind the others.
async fn make_values(tx: &mut Tx, wanted: &[(AttributeId, String)]) -> sqlx::Result<()> {
    let (attributes, values) = columns(wanted);
    sqlx::query!(
        "insert into attribute_values (attribute_id, value, position)
         select t.attribute_id, t.value,
                coalesce((select max(v.position) + 1 from attribute_values v where v.attribute_id = t.attribute_id), 0)
                    + (row_number() over (partition by t.attribute_id order by t.place))::integer - 1
           from unnest($1::bigint[], $2::text[]) with ordinality as t (attribute_id, value, place)
          order by t.attribute_id, t.value
             on conflict (attribute_id, value) do nothing",
        &attributes,
        &values
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}
