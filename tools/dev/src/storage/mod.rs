//! Files in a folder, in the place of S3's two buckets: one whose files nobody reaches but by a presigned request, and one that everybody
//! sees.

mod folder;
mod routes;
mod signature;

use std::sync::Arc;

use axum::Router;
use shared::app::Clock;
use uploads::Images;

pub use folder::Folder;

use crate::home::Home;

/// Where presigned requests go.
const PRIVATE: &str = "/dev/storage";
/// Where everybody sees images.
const PUBLIC: &str = "/dev/files";

/// Both folders.
#[derive(Clone)]
pub struct Files {
    /// What is sent and fetched by presigned requests.
    pub private: Arc<Folder>,
    /// What everybody sees.
    pub public: Arc<Folder>,
}

impl Files {
    /// Those below the home, and away with what was sent and not finished long ago.
    pub fn open(home: &Home, clock: &Arc<dyn Clock>) -> anyhow::Result<Self> {
        let private = Folder::open(&home.files().join("private"), clock.clone())?;
        private.forget_uploads()?;
        let public = Folder::open(&home.files().join("public"), clock.clone())?;
        Ok(Self { private: Arc::new(private), public: Arc::new(public) })
    }

    /// Where `uploads` puts the images that it makes.
    pub fn images(&self) -> Images {
        Images { storage: self.public.clone(), url: PUBLIC.to_owned() }
    }

    /// What S3 and the CDN would answer.
    pub fn router(&self) -> Router {
        routes::router(self)
    }
}
