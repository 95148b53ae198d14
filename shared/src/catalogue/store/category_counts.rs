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
    let filed = sqlx::query!(
        r#"select category_ids as "at!: Vec<CategoryId>", count(*) as "products!"
             from product_index
            where is_published(status, publish_at, unpublish_at, $2) and category_ids && $1
            group by category_ids"#,
        &ids as _,
        now as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(add_up(places, filed.into_iter().map(|row| (row.at, row.products))))
}

fn add_up(places: &Places, filed: impl Iterator<Item = (Vec<CategoryId>, i64)>) -> HashMap<CategoryId, i64> {
    let mut counts: HashMap<CategoryId, i64> = HashMap::new();
    for (at, products) in filed {
        let mut counted = HashSet::new();
        for category in at.into_iter().filter(|category| places.contains_key(category)) {
            let mut next = Some(category);
            // If a category was counted, so were all categories above it.
            while let Some(category) = next.filter(|category| counted.insert(*category)) {
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
    fn what_is_filed_twice_below_one_counts_once_there() {
        let id = CategoryId;
        let places = Places::from([
            (id(1), None),
            (id(2), Some(id(1))),
            (id(3), Some(id(2))),
            (id(4), Some(id(1))),
            (id(5), None),
        ]);
        let filed = [(vec![id(3), id(4)], 10), (vec![id(2)], 1), (vec![id(3), id(2), id(5)], 100)];
        let counts = add_up(&places, filed.into_iter());
        let expected = [(id(1), 111), (id(2), 111), (id(3), 110), (id(4), 10), (id(5), 100)];
        assert_eq!(counts, HashMap::from(expected));
    }
}
