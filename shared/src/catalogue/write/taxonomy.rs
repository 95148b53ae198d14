//! Looks up the brands and categories that edits name.

use std::collections::{BTreeMap, HashMap};

use super::edit::{BrandRef, CategoriesEdit, ProductEdit};
use crate::app::db::Tx;
use crate::catalogue::name_key;
use crate::catalogue::store::snapshot::ProductSnapshot;
use crate::catalogue::store::write::{KnownCategories, find_or_create_brands, find_or_create_categories};
use crate::ids::{BrandId, CategoryId};
use crate::patch::Patch;

/// The brands by the keys of their names and the categories, as far as edits name them and their products do not have them.
#[derive(Debug, Default)]
pub(super) struct TaxonomyLookup {
    brands: HashMap<String, BrandId>,
    categories: KnownCategories,
}

impl TaxonomyLookup {
    pub(super) async fn find_or_create<'e>(
        tx: &mut Tx,
        edits: impl Iterator<Item = (&'e ProductEdit, Option<&'e ProductSnapshot>)>,
    ) -> sqlx::Result<Self> {
        let mut brands: BTreeMap<String, &str> = BTreeMap::new();
        let mut paths: Vec<&[String]> = Vec::new();
        for (edit, before) in edits {
            if let Patch::Set(BrandRef::Name(name)) = &edit.brand
                && !has_brand(before, name)
            {
                // The first of several spellings is used.
                brands.entry(name_key(name)).or_insert(name);
            }
            match &edit.categories {
                CategoriesEdit::Keep | CategoriesEdit::Set(_) | CategoriesEdit::Leave => {}
                CategoriesEdit::SetPaths(all) => paths.extend(all.iter().map(Vec::as_slice)),
                CategoriesEdit::Include(all) => {
                    paths.extend(all.iter().map(Vec::as_slice).filter(|path| !is_categorised(before, path)));
                }
            }
        }
        Ok(Self {
            brands: find_or_create_brands(tx, brands).await?,
            categories: find_or_create_categories(tx, &paths).await?,
        })
    }

    /// Returns the product's brand after the edit.
    pub(super) fn brand(&self, edit: &ProductEdit, before: Option<&ProductSnapshot>) -> Option<BrandId> {
        let current = before.and_then(|before| before.brand.as_ref()).map(|brand| brand.id);
        match &edit.brand {
            Patch::Keep => current,
            Patch::Clear => None,
            Patch::Set(BrandRef::Id(id)) => Some(*id),
            Patch::Set(BrandRef::Name(name)) if has_brand(before, name) => current,
            Patch::Set(BrandRef::Name(name)) => self.brands.get(&name_key(name)).copied(),
        }
    }

    /// Returns the categories that the product enters and those that it leaves.
    pub(super) fn categorise(
        &self,
        edit: &ProductEdit,
        before: Option<&ProductSnapshot>,
    ) -> (Vec<CategoryId>, Vec<CategoryId>) {
        let current: Vec<CategoryId> = categories(before).iter().map(|category| category.id).collect();
        match &edit.categories {
            CategoriesEdit::Keep => (Vec::new(), Vec::new()),
            CategoriesEdit::Set(wanted) => (difference(wanted, &current), difference(&current, wanted)),
            CategoriesEdit::SetPaths(paths) => {
                let wanted: Vec<CategoryId> = paths.iter().filter_map(|path| self.categories.find(path)).collect();
                (difference(&wanted, &current), difference(&current, &wanted))
            }
            CategoriesEdit::Leave if current.len() == 1 => (Vec::new(), current),
            CategoriesEdit::Leave => (Vec::new(), Vec::new()),
            CategoriesEdit::Include(paths) => {
                let others = paths.iter().filter(|path| !is_categorised(before, path));
                let ids: Vec<CategoryId> = others.filter_map(|path| self.categories.find(path)).collect();
                (difference(&ids, &current), Vec::new())
            }
        }
    }
}

/// Returns those of `all` that are not in `others`, each once.
pub(super) fn difference(all: &[CategoryId], others: &[CategoryId]) -> Vec<CategoryId> {
    let mut left: Vec<CategoryId> = Vec::new();
    for id in all {
        if !others.contains(id) && !left.contains(id) {
            left.push(*id);
        }
    }
    left
}

fn categories(before: Option<&ProductSnapshot>) -> &[crate::catalogue::CategorySummary] {
    before.map_or(&[], |before| &before.categories)
}

fn has_brand(before: Option<&ProductSnapshot>, name: &str) -> bool {
    before.and_then(|before| before.brand.as_ref()).is_some_and(|brand| name_key(&brand.name) == name_key(name))
}

/// Returns true if nothing has to be looked up: an empty path names no category, and a single name, which does not say where its category is,
/// any category of that name that the product is in. A longer path names one category, by its parents and its name.
fn is_categorised(before: Option<&ProductSnapshot>, path: &[String]) -> bool {
    match path {
        [] => true,
        [name] => {
            let key = name_key(name);
            categories(before).iter().any(|category| name_key(&category.name) == key)
        }
        [_, _, ..] => false,
    }
}
