//! Finds brands and categories by name, and creates those that do not exist.

use std::collections::{BTreeMap, HashMap};

use super::{NewLevel, insert_level, known_slugs, lock_category_tree};
use crate::app::db::Tx;
use crate::catalogue::slugify_path;
use crate::ids::{BrandId, CategoryId};

/// Finds or creates brands, with a name for each slug. Returns the id of each slug. An existing brand keeps its spelling.
pub async fn find_or_create_brands(
    tx: &mut Tx,
    wanted: BTreeMap<String, &str>,
) -> sqlx::Result<HashMap<String, BrandId>> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let (slugs, names): (Vec<String>, Vec<String>) =
        wanted.into_iter().map(|(slug, name)| (slug, name.to_owned())).unzip();
    sqlx::query!(
        "insert into brands (name, slug)
         select t.name, t.slug from unnest($1::text[], $2::text[]) as t (name, slug)
          where not exists (select from brands b where b.slug = t.slug)
          order by t.slug
             on conflict (slug) do nothing",
        &names,
        &slugs
    )
    .execute(&mut *tx)
    .await?;
    let rows = sqlx::query!("select slug, id from brands where slug = any ($1)", &slugs).fetch_all(&mut *tx).await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.id)).collect())
}

/// Finds or creates categories by their paths, a level at a time so that every parent exists. Returns the id of each path's slug. A category
/// that staff have moved stays where it is.
pub async fn find_or_create_categories(tx: &mut Tx, paths: &[&[String]]) -> sqlx::Result<HashMap<String, CategoryId>> {
    let mut levels: BTreeMap<usize, Vec<(&[String], String)>> = BTreeMap::new();
    let mut slugs: Vec<String> = Vec::new();
    for path in paths {
        for depth in 1..=path.len() {
            let part = path.get(..depth).unwrap_or_default();
            let slug = slugify_path(part);
            let level = levels.entry(depth).or_default();
            if !level.iter().any(|(_, known)| *known == slug) {
                level.push((part, slug.clone()));
                slugs.push(slug);
            }
        }
    }
    let mut known = if slugs.is_empty() { HashMap::new() } else { known_slugs(tx, &slugs).await? };
    if slugs.iter().all(|slug| known.contains_key(slug)) {
        return Ok(known);
    }
    lock_category_tree(tx).await?;
    // Read again under the lock, in a statement that sees categories that others created before.
    known = known_slugs(tx, &slugs).await?;
    for level in levels.into_values() {
        let mut new = NewLevel::default();
        for (path, slug) in level {
            let (Some((name, above)), false) = (path.split_last(), known.contains_key(&slug)) else { continue };
            let parent = if above.is_empty() { None } else { known.get(&slugify_path(above)).copied() };
            new.push(parent, name, slug);
        }
        known.extend(insert_level(tx, new).await?);
    }
    Ok(known)
}
