//! SQL of the products that an export skipped.

use super::super::super::{MAX_REASONS, SkippedProduct};
use crate::app::db::{KeysetBounds, Tx};
use crate::ids::{ExportId, ProductId};

/// A product that an export skipped because the format cannot represent it, to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Id of the product.
    pub id: ProductId,
    /// Name of the product in URLs.
    pub slug: String,
    /// Reason why the product was skipped, for people.
    pub reason: &'static str,
}

/// Reads a page of the products that an export skipped, in the order in which the export reached them.
pub async fn list_skipped(tx: &mut Tx, id: ExportId, bounds: KeysetBounds<i64>) -> sqlx::Result<Vec<SkippedProduct>> {
    sqlx::query_as!(
        SkippedProduct,
        "select position, product_id, slug, reason from export_skipped_products
          where export_id = $1 and ($2::bigint is null or position > $2) and ($3::bigint is null or position < $3)
          order by case when $3::bigint is null then position end, position desc
          limit $4",
        id as _,
        bounds.after,
        bounds.before,
        bounds.limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Counts the skipped products that are stored.
pub async fn count_skipped(tx: &mut Tx, id: ExportId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from export_skipped_products where export_id = $1"#, id as _)
        .fetch_one(&mut *tx)
        .await
}

/// Stores the skipped products of a part, up to [`MAX_REASONS`] of the export. The export's count must already include them.
pub(super) async fn insert_skipped(tx: &mut Tx, id: ExportId, skipped: &[Skipped]) -> sqlx::Result<()> {
    if skipped.is_empty() {
        return Ok(());
    }
    let products: Vec<ProductId> = skipped.iter().map(|product| product.id).collect();
    let slugs: Vec<String> = skipped.iter().map(|product| product.slug.clone()).collect();
    let reasons: Vec<String> = skipped.iter().map(|product| product.reason.to_owned()).collect();
    sqlx::query!(
        "insert into export_skipped_products (export_id, product_id, slug, reason)
         select $1::uuid, t.product_id, t.slug, t.reason
           from unnest($2::bigint[], $3::text[], $4::text[]) with ordinality as t (product_id, slug, reason, place)
          where (select products_skipped from exports where id = $1) - cardinality($2::bigint[]) + t.place <= $5
          order by t.place",
        id as _,
        &products as _,
        &slugs,
        &reasons,
        MAX_REASONS
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}
