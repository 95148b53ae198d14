//! Statements that write a whole category tree.

use std::collections::{HashMap, HashSet};

use super::free_names::{UniqueName, free_names};
use super::lock_category_tree;
use crate::app::db::Tx;
use crate::catalogue::{Taxonomy, name_key, slugify_path};
use crate::ids::CategoryId;

/// Numbers of categories of a taxonomy that was inserted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaxonomyCounts {
    /// Number of categories that were created.
    pub created: usize,
    /// Number of categories that existed before.
    pub unchanged: usize,
}

/// Creates every category of the taxonomy that does not exist. A category is known by its parent and its name, so one that staff have
/// renamed or moved is another one. Lines whose names differ only in what [`name_key`] ignores are one category, with the first spelling.
/// Repeating it changes nothing.
pub async fn insert_taxonomy(tx: &mut Tx, taxonomy: &Taxonomy) -> sqlx::Result<TaxonomyCounts> {
    lock_category_tree(tx).await?;
    let keys: HashSet<String> = taxonomy.paths().iter().flatten().map(|name| name_key(name)).collect();
    let mut known = KnownCategories::read(tx, &keys.into_iter().collect::<Vec<_>>()).await?;
    let mut created = 0;
    let deepest = taxonomy.paths().iter().map(Vec::len).max().unwrap_or_default();
    // One level at a time, so that every parent exists: the number of statements is the depth of the tree and not its size.
    for depth in 1..=deepest {
        let level = taxonomy.paths().iter().filter(|path| path.len() == depth).map(Vec::as_slice);
        let new = NewLevel::missing(level, &known);
        created += insert_level(tx, new, &mut known).await?;
    }
    Ok(TaxonomyCounts { created, unchanged: taxonomy.paths().len() - created })
}

/// Categories by their parents and the keys of their names.
#[derive(Clone, Debug, Default)]
pub struct KnownCategories(HashMap<(Option<CategoryId>, String), CategoryId>);

impl KnownCategories {
    /// Reads all categories that have one of these keys, below any parent.
    pub(super) async fn read(tx: &mut Tx, keys: &[String]) -> sqlx::Result<Self> {
        if keys.is_empty() {
            return Ok(Self::default());
        }
        let rows = sqlx::query!("select id, parent_id, name_key from categories where name_key = any ($1)", keys)
            .fetch_all(&mut *tx)
            .await?;
        Ok(Self(rows.into_iter().map(|row| ((row.parent_id, row.name_key), row.id)).collect()))
    }

    /// Returns the category to which these names lead from the top of the tree; `None` if there is none.
    pub fn find(&self, path: &[String]) -> Option<CategoryId> {
        let mut above = None;
        for name in path {
            above = Some(self.below(above, &name_key(name))?);
        }
        above
    }

    fn below(&self, parent: Option<CategoryId>, key: &str) -> Option<CategoryId> {
        self.0.get(&(parent, key.to_owned())).copied()
    }
}

/// New categories whose parents exist.
#[derive(Default)]
pub(super) struct NewLevel {
    parents: Vec<Option<i64>>,
    names: Vec<String>,
    keys: Vec<String>,
    slugs: Vec<String>,
}

impl NewLevel {
    /// Returns those of the categories at the ends of these paths that do not exist, in the order of the paths and each once.
    pub(super) fn missing<'p>(paths: impl Iterator<Item = &'p [String]>, known: &KnownCategories) -> Self {
        let (mut new, mut seen) = (Self::default(), HashSet::new());
        for path in paths {
            let Some((name, above)) = path.split_last() else { continue };
            let (parent, key) = (known.find(above), name_key(name));
            if known.below(parent, &key).is_none() && seen.insert((parent, key.clone())) {
                new.parents.push(parent.map(|parent| parent.0));
                new.names.push(name.clone());
                new.keys.push(key);
                new.slugs.push(slugify_path(path));
            }
        }
        new
    }
}

/// Inserts the categories after their siblings and adds them to the known ones. Returns their number. The caller has locked the tree.
pub(super) async fn insert_level(tx: &mut Tx, new: NewLevel, known: &mut KnownCategories) -> sqlx::Result<usize> {
    if new.names.is_empty() {
        return Ok(0);
    }
    let slugs = free_names(tx, UniqueName::CategorySlug, &new.slugs, HashSet::new()).await?;
    let rows = sqlx::query!(
        "insert into categories (parent_id, name, name_key, slug, position)
         select t.parent_id, t.name, t.name_key, t.slug,
                coalesce((select max(s.position) + 1 from categories s where s.parent_id is not distinct from t.parent_id), 0)
                    + (row_number() over (partition by t.parent_id order by t.place))::integer - 1
           from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) with ordinality
                as t (parent_id, name, name_key, slug, place)
         returning id, parent_id, name_key",
        &new.parents as _,
        &new.names,
        &new.keys,
        &slugs
    )
    .fetch_all(&mut *tx)
    .await?;
    let inserted = rows.len();
    known.0.extend(rows.into_iter().map(|row| ((row.parent_id, row.name_key), row.id)));
    Ok(inserted)
}
