//! Statements that write the order in which a category shows its products.

use std::collections::HashSet;

use crate::app::db::Tx;
use crate::ids::{CategoryId, ProductId};

/// The indexes of the products that are not in the category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotInCategory(pub Vec<usize>);

/// Puts these products of a category first, in this order; products that are not named come after them, without a position. No product may
/// be named twice.
pub async fn arrange_products(
    tx: &mut Tx,
    category: CategoryId,
    products: &[ProductId],
) -> sqlx::Result<Result<(), NotInCategory>> {
    // Two transactions that set the order at the same time take turns, so that one of the orders holds as a whole.
    sqlx::query!("select id from categories where id = $1 for no key update", category as _)
        .fetch_optional(&mut *tx)
        .await?;
    let members = sqlx::query_scalar!(
        "select product_id from product_categories where category_id = $1 and product_id = any ($2)",
        category as _,
        products as _
    )
    .fetch_all(&mut *tx)
    .await?;
    let members: HashSet<ProductId> = members.into_iter().collect();
    let others = products.iter().enumerate().filter(|(_, product)| !members.contains(product));
    let others: Vec<usize> = others.map(|(at, _)| at).collect();
    if !others.is_empty() {
        return Ok(Err(NotInCategory(others)));
    }
    // 2147483647 is the position of products that staff have not put in order.
    sqlx::query!(
        "update product_categories pc set position = places.place
           from (select f.product_id, coalesce(t.place - 1, 2147483647)::integer as place
                   from product_categories f
                   left join unnest($2::bigint[]) with ordinality as t (product_id, place) on t.product_id = f.product_id
                  where f.category_id = $1 and (t.place is not null or f.position <> 2147483647)) places
          where pc.category_id = $1 and pc.product_id = places.product_id and pc.position <> places.place",
        category as _,
        products as _
    )
    .execute(&mut *tx)
    .await?;
    Ok(Ok(()))
}
