//! Files in two folders instead of S3's two buckets: private files, which need a presigned request, and public images.

mod folder;
mod routes;
mod signature;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use shared::app::Clock;

pub use folder::Folder;

/// Path of presigned requests.
const PRIVATE: &str = "/dev/storage";
/// Path of public images.
pub const PUBLIC: &str = "/dev/files";

/// The private and the public folder.
#[derive(Clone)]
pub struct Files {
    /// Folder of private files.
    pub private: Arc<Folder>,
    /// Folder of public images.
    pub public: Arc<Folder>,
}

impl Files {
    /// Opens the folders in `dir` and deletes uploads that were not finished long ago.
    pub fn open(dir: &Path, clock: &Arc<dyn Clock>) -> anyhow::Result<Self> {
        let private = Folder::open(&dir.join("private"), clock.clone())?;
        private.delete_abandoned_uploads()?;
        let public = Folder::open(&dir.join("public"), clock.clone())?;
        Ok(Self { private: Arc::new(private), public: Arc::new(public) })
    }

    /// Serves what S3 and the CDN serve in the cloud.
    pub fn router(&self) -> Router {
        routes::router(self)
    }
}
