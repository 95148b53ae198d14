//! Conditions on products that lists, counts and facets share.
//!
//! Each `push_…` appends one condition to a query; lists, counts and facets append the same ones. A condition that the filter does not
//! need is appended as `true` and not as a parameter that is null, so that PostgreSQL plans each query for the conditions that it has.
//! Values are bound; the texts that are appended are literals of this crate.

use sqlx::{Postgres, QueryBuilder};

use crate::app::db::Tx;
use crate::catalogue::{IdOrSlug, Status, Visibility, name_key};
use crate::ids::{AttributeId, AttributeValueId, BrandId, CategoryId, ProductId};
use crate::money::{Currency, Money};
use crate::time::Timestamp;

/// Maximum number of attributes in a filter: each is a condition that may scan the index.
pub const MAX_ATTRIBUTES: usize = 4;

/// Conditions on products; `None` means no condition. Availability, price and attributes hold for one and the same variant.
#[derive(Clone, Debug)]
pub struct Filter {
    /// All products, or only those that shoppers see.
    pub visibility: Visibility,
    /// The currency of the shop.
    pub currency: Currency,
    /// The words of a search.
    pub search: Option<SearchQuery>,
    /// The text of the search as the client sent it; a product with this SKU comes first.
    pub search_text: Option<String>,
    /// The product has one of these brands.
    pub brands: Option<Vec<BrandId>>,
    /// The product is in this category or below it.
    pub category: Option<Subtree>,
    /// True for products of which a variant that passes the other filters can be bought now, false for the others.
    pub is_available: Option<bool>,
    /// Minimum price of the variant.
    pub price_from: Option<Money>,
    /// Maximum price of the variant.
    pub price_to: Option<Money>,
    /// The product has this tag.
    pub tag: Option<String>,
    /// The product was created at this time or later.
    pub created_from: Option<Timestamp>,
    /// The product was created before this time.
    pub created_until: Option<Timestamp>,
    /// Status of the product.
    pub status: Option<Status>,
    /// The variant has one of the values of each of these attributes; at most [`MAX_ATTRIBUTES`].
    pub attributes: Vec<(AttributeId, Vec<AttributeValueId>)>,
}

/// A category and all categories below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subtree {
    /// The category at the top.
    pub top: CategoryId,
    /// The category and all below it.
    pub all: Vec<CategoryId>,
}

/// The words of a search, as the database looks for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    /// The `tsquery` that finds the products with these words.
    pub query: String,
    /// The ids of these products, if there are few.
    pub candidates: Option<Vec<ProductId>>,
}

impl Filter {
    /// Matches all products that this visibility includes.
    pub const fn everything(visibility: Visibility) -> Self {
        Self {
            visibility,
            currency: Currency::DEFAULT,
            search: None,
            search_text: None,
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

    /// Returns true if there is no condition but the category and the visibility.
    pub(super) fn has_only_a_category(&self) -> bool {
        let Self {
            visibility: _,
            currency: _,
            search,
            search_text,
            brands,
            category: _,
            is_available,
            price_from,
            price_to,
            tag,
            created_from,
            created_until,
            status,
            attributes,
        } = self;
        search.is_none()
            && search_text.is_none()
            && brands.is_none()
            && is_available.is_none()
            && price_from.is_none()
            && price_to.is_none()
            && tag.is_none()
            && created_from.is_none()
            && created_until.is_none()
            && status.is_none()
            && attributes.is_empty()
    }

    /// Returns the `tsquery`, unless its products are known and [`Filter::push_scope`] names them.
    fn query(&self) -> Option<&str> {
        self.search.as_ref().filter(|search| search.candidates.is_none()).map(|search| search.query.as_str())
    }

    /// Appends the condition that this column has the words of the search, which is the only condition that `product_index` cannot answer.
    pub(super) fn push_words(&self, sql: &mut QueryBuilder<Postgres>, document: &'static str) {
        match self.query() {
            Some(query) => sql.push(document).push(" @@ ").push_bind(query.to_owned()).push("::tsquery"),
            None => sql.push("true"),
        };
    }

    /// Appends a join of `product_index p` with the documents, `products d`, if the words of the search are looked up in them.
    pub(super) fn push_document(&self, sql: &mut QueryBuilder<Postgres>) {
        if self.query().is_some() {
            sql.push(" join products d on d.id = p.id");
        }
    }

    /// Appends ` and …` for all conditions except the words, on `products p` or `product_index p`.
    pub(super) fn push_conditions(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(" and ");
        self.push_scope(sql);
        for push in [Self::push_brand, Self::push_offer] {
            sql.push(" and ");
            push(self, sql);
        }
    }

    /// Appends the conditions that every facet keeps: all but those on brand, price, stock and attributes.
    pub(super) fn push_scope(&self, sql: &mut QueryBuilder<Postgres>) {
        match self.visibility.at() {
            Some(now) => {
                sql.push("is_published(p.status, p.publish_at, p.unpublish_at, ").push_bind(now).push(")");
            }
            None => {
                sql.push("true");
            }
        }
        if let Some(candidates) = self.search.as_ref().and_then(|search| search.candidates.as_ref()) {
            sql.push(" and p.id = any (").push_bind(candidates.clone()).push(")");
        }
        if let Some(category) = &self.category {
            sql.push(" and p.category_ids && ").push_bind(category.all.clone());
        }
        if let Some(tag) = &self.tag {
            sql.push(" and p.tags @> array[").push_bind(tag.clone()).push("]");
        }
        if let Some(from) = self.created_from {
            sql.push(" and p.created_at >= ").push_bind(from);
        }
        if let Some(until) = self.created_until {
            sql.push(" and p.created_at < ").push_bind(until);
        }
        if let Some(status) = self.status {
            sql.push(" and p.status = ").push_bind(status.as_str());
        }
    }

    /// Appends the condition that the product has one of the brands.
    pub(super) fn push_brand(&self, sql: &mut QueryBuilder<Postgres>) {
        match &self.brands {
            Some(brands) => sql.push("p.brand_id = any (").push_bind(brands.clone()).push(")"),
            None => sql.push("true"),
        };
    }
}

/// Finds the category with this id or slug, and all categories below it.
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

/// Finds the brands with these ids or slugs, in this order.
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

/// Finds, for each pair of `names[i]` and `values[i]`, the attribute and its value, by their keys. Returns one item for each pair, in this
/// order: `None` if the attribute does not exist, an empty list if the value does not.
pub async fn attribute_values(
    tx: &mut Tx,
    names: &[String],
    values: &[String],
) -> sqlx::Result<Vec<Option<(AttributeId, Vec<AttributeValueId>)>>> {
    let rows = sqlx::query!(
        r#"select a.id as "attribute?: AttributeId",
                  array(select w.id from attribute_values w where w.attribute_id = a.id and w.value_key = asked.value_key)
                      as "values!: Vec<AttributeValueId>"
             from unnest($1::text[], $2::text[]) with ordinality as asked (name_key, value_key, place)
             left join attributes a on a.name_key = asked.name_key
            order by asked.place"#,
        &keys(names),
        &keys(values)
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| row.attribute.map(|attribute| (attribute, row.values))).collect())
}

fn keys(names: &[String]) -> Vec<String> {
    names.iter().map(|name| name_key(name)).collect()
}
