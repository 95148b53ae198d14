//! Whose products are and where they are filed. What staff have arranged stays: the spelling of a brand, the place of a category.

use std::collections::{BTreeMap, HashMap};

use super::super::snapshot::ProductSnapshot;
use super::super::write::{NewLevel, insert_level, known_slugs, lock_category_tree};
use crate::app::db::Tx;
use crate::catalogue::product_import::ProductImport;
use crate::catalogue::{slugify, slugify_path};
use crate::ids::{BrandId, CategoryId};

/// An entry, and its product as it was.
pub(super) type Pair<'e> = (&'e ProductImport, Option<ProductSnapshot>);

/// Brands and categories by slug: what entries need that their products do not have.
#[derive(Default)]
pub(super) struct Shelves {
    brands: HashMap<String, BrandId>,
    categories: HashMap<String, CategoryId>,
}

impl Shelves {
    pub(super) async fn find_or_make(tx: &mut Tx, pairs: &[Pair<'_>]) -> sqlx::Result<Self> {
        let mut brands: BTreeMap<String, &str> = BTreeMap::new();
        let mut paths: Vec<&[String]> = Vec::new();
        for (entry, before) in pairs {
            if let Some(name) = brand_to_find(entry, before.as_ref()) {
                // Of several spellings the first holds.
                brands.entry(slugify(name)).or_insert(name);
            }
            paths.extend(category_to_find(entry, before.as_ref()));
        }
        Ok(Self {
            brands: find_or_make_brands(tx, brands).await?,
            categories: find_or_make_categories(tx, &paths).await?,
        })
    }

    pub(super) fn brand(&self, entry: &ProductImport, before: Option<&ProductSnapshot>) -> Option<BrandId> {
        match brand_to_find(entry, before) {
            Some(name) => self.brands.get(&slugify(name)).copied(),
            None => entry.brand.as_ref().and_then(|_| before?.brand.as_ref().map(|brand| brand.id)),
        }
    }

    /// The category that it is to be filed in and is not.
    pub(super) fn category(&self, entry: &ProductImport, before: Option<&ProductSnapshot>) -> Option<CategoryId> {
        let id = self.categories.get(&slugify_path(category_to_find(entry, before)?)).copied()?;
        let filed = before.map_or(&[][..], |before| &before.categories);
        (!filed.iter().any(|category| category.id == id)).then_some(id)
    }
}

fn brand_to_find<'e>(entry: &'e ProductImport, before: Option<&ProductSnapshot>) -> Option<&'e str> {
    let has_it = |name: &&str| before.and_then(|before| before.brand.as_ref()).is_some_and(|brand| brand.name == *name);
    entry.brand.as_deref().filter(|name| !has_it(name))
}

/// Not where it is in a category of that name already, wherever staff have put that.
fn category_to_find<'e>(entry: &'e ProductImport, before: Option<&ProductSnapshot>) -> Option<&'e [String]> {
    let name = entry.category.last()?.to_lowercase();
    let filed = before.map_or(&[][..], |before| &before.categories);
    (!filed.iter().any(|category| category.name.to_lowercase() == name)).then_some(entry.category.as_slice())
}

async fn find_or_make_brands(tx: &mut Tx, wanted: BTreeMap<String, &str>) -> sqlx::Result<HashMap<String, BrandId>> {
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

/// A level at a time, so that every parent is there.
async fn find_or_make_categories(tx: &mut Tx, paths: &[&[String]]) -> sqlx::Result<HashMap<String, CategoryId>> {
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
    // Only now, in a statement that sees what those before us have made.
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
