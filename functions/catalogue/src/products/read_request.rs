//! A request to read a product or a part of it.

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::Uri;
use http::request::Parts;
use shared::app::App;
use shared::catalogue::store::product::find;
use shared::catalogue::{IdOrSlug, Product};
use shared::http::{ApiError, BaseUrl, PathId, Two};

use crate::caching::IfNoneMatch;
use crate::reader::CatalogueReader;
use crate::redirects::moved_product;

/// The parts of a request that say what to read, for whom, and which versions the client has.
#[derive(Debug)]
pub(crate) struct ReadRequest<Id> {
    /// The id in the path, or both ids.
    pub(crate) id: Id,
    /// The caller, who sees only the products that are for sale unless they are staff.
    pub(crate) reader: CatalogueReader,
    /// The versions that the client has.
    pub(crate) if_none_match: IfNoneMatch,
    /// The requested path and query, which a redirect to a new slug repeats.
    pub(crate) uri: Uri,
    /// The URL that links in the response begin with.
    pub(crate) base: BaseUrl,
}

impl<Id> FromRequestParts<App> for ReadRequest<Id>
where
    PathId<Id>: FromRequestParts<App, Rejection = ApiError>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let reader = CatalogueReader::from_request_parts(parts, app).await?;
        let base = BaseUrl::from_request_parts(parts, app).await?;
        let Ok(if_none_match) = IfNoneMatch::from_request_parts(parts, app).await;
        let PathId(id) = PathId::from_request_parts(parts, app).await?;
        Ok(Self { id, reader, if_none_match, uri: parts.uri.clone(), base })
    }
}

impl<PartId> ReadRequest<Two<IdOrSlug, PartId>> {
    /// Splits a request for a part into the request for its product and the id of the part.
    pub(crate) fn split(self) -> (ReadRequest<IdOrSlug>, PartId) {
        let Self { id: Two(id, part), reader, if_none_match, uri, base } = self;
        (ReadRequest { id, reader, if_none_match, uri, base }, part)
    }
}

impl ReadRequest<IdOrSlug> {
    /// Responds with a part of the product, or redirects to its new slug.
    pub(crate) async fn respond_with_part(
        self,
        part: impl FnOnce(Product, IfNoneMatch) -> Result<Response, ApiError>,
    ) -> Result<Response, ApiError> {
        let mut tx = self.reader.db.read().await?;
        let Some(product) = find(&mut tx, &self.id, self.reader.visibility).await? else {
            return moved_product(tx, &self).await;
        };
        tx.commit().await?;
        Ok(self.reader.mark(part(product.with_base_url(&self.base.0), self.if_none_match)?))
    }
}
