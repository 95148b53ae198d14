//! The reader of the catalogue: shoppers see what is for sale, and staff who may change the catalogue see all of it.

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::HeaderValue;
use http::header::{AUTHORIZATION, CACHE_CONTROL, VARY};
use http::request::Parts;
use shared::app::App;
use shared::app::db::Db;
use shared::catalogue::Visibility;
use shared::http::{ApiError, MaybePermitted};
use shared::users::permissions;

use crate::reads::Reads;

/// `Cache-Control` of responses for staff, which no shared cache may keep.
pub(crate) const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// The caller as a reader. Without credentials, or with a customer's, it is a shopper; invalid credentials are refused.
#[derive(Clone, Debug)]
pub(crate) struct CatalogueReader {
    /// The products that the reader may see.
    pub(crate) visibility: Visibility,
    /// The database to read for this reader.
    pub(crate) db: Db,
}

impl FromRequestParts<App> for CatalogueReader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let MaybePermitted(staff, _) = MaybePermitted::<permissions::Catalogue>::from_request_parts(parts, app).await?;
        let visibility = if staff.is_some() { Visibility::Staff } else { Visibility::Shoppers(app.clock.now()) };
        let Ok(Reads(db)) = Reads::from_request_parts(parts, app).await;
        Ok(Self { visibility, db })
    }
}

impl CatalogueReader {
    /// Marks a response as one that depends on the caller.
    pub(crate) fn mark(&self, response: Response) -> Response {
        mark(self.visibility, response)
    }
}

/// Marks a response with what a reader of this visibility sees as one that depends on the caller.
pub(crate) fn mark(visibility: Visibility, mut response: Response) -> Response {
    response.headers_mut().insert(VARY, HeaderValue::from_name(AUTHORIZATION));
    if visibility == Visibility::Staff {
        response.headers_mut().insert(CACHE_CONTROL, PRIVATE);
    }
    response
}
