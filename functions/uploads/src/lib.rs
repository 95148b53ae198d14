//! `/api/v1/catalogue/uploads/`: images on their way in. They go straight to the storage; what arrived is looked at here, and drawn anew
//! in the sizes that a shop shows.

mod create_upload;
mod finish_upload;
mod get_upload;
mod picture;
mod upload_answer;

use std::sync::Arc;

use anyhow::Context as _;
use axum::extract::FromRef;
use shared::app::{App, Environment};
use shared::aws::S3;
use shared::storage::Storage;
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What the handlers have.
#[derive(Clone, FromRef)]
pub struct Uploads {
    /// What every function has.
    pub app: App,
    shelves: Shelves,
}

/// Where images lie, and the one place where they are drawn.
#[derive(Clone)]
pub(crate) struct Shelves {
    /// What was sent, which nobody sees.
    received: Arc<dyn Storage>,
    images: Images,
    /// An image takes some hundred megabytes while it is drawn, so there is one at a time.
    drawing: Arc<Semaphore>,
}

/// Images that everybody sees.
#[derive(Clone)]
pub struct Images {
    /// Where they lie.
    pub storage: Arc<dyn Storage>,
    /// Where everybody finds them, without a slash at its end.
    pub url: String,
}

impl Uploads {
    /// With a storage for what is sent and one for what comes of it.
    pub fn new(app: App, received: Arc<dyn Storage>, images: Images) -> Self {
        Self { app, shelves: Shelves { received, images, drawing: Arc::new(Semaphore::new(1)) } }
    }

    /// With the buckets that the environment names, and `IMAGES_URL`.
    pub fn from_environment(app: App, environment: &Environment) -> anyhow::Result<Self> {
        let received = S3::private_from_environment(environment).context("the bucket for uploads")?;
        let images = S3::images_from_environment(environment).context("the bucket of images")?;
        let url = environment.require("IMAGES_URL")?.trim_end_matches('/').to_owned();
        Ok(Self::new(app, Arc::new(received), Images { storage: Arc::new(images), url }))
    }
}

/// Every route of this function.
pub fn router() -> OpenApiRouter<Uploads> {
    OpenApiRouter::with_openapi(shared::http::document())
        .routes(routes!(create_upload::create_upload))
        .routes(routes!(get_upload::get_upload))
        .routes(routes!(finish_upload::finish_upload))
}
