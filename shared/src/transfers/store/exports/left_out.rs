//! Products that are not in an export's file.

use super::super::super::{MAX_REASONS, SkippedProduct};
use crate::app::db::{KeysetBounds, Tx};
use crate::ids::{ExportId, ProductId};

/// A product that the format cannot say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Which.
    pub product: ProductId,
    /// Its name in URLs.
    pub slug: String,
    /// Why, for people.
    pub reason: &'static str,
}

/// A page of the products that an export leaves out, in the order in which the export found them.
pub async fn left_out(tx: &mut Tx, id: ExportId, bounds: KeysetBounds<i64>) -> sqlx::Result<Vec<SkippedProduct>> {
    sqlx::query_as!(
        SkippedProduct,
        "select position, product_id, slug, reason from export_left_out
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

/// How many are kept of them.
pub async fn count_left_out(tx: &mut Tx, id: ExportId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from export_left_out where export_id = $1"#, id as _)
        .fetch_one(&mut *tx)
        .await
}

/// Notes those of a part, which have been counted; as many as are kept.
pub(super) async fn note_left_out(tx: &mut Tx, id: ExportId, left_out: &[LeftOut]) -> sqlx::Result<()> {
    if left_out.is_empty() {
        return Ok(());
    }
    let products: Vec<ProductId> = left_out.iter().map(|one| one.product).collect();
    let slugs: Vec<String> = left_out.iter().map(|one| one.slug.clone()).collect();
    let reasons: Vec<String> = left_out.iter().map(|one| one.reason.to_owned()).collect();
    sqlx::query!(
        "insert into export_left_out (export_id, product_id, slug, reason)
         select $1::uuid, t.product_id, t.slug, t.reason
           from unnest($2::bigint[], $3::text[], $4::text[]) with ordinality as t (product_id, slug, reason, place)
          where (select left_out from exports where id = $1) - cardinality($2::bigint[]) + t.place <= $5
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
