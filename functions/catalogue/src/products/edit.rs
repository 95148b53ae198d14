//! A product under change: locked, read, written, and judged by the database when it is committed.

use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, Uri};
use shared::app::App;
use shared::app::db::Tx;
use shared::catalogue::store::product::find;
use shared::catalogue::store::write::{ProductRefused, bump_version, judged, lock_product, refresh_product_cards};
use shared::catalogue::{IdOrSlug, Product, ProductVariant, Visibility};
use shared::http::ApiError;
use shared::ids::{ProductId, VariantId};
use shared::money::Money;
use shared::time::Timestamp;

use crate::caching::IfNoneMatch;
use crate::if_match::IfMatch;
use crate::reader::CatalogueReader;
use crate::redirects::no_such_product;

/// Where in the body a variant or an image is said, and so what the field of an error is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// It is the body.
    Alone,
    /// It is one of a list of this name.
    InList(&'static str),
}

impl Said {
    /// `sku`, or `variants.3.sku`.
    pub(crate) fn field(self, at: usize, field: &str) -> String {
        match self {
            Self::Alone => field.to_owned(),
            Self::InList(list) => format!("{list}.{at}.{field}"),
        }
    }
}

/// A product that nobody else changes until this ends.
#[derive(Debug)]
pub(crate) struct ProductChange {
    /// Where it happens.
    pub(crate) tx: Tx,
    /// When.
    pub(crate) now: Timestamp,
    /// How variants are said.
    pub(crate) said: Said,
    /// As it was before.
    pub(crate) before: Product,
    /// The variants that it has by now: those of before, until they are written.
    pub(crate) variants: Vec<NamedVariant>,
}

/// How a variant may be named.
#[derive(Clone, Debug)]
pub(crate) struct NamedVariant {
    /// Its id.
    pub(crate) id: VariantId,
    /// Its SKU.
    pub(crate) sku: String,
    /// Whether it is no longer sold.
    pub(crate) is_archived: bool,
}

impl ProductChange {
    /// Locks a product that is there, in the state that the change is meant for.
    pub(crate) async fn begin(
        app: &App,
        product: &IdOrSlug,
        asked: &Uri,
        if_match: &IfMatch,
        said: Said,
    ) -> Result<Self, ApiError> {
        let mut tx = app.db.begin().await?;
        let Some((id, version)) = lock_product(&mut tx, product).await? else {
            return Err(no_such_product(&mut tx, product, asked).await);
        };
        if_match.allows(version)?;
        Self::of(tx, id, app.clock.now(), said).await
    }

    /// A product that is locked, or that nobody else knows yet.
    pub(crate) async fn of(mut tx: Tx, id: ProductId, now: Timestamp, said: Said) -> Result<Self, ApiError> {
        let before = find(&mut tx, &id.into(), Visibility::Staff).await?.ok_or(ApiError::NotFound)?;
        let named = |variant: &ProductVariant| NamedVariant {
            id: variant.id,
            sku: variant.sku.clone(),
            is_archived: variant.is_archived,
        };
        let variants = before.variants.iter().map(named).collect();
        Ok(Self { tx, now, said, before, variants })
    }

    /// Which product.
    pub(crate) fn id(&self) -> ProductId {
        self.before.summary.id
    }

    /// What was done, or the answer where the database refuses it.
    pub(crate) fn told<T>(&self, done: Result<T, ProductRefused>) -> Result<T, ApiError> {
        done.map_err(|because| refused(because, self.said))
    }

    /// Whether a variant would cost more than can be asked, and did not before.
    pub(crate) fn is_too_dear(&self, variant: VariantId, price: Money) -> bool {
        let was = self.before.variants.iter().find(|known| known.id == variant).map(|known| known.price);
        price > Money::MAX_PRICE && was != Some(price)
    }

    /// Counts the change and commits it; answers the product as it is now.
    pub(crate) async fn finish(mut self) -> Result<Product, ApiError> {
        let id = self.id();
        bump_version(&mut self.tx, id, self.now).await?;
        self.finish_new().await
    }

    /// The same without counting: a product that is new has its first version.
    pub(crate) async fn finish_new(mut self) -> Result<Product, ApiError> {
        let id = self.id();
        let done = judged(refresh_product_cards(&mut self.tx, &[id]).await)?;
        self.told(done)?;
        let after = find(&mut self.tx, &id.into(), Visibility::Staff).await?.ok_or(ApiError::NotFound)?;
        let said = self.said;
        if after.variants.iter().any(|variant| self.is_too_dear(variant.id, variant.price)) {
            return Err(ApiError::field(price_field(said), TOO_DEAR));
        }
        judged(self.tx.commit().await)?.map_err(|because| refused(because, said))?;
        Ok(after)
    }
}

/// The answer where the database refuses it.
pub(crate) fn refused(because: ProductRefused, said: Said) -> ApiError {
    let variants = |alone: &'static str| match said {
        Said::Alone => alone,
        Said::InList(list) => list,
    };
    match because {
        ProductRefused::SlugTaken => ApiError::field("slug", "product with this slug already exists."),
        ProductRefused::SkuTaken => ApiError::field("sku", "product with this sku already exists."),
        ProductRefused::NoSuchBrand => ApiError::field("brand_id", "This brand does not exist."),
        ProductRefused::NoSuchCategory => ApiError::field("category_ids", "One of them does not exist."),
        ProductRefused::EndsBeforeItBegins => ApiError::field("unpublish_at", "It must be after publish_at."),
        ProductRefused::VariantSkuTaken => ApiError::field(variants("sku"), "variant with this sku already exists."),
        ProductRefused::VariantsAlike => ApiError::field(variants("non_field_errors"), ALIKE),
        ProductRefused::PriceNegative => ApiError::field(price_field(said), NEGATIVE),
        ProductRefused::NoSuchValue => ApiError::field(variants("non_field_errors"), "A value of it was just deleted."),
        ProductRefused::TooManyWords => {
            ApiError::field("description", "Together with the rest this is more than search can keep.")
        }
    }
}

/// What is said of a variant that has the values of another.
pub(crate) const ALIKE: &str = "Another variant of the product has the same values.";
/// What is said where a price would be below nothing.
pub(crate) const NEGATIVE: &str = "The price of a variant would be negative.";

/// What is said where a price would be above all that can be asked.
pub(crate) const TOO_DEAR: &str = "The price of a variant would be more than can be asked.";

/// What the price of a variant comes from that nobody has said.
const fn price_field(said: Said) -> &'static str {
    match said {
        Said::Alone => "price_adjustment",
        Said::InList(_) => "base_price",
    }
}

/// What is said of an id that nothing has.
pub(crate) fn no_such(id: impl std::fmt::Display) -> String {
    format!("Invalid pk \"{id}\" - object does not exist.")
}

/// Part of a product as staff see it, with the product's version in its `ETag`.
pub(crate) fn answer<T: serde::Serialize>(status: StatusCode, version: i64, body: &T) -> Result<Response, ApiError> {
    let viewer = CatalogueReader { sight: Visibility::Staff };
    let answer = viewer.answer(IfNoneMatch::nothing().or_version(version, body)?)?;
    Ok((status, answer).into_response())
}
