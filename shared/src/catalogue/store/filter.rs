//! Which products a list is of.

use crate::app::db::Tx;
use crate::catalogue::{IdOrSlug, Status, Visibility};
use crate::ids::{AttributeId, AttributeValueId, BrandId, CategoryId, ProductId};
use crate::money::Money;
use crate::time::Timestamp;

/// How many attributes a filter can have: each is an argument of its own in SQL, because only so can it walk the index.
pub const MAX_ATTRIBUTES: usize = 4;

/// Which products a list is of. `None` is no condition.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Who looks: they are for sale, or any.
    pub sight: Visibility,
    /// The words to be found.
    pub search: Option<SearchQuery>,
    /// What was typed: where it is a SKU, its product comes first.
    pub typed: Option<String>,
    /// Of one of these brands.
    pub brands: Option<Vec<BrandId>>,
    /// In this category or below it.
    pub category: Option<Subtree>,
    /// Whether any variant is in stock.
    pub is_available: Option<bool>,
    /// The dearest variant costs at least this.
    pub price_from: Option<Money>,
    /// The cheapest variant costs at most this.
    pub price_to: Option<Money>,
    /// Has this tag.
    pub tag: Option<String>,
    /// Came into the catalogue then or later.
    pub created_from: Option<Timestamp>,
    /// Came into the catalogue before then.
    pub created_until: Option<Timestamp>,
    /// How far it is.
    pub status: Option<Status>,
    /// One variant has one of the values of each of these attributes; at most [`MAX_ATTRIBUTES`].
    pub attributes: Vec<(AttributeId, Vec<AttributeValueId>)>,
}

/// A category and all that is below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subtree {
    /// The category.
    pub top: CategoryId,
    /// It, and all that is below.
    pub all: Vec<CategoryId>,
}

/// The words of a search, for the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    /// What finds the products that have them: a `tsquery`.
    pub query: String,
    /// Those products, where they are few.
    pub few: Option<Vec<ProductId>>,
}

impl Filter {
    /// Everything that there is to see.
    pub const fn everything(sight: Visibility) -> Self {
        Self {
            sight,
            search: None,
            typed: None,
            brands: None,
            category: None,
            is_available: None,
            price_from: None,
            price_to: None,
            tag: None,
            created_from: None,
            created_until: None,
            status: None,
            attributes: Vec::new(),
        }
    }

    /// What finds the words of a search.
    pub(super) fn query(&self) -> Option<&str> {
        self.search.as_ref().map(|sought| sought.query.as_str())
    }

    /// The only products that can have them, where that is known.
    pub(super) fn few(&self) -> Option<&[ProductId]> {
        self.search.as_ref().and_then(|sought| sought.few.as_deref())
    }

    pub(super) fn categories(&self) -> Option<&[CategoryId]> {
        self.category.as_ref().map(|category| category.all.as_slice())
    }

    /// The values of the attribute at this place.
    pub(super) fn values(&self, at: usize) -> Option<&[AttributeValueId]> {
        self.attributes.get(at).map(|(_, values)| values.as_slice())
    }
}

/// Hands a macro, as literals, what finds the words of a search in `products p`, the other conditions of a filter on `products p` or
/// `product_index p`, and the columns of a card; and the arguments $1 to $16 that the conditions speak of. Those that are null vanish when
/// PostgreSQL plans the query, so that each filter is planned for what it asks.
///
/// Of several attributes each alone walks the index of the product's values; whether one variant has them all is then looked up.
macro_rules! with_filter {
    ($filter:ident, $macro:ident! $tokens:tt) => {
        $macro! {
            "($1::text is null or $16::bigint[] is not null or p.search_document @@ $1::text::tsquery)"
            "($7::timestamptz is null or is_published(p.status, p.publish_at, p.unpublish_at, $7))
             and ($2::bigint[] is null or p.brand_id = any ($2))
             and ($3::bigint[] is null or p.category_ids && $3)
             and ($4::boolean is null or p.is_available = $4)
             and ($5::bigint is null or p.price_max >= $5)
             and ($6::bigint is null or p.price_min <= $6)
             and ($8::text is null or p.tags @> array[$8::text])
             and ($9::timestamptz is null or p.created_at >= $9)
             and ($10::timestamptz is null or p.created_at < $10)
             and ($11::text is null or p.status = $11)
             and ($12::bigint[] is null or p.value_ids && $12)
             and ($13::bigint[] is null or p.value_ids && $13)
             and ($14::bigint[] is null or p.value_ids && $14)
             and ($15::bigint[] is null or p.value_ids && $15)
             and ($16::bigint[] is null or p.id = any ($16))
             and ($13::bigint[] is null or exists (
                    select from product_variants v
                     where v.product_id = p.id and v.archived_at is null
                       and v.attribute_value_ids && $12 and v.attribute_value_ids && $13
                       and ($14::bigint[] is null or v.attribute_value_ids && $14)
                       and ($15::bigint[] is null or v.attribute_value_ids && $15)))"
            "p.id, p.status, p.card as \"card: Card\""
            [
                $filter.query(),
                $filter.brands as _,
                $filter.categories() as _,
                $filter.is_available,
                $filter.price_from as _,
                $filter.price_to as _,
                $filter.sight.at() as _,
                $filter.tag,
                $filter.created_from as _,
                $filter.created_until as _,
                $filter.status.map(crate::catalogue::Status::as_str),
                $filter.values(0) as _,
                $filter.values(1) as _,
                $filter.values(2) as _,
                $filter.values(3) as _,
                $filter.few() as _
            ]
            $tokens
        }
    };
}

/// The category with this id or slug and all that is below it.
pub async fn subtree(tx: &mut Tx, category: &IdOrSlug) -> sqlx::Result<Option<Subtree>> {
    let rows = sqlx::query!(
        r#"with recursive down as (
               select id, 0 as steps
                 from (select coalesce((select id from categories where id = $1 or slug = $2 order by id = $1 desc limit 1),
                                       (select category_id from old_category_slugs where slug = $2)) as id) self
                where id is not null
               union all
               select c.id, down.steps + 1 from categories c join down on c.parent_id = down.id
           )
           select id as "id!: CategoryId", steps = 0 as "is_top!" from down"#,
        category.id,
        category.slug
    )
    .fetch_all(&mut *tx)
    .await?;
    let top = rows.iter().find(|row| row.is_top).map(|row| row.id);
    Ok(top.map(|top| Subtree { top, all: rows.into_iter().map(|row| row.id).collect() }))
}

/// The brands with these ids or slugs, in this order.
pub async fn brands(tx: &mut Tx, brands: &[IdOrSlug]) -> sqlx::Result<Vec<Option<BrandId>>> {
    let ids: Vec<Option<i64>> = brands.iter().map(|brand| brand.id).collect();
    let slugs: Vec<String> = brands.iter().map(|brand| brand.slug.clone()).collect();
    sqlx::query_scalar!(
        r#"select coalesce((select b.id from brands b where b.id = asked.id), (select b.id from brands b where b.slug = asked.slug))
                  as "id: BrandId"
             from unnest($1::bigint[], $2::text[]) with ordinality as asked (id, slug, place) order by asked.place"#,
        &ids as _,
        &slugs
    )
    .fetch_all(&mut *tx)
    .await
}

/// The attributes with these names and their values, whatever their case, in this order: none where there is no such attribute, no values
/// where it has no such value.
pub async fn attribute_values(
    tx: &mut Tx,
    names: &[String],
    values: &[String],
) -> sqlx::Result<Vec<Option<(AttributeId, Vec<AttributeValueId>)>>> {
    let rows = sqlx::query!(
        r#"select a.id as "attribute?: AttributeId",
                  array(select w.id from attribute_values w where w.attribute_id = a.id and lower(w.value) = lower(asked.value))
                      as "values!: Vec<AttributeValueId>"
             from unnest($1::text[], $2::text[]) with ordinality as asked (name, value, place)
             left join attributes a on lower(a.name) = lower(asked.name)
            order by asked.place"#,
        names,
        values
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| row.attribute.map(|attribute| (attribute, row.values))).collect())
}
