//! Lists products: `GET /api/v1/catalogue/products/`.

use std::collections::HashMap;

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use shared::app::App;
use shared::app::db::Tx;
use shared::catalogue::store::facets::facets;
use shared::catalogue::store::filter::Filter;
use shared::catalogue::store::list::{ListRow, ProductBounds, Sort, count, list};
use shared::catalogue::store::{expand, search};
use shared::catalogue::{Facets, ProductImage, ProductVariant, Visibility};
use shared::http::{ApiError, BaseUrl, Page, PageQuery, PageRequest, PublicProblems, Query};
use shared::ids::ProductId;
use shared::money::Currency;
use shared::shop;

use crate::caching::{IfNoneMatch, NotModified};
use crate::products::list_item::{ExtraFields, ProductPage, ProductSummary};
use crate::products::query::{Expanded, ProductPageQuery, ProductQuery};
use crate::products::sort::ProductCursor;
use crate::reader::CatalogueReader;

/// List products
///
/// Shoppers see the products that are for sale; staff who may change the catalogue see all. `next` and `previous` keep the filters and the
/// ordering. A cursor is only valid for the ordering that it was made for.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/products/",
    tag = "catalogue",
    operation_id = "list_products",
    security((), ("bearer" = []), ("api_key" = [])),
    params(ProductQuery, PageQuery),
    responses((status = 200, body = ProductPage, description = "A page of products."), NotModified, PublicProblems)
)]
pub(crate) async fn list_products(
    State(app): State<App>,
    reader: CatalogueReader,
    base: BaseUrl,
    if_none_match: IfNoneMatch,
    OriginalUri(uri): OriginalUri,
    Query(ProductPageQuery { page, products }): Query<ProductPageQuery>,
) -> Result<Response, ApiError> {
    let request = PageRequest::new(base.clone(), uri, page);
    let ordering = products.ordering()?;
    let cursor = request.bounds::<ProductCursor>()?;
    let bounds = cursor.try_map(|cursor| cursor.key(ordering))?;
    let sort = ordering.sort();
    let data = match (reader.visibility, products.unfiltered(&bounds)) {
        (Visibility::Shoppers(now), Some(list)) if !request.counts() => {
            PageContent::rows_only(list.page(&reader.db, now, sort, bounds).await?)
        }
        (_, _) => PageContent::read(&reader, &products, &request, app.currency, sort, bounds).await?,
    };
    let PageContent { rows, count, facets, mut expansions } = data;
    let page = request.page(rows, &cursor, |row| ProductCursor::of(row, ordering));
    let is_for_staff = reader.visibility == Visibility::Staff;
    let page = Page { count, ..page }.try_map(|ListRow { id, card, status, .. }| {
        let extra = ExtraFields { status: is_for_staff.then_some(status), ..expansions.take(id, &base.0) };
        ProductSummary::new(card.with_base_url(&base.0), products.fields.as_deref(), extra)
    })?;
    Ok(reader.mark(if_none_match.respond(&ProductPage { page, facets })?))
}

/// The rows of a page, with the count, the facets and the expansions that the request needs.
struct PageContent {
    /// The rows of the page, and one more if another page follows.
    rows: Vec<ListRow>,
    count: Option<i64>,
    facets: Option<Facets>,
    expansions: Expansions,
}

impl PageContent {
    fn rows_only(rows: Vec<ListRow>) -> Self {
        Self { rows, count: None, facets: None, expansions: Expansions::default() }
    }

    /// Reads everything in one transaction, so that count and facets belong to the rows.
    async fn read(
        reader: &CatalogueReader,
        products: &ProductQuery,
        request: &PageRequest,
        currency: Currency,
        sort: Sort,
        bounds: ProductBounds,
    ) -> Result<Self, ApiError> {
        let visibility = reader.visibility;
        let mut tx = reader.db.read().await?;
        if products.has_amounts() {
            currency.require(shop::store::currency(&mut tx).await?).map_err(anyhow::Error::new)?;
        }
        let mut filter = products.filter(&mut tx, visibility, currency).await?;
        let rows = find(&mut tx, &mut filter, sort, bounds).await?;
        let count = if request.counts() { Some(count(&mut tx, &filter).await?) } else { None };
        let facets = match products.facets {
            Some(wanted) => Some(facets(&mut tx, &filter, wanted).await?),
            None => None,
        };
        let ids = rows.iter().take(request.size()).map(|row| row.id).collect();
        let expansions = Expansions::read(&mut tx, ids, products.expand.unwrap_or_default(), visibility).await?;
        tx.commit().await?;
        Ok(Self { rows, count, facets, expansions })
    }
}

/// Finds the rows of a page. If a search finds no rows, its words may be corrected, in the filter too, so that count and facets
/// belong to the corrected words.
async fn find(tx: &mut Tx, filter: &mut Filter, sort: Sort, bounds: ProductBounds) -> Result<Vec<ListRow>, ApiError> {
    let rows = list(tx, filter, sort, bounds.clone()).await?;
    let Some(text) = filter.search_text.as_deref().filter(|_| rows.is_empty()) else { return Ok(rows) };
    let Some(corrected) = search::corrected(tx, text).await? else { return Ok(rows) };
    filter.search = Some(corrected);
    Ok(list(tx, filter, sort, bounds).await?)
}

/// Variants and images of the products on a page, if `expand` requests them.
#[derive(Default)]
struct Expansions {
    variants: Option<HashMap<ProductId, Vec<ProductVariant>>>,
    images: Option<HashMap<ProductId, Vec<ProductImage>>>,
}

impl Expansions {
    async fn read(
        tx: &mut Tx,
        ids: Vec<ProductId>,
        expand: Expanded,
        visibility: Visibility,
    ) -> Result<Self, ApiError> {
        let variants = if expand.variants { Some(expand::variants(tx, &ids, visibility).await?) } else { None };
        let images = if expand.images { Some(expand::images(tx, &ids).await?) } else { None };
        Ok(Self { variants, images })
    }

    /// Takes out the variants and images of one product.
    fn take(&mut self, id: ProductId, base: &str) -> ExtraFields {
        let images = self.images.as_mut().map(|all| all.remove(&id).unwrap_or_default());
        ExtraFields {
            status: None,
            variants: self.variants.as_mut().map(|all| all.remove(&id).unwrap_or_default()),
            images: images.map(|all| all.into_iter().map(|image| image.with_base_url(base)).collect()),
        }
    }
}
