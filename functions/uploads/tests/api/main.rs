//! Tests of uploads, with generated images.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod create_upload;
mod files;
mod finish_upload;
mod get_upload;
mod refused;

use std::sync::Arc;

use serde_json::{Value, json};
use shared::storage::Storage;
use shared::testing::{Answer, Client, MemoryStorage, TestApp};
use shared::users::{Permission, Permissions};
use sqlx::PgPool;
use uploads::{Images, UploadsState};

const UPLOADS: &str = "/api/v1/catalogue/uploads/";

/// The function, its two storages and a user with the permission `catalogue`.
struct Shop {
    app: TestApp,
    received: Arc<MemoryStorage>,
    images: Arc<MemoryStorage>,
    editor: Client,
}

impl Shop {
    async fn open(db: PgPool) -> Self {
        let images = Arc::new(MemoryStorage::default());
        Self::with_images(db, images.clone(), images).await
    }

    /// Opens the shop with a storage in front of that of the images.
    async fn with_images(db: PgPool, front: Arc<dyn Storage>, images: Arc<MemoryStorage>) -> Self {
        let received = Arc::new(MemoryStorage::default());
        let app = TestApp::with_state(db, uploads::router(), |app, _| {
            UploadsState::new(app, received.clone(), Images { storage: front, url: "https://cdn.test".to_owned() })
        });
        let staff = app.a_staff_user_with(Permissions::from_iter([Permission::Catalogue])).await;
        let editor = app.client_of(&staff);
        Self { app, received, images, editor }
    }

    /// Creates an upload for this file and sends it; returns the upload's path.
    async fn sends(&self, content_type: &str, file: &[u8]) -> String {
        let path = self.creates_upload(content_type, file.len()).await;
        self.arrives(&path, content_type, file);
        path
    }

    /// Creates an upload and returns its path.
    async fn creates_upload(&self, content_type: &str, bytes: usize) -> String {
        let created =
            self.editor.post(UPLOADS, json!({"content_type": content_type, "bytes": bytes})).await.expect(201);
        format!("{UPLOADS}{}/", created.body["id"].as_str().unwrap())
    }

    /// Writes any file to the storage under the key of an upload.
    fn arrives(&self, path: &str, content_type: &str, file: &[u8]) {
        self.received.put(&format!("uploads/{}", id(path)), content_type, file);
    }

    async fn finishes(&self, path: &str) -> Answer {
        self.editor.post(&format!("{path}finish/"), json!({})).await
    }

    /// Returns the type and content of the image at a URL.
    fn shown(&self, url: &Value) -> (String, Vec<u8>) {
        self.images.file(url.as_str().unwrap().strip_prefix("https://cdn.test/").unwrap()).unwrap()
    }

    /// Returns width and height of the image at a URL.
    fn size_of(&self, url: &Value) -> (u32, u32) {
        let image = image::load_from_memory(&self.shown(url).1).unwrap();
        (image.width(), image.height())
    }
}

fn id(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap()
}
