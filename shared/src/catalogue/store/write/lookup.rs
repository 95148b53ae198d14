//! Finds brands and categories by name, and creates those that do not exist.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::free_names::{UniqueName, free_names};
use super::{KnownCategories, NewLevel, insert_level, lock_category_tree};
use crate::app::db::Tx;
use crate::catalogue::{name_key, slugify};
use crate::ids::BrandId;

/// Finds or creates brands, with a name for each key. Returns the id of each key. An existing brand keeps its spelling. The caller has
/// locked the names of brands.
pub async fn find_or_create_brands(
    tx: &mut Tx,
    wanted: BTreeMap<String, &str>,
) -> sqlx::Result<HashMap<String, BrandId>> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let keys: Vec<String> = wanted.keys().cloned().collect();
    let rows =
        sqlx::query!("select name_key, id from brands where name_key = any ($1)", &keys).fetch_all(&mut *tx).await?;
    let mut known: HashMap<String, BrandId> = rows.into_iter().map(|row| (row.name_key, row.id)).collect();
    let new: Vec<(String, &str)> = wanted.into_iter().filter(|(key, _)| !known.contains_key(key)).collect();
    if new.is_empty() {
        return Ok(known);
    }
    let (keys, names): (Vec<String>, Vec<String>) = new.into_iter().map(|(key, name)| (key, name.to_owned())).unzip();
    let slugs: Vec<String> = names.iter().map(|name| slugify(name, "brand")).collect();
    let slugs = free_names(tx, UniqueName::BrandSlug, &slugs, HashSet::new()).await?;
    let rows = sqlx::query!(
        "insert into brands (name, name_key, slug)
         select * from unnest($1::text[], $2::text[], $3::text[])
         returning name_key, id",
        &names,
        &keys,
        &slugs
    )
    .fetch_all(&mut *tx)
    .await?;
    known.extend(rows.into_iter().map(|row| (row.name_key, row.id)));
    Ok(known)
}

/// Finds or creates categories by their paths, a level at a time so that every parent exists. Returns every category of the paths.
pub async fn find_or_create_categories(tx: &mut Tx, paths: &[&[String]]) -> sqlx::Result<KnownCategories> {
    let keys: BTreeMap<String, ()> = paths.iter().copied().flatten().map(|name| (name_key(name), ())).collect();
    let keys: Vec<String> = keys.into_keys().collect();
    let known = KnownCategories::read(tx, &keys).await?;
    if paths.iter().all(|path| known.find(path).is_some()) {
        return Ok(known);
    }
    lock_category_tree(tx).await?;
    // Read again under the lock, in a statement that sees categories that others created before.
    let mut known = KnownCategories::read(tx, &keys).await?;
    let deepest = paths.iter().map(|path| path.len()).max().unwrap_or_default();
    for depth in 1..=deepest {
        let parts = paths.iter().filter_map(|path| path.get(..depth));
        let new = NewLevel::missing(parts, &known);
        insert_level(tx, new, &mut known).await?;
    }
    Ok(known)
}
