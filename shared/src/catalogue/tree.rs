//! What clients see of brands and of the category tree.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::{BrandId, CategoryId};

/// A brand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Brand {
    /// Which.
    pub id: BrandId,
    /// Its name.
    #[schema(example = "Company 123")]
    pub name: String,
    /// Its name in URLs.
    #[schema(example = "company-123")]
    pub slug: String,
}

/// A category by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategorySummary {
    /// Which.
    pub id: CategoryId,
    /// Its name.
    #[schema(example = "Shirts")]
    pub name: String,
    /// Its name in URLs.
    #[schema(example = "clothing-shirts")]
    pub slug: String,
}

/// A category with what is around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Category {
    /// The category.
    #[serde(flatten)]
    pub summary: CategorySummary,
    /// The category it is right below; null at the top.
    pub parent_id: Option<CategoryId>,
    /// How many products are on sale in it and in all that is below it.
    #[schema(example = 42)]
    pub product_count: i64,
    /// From the top of the tree down to this category, itself included.
    pub path: Vec<CategorySummary>,
    /// The categories right below it, in order.
    pub children: Vec<CategoryChild>,
    /// How often it was changed; the first half of its `ETag`.
    #[serde(skip)]
    pub version: i64,
}

/// A category right below another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategoryChild {
    /// The category.
    #[serde(flatten)]
    pub summary: CategorySummary,
    /// How many products are on sale in it and in all that is below it.
    #[schema(example = 7)]
    pub product_count: i64,
}

/// A category with all that is below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategoryNode {
    /// The category.
    #[serde(flatten)]
    pub summary: CategorySummary,
    /// The categories right below it, each with all that is below.
    #[schema(no_recursion)]
    pub children: Vec<CategoryNode>,
}

/// The tree of these categories, each beside its parent's id. Siblings stay in the order in which they come.
pub fn tree(categories: Vec<(Option<CategoryId>, CategorySummary)>) -> Vec<CategoryNode> {
    let mut by_parent: HashMap<Option<CategoryId>, Vec<CategorySummary>> = HashMap::new();
    for (parent, category) in categories {
        by_parent.entry(parent).or_default().push(category);
    }
    below(None, &mut by_parent)
}

fn below(
    parent: Option<CategoryId>,
    by_parent: &mut HashMap<Option<CategoryId>, Vec<CategorySummary>>,
) -> Vec<CategoryNode> {
    let children = by_parent.remove(&parent).unwrap_or_default();
    children.into_iter().map(|summary| CategoryNode { children: below(Some(summary.id), by_parent), summary }).collect()
}
