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
use shared::http::{ApiError, Editor};
use shared::ids::{BrandId, ProductId, VariantId};
use shared::money::Currency;
use shared::patch::Patch;
use shared::time::Timestamp;

use crate::caching::IfNoneMatch;
use crate::change_request::ChangeRequest;
use crate::products::audit_line::AuditLine;
use crate::products::errors::{FieldPath, constraint_error, into_api_error};
use crate::reader::mark;
use crate::redirects::no_such_product;

/// A product that no other transaction changes until this one ends.
#[derive(Debug)]
pub(crate) struct OpenProduct {
    pub(crate) tx: Tx,
    /// The time of the edit.
    pub(crate) now: Timestamp,
    pub(crate) editor: Editor,
    /// The currency of the edit.
    currency: Currency,
    /// The product before the edit.
    pub(crate) before: Product,
    default_variant: Option<VariantId>,
}

impl OpenProduct {
    /// Locks and reads a product that exists and is in the state that the edit is meant for.
    pub(crate) async fn open(app: &App, editor: Editor, request: &ChangeRequest<IdOrSlug>) -> Result<Self, ApiError> {
        Self::open_in(app.db.begin().await?, app, editor, request).await
    }

    /// Does the same for an edit that changes the slug: no other transaction gives a product a slug until this one ends.
    pub(crate) async fn open_to_rename(
        app: &App,
        editor: Editor,
        request: &ChangeRequest<IdOrSlug>,
    ) -> Result<Self, ApiError> {
        let mut tx = app.db.begin().await?;
        lock_product_slugs(&mut tx).await?;
        Self::open_in(tx, app, editor, request).await
    }

    /// Does the same in a transaction that has begun.
    pub(crate) async fn open_in(
        mut tx: Tx,
        app: &App,
        editor: Editor,
        request: &ChangeRequest<IdOrSlug>,
    ) -> Result<Self, ApiError> {
        let Some(locked) = lock_product(&mut tx, &request.id).await? else {
            return Err(no_such_product(&mut tx, &request.id, &request.uri).await);
        };
        request.if_match.allows(locked.version)?;
        let before = find(&mut tx, &locked.id.into(), Visibility::Staff).await?.ok_or(ApiError::NotFound)?;
        let now = app.clock.now();
        Ok(Self { tx, now, editor, currency: app.currency, before, default_variant: locked.default_variant })
    }

    pub(crate) fn id(&self) -> ProductId {
        self.before.summary.id
    }

    /// Saves the edit with this line in the audit log and commits; returns the product after it.
    pub(crate) async fn save(self, edit: ProductEdit, path: FieldPath, line: AuditLine) -> Result<Product, ApiError> {
        self.write(edit, path).await?.commit(line).await
    }

    /// Saves the edit; the caller commits.
    pub(crate) async fn write(mut self, edit: ProductEdit, path: FieldPath) -> Result<SavedProduct, ApiError> {
        let before = ProductSnapshot::of(&mut self.tx, &self.before, self.default_variant).await?;
        let edit = ProductEdit { product: ProductTarget::Locked(Box::new(before)), ..edit };
        let edited = Edited { editor: self.editor, now: self.now, before: Some(self.before) };
        write(self.tx, edit, path, self.currency, edited).await
    }
}

/// The author and the time of an edit, and the product before it.
#[derive(Debug)]
pub(crate) struct Edited {
    pub(crate) editor: Editor,
    pub(crate) now: Timestamp,
    /// `None` for a new product.
    pub(crate) before: Option<Product>,
}

/// A product after an edit that is not yet committed.
#[derive(Debug)]
pub(crate) struct SavedProduct {
    pub(crate) tx: Tx,
    pub(crate) product: Product,
    edited: Edited,
    path: FieldPath,
    brand: Option<BrandId>,
}

impl SavedProduct {
    /// Commits with this line in the audit log; returns the product. An edit that changed nothing has no line, so that a program that sends the same
    /// products every night does not fill the log.
    pub(crate) async fn commit(mut self, line: AuditLine) -> Result<Product, ApiError> {
        let Edited { editor, now, before } = &self.edited;
        if before.as_ref().is_none_or(|before| before.version != self.product.version) {
            let kind = line.kind;
            let details = line.details(before.as_ref(), &self.product);
            editor.record(&mut self.tx, kind, details, *now).await?;
        }
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
    edited: Edited,
) -> Result<SavedProduct, ApiError> {
    let brand = if let Patch::Set(BrandRef::Id(id)) = edit.brand { Some(id) } else { None };
    let refuse = |constraint| constraint_error(constraint, path, brand);
    let author = Author::of(&edited.editor.actor, edited.now);
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
    Ok(SavedProduct { tx, product, edited, path, brand })
}

/// Responds with a product or a part of it as staff see it, and with the product's version in the `ETag`.
pub(crate) fn respond<T: serde::Serialize>(status: StatusCode, version: i64, body: &T) -> Result<Response, ApiError> {
    let response = mark(Visibility::Staff, IfNoneMatch::none().respond_with_version(version, body)?);
    Ok((status, response).into_response())
}
