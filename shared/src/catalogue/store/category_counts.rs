//! Counts the products for sale in each category and in all categories below it.

use std::collections::{HashMap, HashSet};

use crate::app::db::Tx;
use crate::ids::CategoryId;
use crate::time::Timestamp;

/// The parent of each category, if the parent is among these categories.
pub(super) type Places = HashMap<CategoryId, Option<CategoryId>>;

/// Counts the products for sale in each of these categories and in those of them that are below it. A product in several of them counts
/// once.
pub(super) async fn product_counts(
    tx: &mut Tx,
    places: &Places,
    now: Timestamp,
) -> sqlx::Result<HashMap<CategoryId, i64>> {
    let ids: Vec<CategoryId> = places.keys().copied().collect();
    // Products in the same categories are one row, so there are about as many rows as categories. Adding them up in SQL takes a row for
    // each product and each category above it, and because the planner cannot know the depth of the tree, that takes a minute for a
    // hundred thousand products.
    let rows = sqlx::query!(
        r#"select category_ids as "at!: Vec<CategoryId>", count(*) as "products!"
             from product_index
            where is_published(status, publish_at, unpublish_at, $2) and category_ids && $1
            group by category_ids"#,
        &ids as _,
        now as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(add_up(places, rows.into_iter().map(|row| (row.at, row.products))))
}

/// Adds up the products of each category and those below it. Each item is a set of categories and the number of products that are in just
/// these.
fn add_up(places: &Places, counted: impl Iterator<Item = (Vec<CategoryId>, i64)>) -> HashMap<CategoryId, i64> {
    let mut counts: HashMap<CategoryId, i64> = HashMap::new();
    for (at, products) in counted {
        let mut seen = HashSet::new();
        for category in at.into_iter().filter(|category| places.contains_key(category)) {
            let mut next = Some(category);
            // If a category was counted, so were all categories above it.
            while let Some(category) = next.filter(|category| seen.insert(*category)) {
                *counts.entry(category).or_default() += products;
                next = places.get(&category).copied().flatten();
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_in_two_categories_below_one_counts_once_there() {
        let id = CategoryId;
        let places = Places::from([
            (id(1), None),
            (id(2), Some(id(1))),
            (id(3), Some(id(2))),
            (id(4), Some(id(1))),
            (id(5), None),
        ]);
        let counted = [(vec![id(3), id(4)], 10), (vec![id(2)], 1), (vec![id(3), id(2), id(5)], 100)];
        let counts = add_up(&places, counted.into_iter());
        let expected = [(id(1), 111), (id(2), 111), (id(3), 110), (id(4), 10), (id(5), 100)];
        assert_eq!(counts, HashMap::from(expected));
    }
}
