//! Statements that write a whole category tree.

use std::collections::{HashMap, HashSet};

use super::lock_category_tree;
use crate::app::db::{Tx, is_violation};
use crate::catalogue::{Taxonomy, slugify_path};
use crate::ids::CategoryId;

/// Numbers of categories of a taxonomy that was inserted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaxonomyCounts {
    /// Number of categories that were created.
    pub created: usize,
    /// Number of categories that existed before.
    pub unchanged: usize,
}

/// A category of the taxonomy would be deeper than 32 levels, because staff have moved its parents down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooDeep;

/// Creates every category of the taxonomy that does not exist. Categories are identified by slug: one that staff have renamed or moved
/// stays as it is, and the categories below it in the taxonomy go below its current place, where they may be too deep. The first of
/// several spellings is used. Repeating it changes nothing.
pub async fn insert_taxonomy(tx: &mut Tx, taxonomy: &Taxonomy) -> sqlx::Result<Result<TaxonomyCounts, TooDeep>> {
    lock_category_tree(tx).await?;
    let slugs: Vec<String> = taxonomy.paths().iter().map(|path| slugify_path(path)).collect();
    let mut known = known_slugs(tx, &slugs).await?;
    let mut created = 0;
    let deepest = taxonomy.paths().iter().map(Vec::len).max().unwrap_or_default();
    // One level at a time, so that every parent exists: the number of statements is the depth of the tree and not its size.
    for depth in 1..=deepest {
        let (mut new, mut named) = (NewLevel::default(), HashSet::new());
        for (path, slug) in taxonomy.paths().iter().zip(&slugs).filter(|(path, _)| path.len() == depth) {
            let (Some((name, above)), false) = (path.split_last(), known.contains_key(slug)) else { continue };
            let parent = if above.is_empty() { None } else { known.get(&slugify_path(above)).copied() };
            if named.insert(slug) {
                new.push(parent, name, slug.clone());
            }
        }
        match insert_level(tx, new).await {
            Ok(inserted) => {
                created += inserted.len();
                known.extend(inserted);
            }
            Err(error) if is_violation(&error, "category_not_too_deep") => return Ok(Err(TooDeep)),
            Err(error) => return Err(error),
        }
    }
    Ok(Ok(TaxonomyCounts { created, unchanged: slugs.len() - created }))
}

/// Returns those of these slugs that a category has or had.
pub(in crate::catalogue::store) async fn known_slugs(
    tx: &mut Tx,
    slugs: &[String],
) -> sqlx::Result<HashMap<String, CategoryId>> {
    let rows = sqlx::query!(
        r#"select o.slug as "slug!", o.category_id as "id!: CategoryId" from old_category_slugs o where o.slug = any ($1)
           union all
           select c.slug, c.id from categories c where c.slug = any ($1)"#,
        slugs
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.id)).collect())
}

/// New categories whose parents exist.
#[derive(Default)]
pub(in crate::catalogue::store) struct NewLevel {
    parents: Vec<Option<i64>>,
    names: Vec<String>,
    slugs: Vec<String>,
}

impl NewLevel {
    pub(in crate::catalogue::store) fn push(&mut self, parent: Option<CategoryId>, name: &str, slug: String) {
        self.parents.push(parent.map(|parent| parent.0));
        self.names.push(name.to_owned());
        self.slugs.push(slug);
    }
}

/// Inserts the categories after their siblings.
pub(in crate::catalogue::store) async fn insert_level(
    tx: &mut Tx,
    new: NewLevel,
) -> sqlx::Result<Vec<(String, CategoryId)>> {
    let rows = sqlx::query!(
        "insert into categories (parent_id, name, slug, position)
         select t.parent_id, t.name, t.slug,
                coalesce((select max(s.position) + 1 from categories s where s.parent_id is not distinct from t.parent_id), 0)
                    + (row_number() over (partition by t.parent_id order by t.place))::integer - 1
           from unnest($1::bigint[], $2::text[], $3::text[]) with ordinality as t (parent_id, name, slug, place)
         returning slug, id",
        &new.parents as _,
        &new.names,
        &new.slugs
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.id)).collect())
}
