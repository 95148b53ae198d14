//! A product that is open for an edit: locked, read, then saved and committed.

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use shared::app::App;
use shared::app::db::Tx;
use shared::catalogue::store::product::find;
use shared::catalogue::store::snapshot::ProductSnapshot;
use shared::catalogue::store::write::{lock_product, lock_product_slugs, map_constraint_error};
use shared::catalogue::write::{self, Author, BrandRef, ProductEdit, ProductTarget, SaveError};
use shared::catalogue::{IdOrSlug, Product, Visibility};
use shared::http::ApiError;
use shared::ids::{BrandId, ProductId, VariantId};
use shared::money::Currency;
use shared::patch::Patch;
use shared::time::Timestamp;
use shared::users::Actor;

use crate::caching::IfNoneMatch;
use crate::change_request::ChangeRequest;
use crate::products::errors::{FieldPath, constraint_error, into_api_error};
use crate::reader::CatalogueReader;
use crate::redirects::no_such_product;

/// A product that no other transaction changes until this one ends.
#[derive(Debug)]
pub(crate) struct OpenProduct {
    pub(crate) tx: Tx,
    /// The time of the edit.
    pub(crate) now: Timestamp,
    author: Author,
    /// The currency of the edit.
    currency: Currency,
    /// The product before the edit.
    pub(crate) before: Product,
    default_variant: Option<VariantId>,
}

impl OpenProduct {
    /// Locks and reads a product that exists and is in the state that the edit is meant for.
    pub(crate) async fn open(app: &App, actor: &Actor, request: &ChangeRequest<IdOrSlug>) -> Result<Self, ApiError> {
        Self::open_in(app.db.begin().await?, app, actor, request).await
    }

    /// Does the same for an edit that changes the slug: no other transaction gives a product a slug until this one ends.
    pub(crate) async fn open_to_rename(
        app: &App,
        actor: &Actor,
        request: &ChangeRequest<IdOrSlug>,
    ) -> Result<Self, ApiError> {
        let mut tx = app.db.begin().await?;
        lock_product_slugs(&mut tx).await?;
        Self::open_in(tx, app, actor, request).await
    }

    /// Does the same in a transaction that has begun.
    pub(crate) async fn open_in(
        mut tx: Tx,
        app: &App,
        actor: &Actor,
        request: &ChangeRequest<IdOrSlug>,
    ) -> Result<Self, ApiError> {
        let Some(locked) = lock_product(&mut tx, &request.id).await? else {
            return Err(no_such_product(&mut tx, &request.id, &request.uri).await);
        };
        request.if_match.allows(locked.version)?;
        let before = find(&mut tx, &locked.id.into(), Visibility::Staff).await?.ok_or(ApiError::NotFound)?;
        let now = app.clock.now();
        let author = Author::of(actor, now);
        Ok(Self { tx, now, author, currency: app.currency, before, default_variant: locked.default_variant })
    }

    pub(crate) fn id(&self) -> ProductId {
        self.before.summary.id
    }

    /// Saves the edit and commits; returns the product after it.
    pub(crate) async fn save(self, edit: ProductEdit, path: FieldPath) -> Result<Product, ApiError> {
        self.write(edit, path).await?.commit().await
    }

    /// Saves the edit; the caller commits.
    pub(crate) async fn write(mut self, edit: ProductEdit, path: FieldPath) -> Result<SavedProduct, ApiError> {
        let before = ProductSnapshot::of(&mut self.tx, &self.before, self.default_variant).await?;
        let edit = ProductEdit { product: ProductTarget::Locked(Box::new(before)), ..edit };
        write(self.tx, edit, path, self.currency, self.author).await
    }
}

/// A product after an edit that is not yet committed.
#[derive(Debug)]
pub(crate) struct SavedProduct {
    pub(crate) tx: Tx,
    pub(crate) product: Product,
    path: FieldPath,
    brand: Option<BrandId>,
}

impl SavedProduct {
    /// Commits; returns the product.
    pub(crate) async fn commit(self) -> Result<Product, ApiError> {
        let committed = map_constraint_error(self.tx.commit().await)?;
        committed.map_err(|constraint| constraint_error(constraint, self.path, self.brand))?;
        Ok(self.product)
    }
}

/// Saves the edit; the caller commits. An edit that changes nothing leaves the version as it is.
pub(crate) async fn write(
    mut tx: Tx,
    edit: ProductEdit,
    path: FieldPath,
    currency: Currency,
    author: Author,
) -> Result<SavedProduct, ApiError> {
    let brand = if let Patch::Set(BrandRef::Id(id)) = edit.brand { Some(id) } else { None };
    let refuse = |constraint| constraint_error(constraint, path, brand);
    let saved = match write::save(&mut tx, &[edit], currency, author).await {
        Ok(saved) => Ok(saved),
        Err(SaveError::Database(error)) => map_constraint_error(Err(error))?,
        // A new product, or one that is locked, is not changed by another transaction.
        Err(error @ (SaveError::Changed | SaveError::NotInserted(_) | SaveError::OtherCurrency(_))) => {
            return Err(anyhow::Error::new(error).into());
        }
    };
    let saved = saved.map_err(refuse)?.into_iter().next().ok_or_else(|| anyhow::anyhow!("an edit was not saved"))?;
    let saved = saved.map_err(|errors| into_api_error(errors, path, currency))?;
    let id = saved.id.ok_or_else(|| anyhow::anyhow!("a product that was saved has no id"))?;
    let product = find(&mut tx, &id.into(), Visibility::Staff).await?.ok_or(ApiError::NotFound)?;
    Ok(SavedProduct { tx, product, path, brand })
}

/// Responds with a product or a part of it as staff see it, and with the product's version in the `ETag`.
pub(crate) fn respond<T: serde::Serialize>(status: StatusCode, version: i64, body: &T) -> Result<Response, ApiError> {
    let reader = CatalogueReader { visibility: Visibility::Staff };
    let response = reader.mark(IfNoneMatch::none().respond_with_version(version, body)?);
    Ok((status, response).into_response())
}
