//! Brands and the category tree as clients see them.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::{BrandId, CategoryId};

/// A brand of products.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Brand {
    /// Id of the brand.
    pub id: BrandId,
    /// Name of the brand.
    #[schema(example = "Company 123")]
    pub name: String,
    /// Unique name in URLs.
    #[schema(example = "company-123")]
    pub slug: String,
}

/// A category without its surroundings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategorySummary {
    /// Id of the category.
    pub id: CategoryId,
    /// Name of the category.
    #[schema(example = "Shirts")]
    pub name: String,
    /// Unique name in URLs.
    #[schema(example = "shirts")]
    pub slug: String,
}

/// A category with its path and the categories directly below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Category {
    /// The fields of the category itself.
    #[serde(flatten)]
    pub summary: CategorySummary,
    /// Id of the parent category; null at the top.
    pub parent_id: Option<CategoryId>,
    /// Number of products for sale in the category and in all categories below it.
    #[schema(example = 42)]
    pub product_count: i64,
    /// Path from the top of the tree down to this category, which is the last.
    pub path: Vec<CategorySummary>,
    /// Categories directly below this one, in order.
    pub children: Vec<CategoryChild>,
    /// Version of the category, which every change increases; the first half of its `ETag`.
    #[serde(skip)]
    pub version: i64,
}

/// A category directly below another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategoryChild {
    /// The fields of the category itself.
    #[serde(flatten)]
    pub summary: CategorySummary,
    /// Number of products for sale in the category and in all categories below it.
    #[schema(example = 7)]
    pub product_count: i64,
}

/// A category with all categories below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategoryNode {
    /// The fields of the category itself.
    #[serde(flatten)]
    pub summary: CategorySummary,
    /// Number of products for sale in the category and in all categories below it.
    #[schema(example = 42)]
    pub product_count: i64,
    /// Categories directly below this one, each with all categories below it.
    #[schema(no_recursion)]
    pub children: Vec<CategoryNode>,
}

/// A category as a row of the tree.
#[derive(Clone, Debug)]
pub struct CategoryRow {
    /// Id of the parent category; `None` at the top.
    pub parent_id: Option<CategoryId>,
    /// The fields of the category itself.
    pub summary: CategorySummary,
    /// Number of products for sale in the category and in all categories below it.
    pub product_count: i64,
}

/// Builds the tree of these categories. Siblings keep their order.
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
