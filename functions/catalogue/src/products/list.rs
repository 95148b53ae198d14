//! `GET /api/v1/catalogue/products/`: pages of products.

use std::collections::HashMap;

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use shared::app::App;
use shared::app::db::Tx;
use shared::catalogue::store::facets::facets;
use shared::catalogue::store::filter::Filter;
use shared::catalogue::store::list::{Listed, Place, SortKey, SortOrder, count, list};
use shared::catalogue::store::{expand, search};
use shared::catalogue::{Facets, ProductImage, ProductVariant, Visibility};
use shared::http::{ApiError, BaseUrl, Cursor, Direction, Links, Page, PageQuery, PublicProblems, Query};
use shared::ids::ProductId;

use crate::caching::{IfNoneMatch, NotModified};
use crate::products::list_item::{Beside, ListedProduct, ProductPage};
use crate::products::query::{Expanded, ProductPageQuery, ProductQuery};
use crate::products::sort::{ListKey, place};
use crate::reader::CatalogueReader;

/// List products
///
/// Those that are for sale; whoever may change the catalogue sees all of them. `next` and `previous` keep the filters and the
/// order; a cursor of one order is refused in another.
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
    viewer: CatalogueReader,
    base: BaseUrl,
    if_none_match: IfNoneMatch,
    OriginalUri(uri): OriginalUri,
    Query(ProductPageQuery { page, products }): Query<ProductPageQuery>,
) -> Result<Response, ApiError> {
    let ordering = products.order()?;
    let cursor: Option<Cursor<ListKey>> = page.cursor()?;
    let after = place(cursor.as_ref(), ordering)?;
    let (key, way) = ordering.walk();
    let way = match cursor.as_ref().map(|cursor| cursor.direction) {
        Some(Direction::Previous) => opposite(way),
        Some(Direction::Next) | None => way,
    };
    let found = match (viewer.sight, products.plain(way)) {
        (Visibility::Shoppers(now), Some(plain)) if !page.count => {
            Found::alone(plain.list(&app.db, now, (key, way), (after, page.limit())).await?)
        }
        (sight, _) => Found::in_transaction(&app, &products, &page, sight, (key, way), after).await?,
    };
    let Found { rows, count, facets, mut more } = found;
    let links = Links::new(&base, &uri);
    let page = Page::from_rows(rows, page.page_size, cursor.as_ref(), |row| ListKey::of(row, ordering), &links);
    let is_for_staff = viewer.sight == Visibility::Staff;
    let page = Page { count, ..page }.try_map(|Listed { id, card, status, .. }| {
        let beside = Beside { status: is_for_staff.then_some(status), ..more.of(id, &base.0) };
        ListedProduct::new(card.with_base_url(&base.0), products.fields.as_deref(), beside)
    })?;
    viewer.answer(if_none_match.or(&ProductPage { page, facets })?)
}

/// All that the database says of a page.
struct Found {
    /// One more than the page has, where there are more.
    rows: Vec<Listed>,
    count: Option<i64>,
    facets: Option<Facets>,
    more: More,
}

impl Found {
    fn alone(rows: Vec<Listed>) -> Self {
        Self { rows, count: None, facets: None, more: More::default() }
    }

    /// All of it as it was at one moment.
    async fn in_transaction(
        app: &App,
        products: &ProductQuery,
        page: &PageQuery,
        sight: Visibility,
        order: (SortKey, SortOrder),
        after: Option<(Place, ProductId)>,
    ) -> Result<Self, ApiError> {
        let mut tx = app.db.read().await?;
        let mut filter = products.filter(&mut tx, sight).await?;
        let rows = find(&mut tx, &mut filter, order, (after, page.limit())).await?;
        let count = if page.count { Some(count(&mut tx, &filter).await?) } else { None };
        let facets = match products.facets {
            Some(wanted) => Some(facets(&mut tx, &filter, wanted).await?),
            None => None,
        };
        let ids = rows.iter().take(page.size()).map(|row| row.id).collect();
        let more = More::read(&mut tx, ids, products.expand.unwrap_or_default(), sight).await?;
        tx.commit().await?;
        Ok(Self { rows, count, facets, more })
    }
}

/// The rows of a page. Where there are none, what was typed may be corrected, in the filter as well: then the whole answer speaks of that.
async fn find(
    tx: &mut Tx,
    filter: &mut Filter,
    order: (SortKey, SortOrder),
    (after, limit): (Option<(Place, ProductId)>, i64),
) -> Result<Vec<Listed>, ApiError> {
    let rows = list(tx, filter, order, after.clone(), limit).await?;
    let Some(typed) = filter.typed.as_deref().filter(|_| rows.is_empty()) else { return Ok(rows) };
    let Some(corrected) = search::corrected(tx, typed).await? else { return Ok(rows) };
    filter.search = Some(corrected);
    Ok(list(tx, filter, order, after, limit).await?)
}

/// What was asked for beside the cards of a page.
#[derive(Default)]
struct More {
    variants: Option<HashMap<ProductId, Vec<ProductVariant>>>,
    images: Option<HashMap<ProductId, Vec<ProductImage>>>,
}

impl More {
    async fn read(tx: &mut Tx, ids: Vec<ProductId>, expand: Expanded, sight: Visibility) -> Result<Self, ApiError> {
        let variants = if expand.variants { Some(expand::variants(tx, &ids, sight).await?) } else { None };
        let images = if expand.images { Some(expand::images(tx, &ids).await?) } else { None };
        Ok(Self { variants, images })
    }

    /// Of this product: what is handed out is gone.
    fn of(&mut self, id: ProductId, base: &str) -> Beside {
        let images = self.images.as_mut().map(|all| all.remove(&id).unwrap_or_default());
        Beside {
            status: None,
            variants: self.variants.as_mut().map(|all| all.remove(&id).unwrap_or_default()),
            images: images.map(|all| all.into_iter().map(|image| image.with_base_url(base)).collect()),
        }
    }
}

fn opposite(way: SortOrder) -> SortOrder {
    match way {
        SortOrder::Asc => SortOrder::Desc,
        SortOrder::Desc => SortOrder::Asc,
    }
}
