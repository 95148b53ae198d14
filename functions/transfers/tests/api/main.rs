//! Tests of the `transfers` function through its HTTP interface.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod exports;
mod imports;
mod stock_permission;

use std::sync::Arc;

use serde_json::{Value, json};
use shared::storage::Storage;
use shared::testing::{Client, MemoryStorage, RecordingJobs, TestApp};
use shared::users::{Permission, Permissions};
use sqlx::PgPool;
use transfers::TransfersState;

const IMPORTS: &str = "/api/v1/catalogue/imports/";
const EXPORTS: &str = "/api/v1/catalogue/exports/";

/// A shop with a file storage and a queue that records the jobs of the worker.
struct Shop {
    app: TestApp,
    files: Arc<MemoryStorage>,
    jobs: Arc<RecordingJobs>,
}

impl Shop {
    fn open(db: PgPool) -> Self {
        let (files, jobs) = (Arc::new(MemoryStorage::default()), Arc::new(RecordingJobs::default()));
        let storage: Arc<dyn Storage> = files.clone();
        let queue = jobs.clone();
        let app = TestApp::with_state(db, transfers::router(), |app, _| TransfersState { app, storage, jobs: queue });
        Self { app, files, jobs }
    }

    /// Returns a client of a member of staff with the permissions `catalogue` and `stock`.
    async fn editor(&self) -> Client {
        self.editor_with(&[Permission::Catalogue, Permission::Stock]).await
    }

    /// Returns a client of a member of staff with these permissions.
    async fn editor_with(&self, permissions: &[Permission]) -> Client {
        self.app.client_of(&self.app.a_staff_user_with(permissions.iter().copied().collect::<Permissions>()).await)
    }

    /// Uploads a file as the `upload` of its import says.
    fn upload(&self, import: &Value, file: &[u8]) {
        let key = import["upload"]["url"].as_str().unwrap().strip_prefix("https://storage.test/").unwrap();
        self.files.put(key, "text/csv", file);
    }
}

/// Returns a request for an import of a file of this size.
fn import_of(bytes: usize) -> Value {
    json!({"kind": "shopify_csv", "bytes": bytes})
}
