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
    /// How many products are on sale in it and in all that is below it.
    #[schema(example = 42)]
    pub product_count: i64,
    /// The categories right below it, each with all that is below.
    #[schema(no_recursion)]
    pub children: Vec<CategoryNode>,
}

/// A category as a row of the tree.
#[derive(Clone, Debug)]
pub struct CategoryRow {
    /// The category it is right below; none at the top.
    pub parent_id: Option<CategoryId>,
    /// The category.
    pub summary: CategorySummary,
    /// How many products are on sale in it and in all that is below it.
    pub product_count: i64,
}

/// The tree of these categories. Siblings stay in the order in which they come.
pub fn tree(categories: Vec<CategoryRow>) -> Vec<CategoryNode> {
    let mut by_parent: HashMap<Option<CategoryId>, Vec<CategoryRow>> = HashMap::new();
    for row in categories {
        by_parent.entry(row.parent_id).or_default().push(row);
    }
    below(None, &mut by_parent)
}

fn below(
    parent: Option<CategoryId>,
    by_parent: &mut HashMap<Option<CategoryId>, Vec<CategoryRow>>,
) -> Vec<CategoryNode> {
    let children = by_parent.remove(&parent).unwrap_or_default();
    let node = |CategoryRow { summary, product_count, .. }| CategoryNode {
        children: below(Some(summary.id), by_parent),
        summary,
        product_count,
    };
    children.into_iter().map(node).collect()
}
