//! Uploads of images: `/api/v1/catalogue/uploads/`. Clients send files straight to the storage; this function checks them and renders the
//! sizes that a shop shows.

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

/// The state of the handlers.
#[derive(Clone, FromRef)]
pub struct UploadsState {
    /// State that every function has.
    pub app: App,
    pipeline: ImagePipeline,
}

/// The storages and the permit that finishing an upload needs.
#[derive(Clone)]
pub(crate) struct ImagePipeline {
    /// Private storage of the files that were sent.
    received: Arc<dyn Storage>,
    images: Images,
    /// Permit to render an image. There is one, because rendering takes some hundred megabytes.
    render_permit: Arc<Semaphore>,
}

/// The public storage of images.
#[derive(Clone)]
pub struct Images {
    /// Storage of the images.
    pub storage: Arc<dyn Storage>,
    /// Public base URL of the images, without a slash at its end.
    pub url: String,
}

impl UploadsState {
    /// Creates the state with a storage for received files and one for images.
    pub fn new(app: App, received: Arc<dyn Storage>, images: Images) -> Self {
        Self { app, pipeline: ImagePipeline { received, images, render_permit: Arc::new(Semaphore::new(1)) } }
    }

    /// Creates the state with the buckets that the environment names and `IMAGES_URL`.
    pub fn from_environment(app: App, environment: &Environment) -> anyhow::Result<Self> {
        let received = S3::private_from_environment(environment).context("the bucket for uploads")?;
        let images = S3::images_from_environment(environment).context("the bucket of images")?;
        let url = environment.require("IMAGES_URL")?.trim_end_matches('/').to_owned();
        Ok(Self::new(app, Arc::new(received), Images { storage: Arc::new(images), url }))
    }
}

/// Returns every route of this function.
pub fn router() -> OpenApiRouter<UploadsState> {
    OpenApiRouter::with_openapi(shared::http::document())
        .routes(routes!(create_upload::create_upload))
        .routes(routes!(get_upload::get_upload))
        .routes(routes!(finish_upload::finish_upload))
}
