//! The storage accepts signed requests and nothing else.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_emulation::storage::{Files, Folder};
use axum::Router;
use axum::body::Body;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use shared::app::Clock;
use shared::storage::{PresignedRequest, Storage as _, Upload};
use tower::ServiceExt as _;

use crate::{TestClock, a_directory};

struct TestStorage {
    clock: Arc<TestClock>,
    files: Files,
    router: Router,
}

impl TestStorage {
    fn open() -> Self {
        let clock = TestClock::new();
        let dyn_clock: Arc<dyn Clock> = clock.clone();
        let files = Files::open(&a_directory(), &dyn_clock).unwrap();
        let router = files.router();
        Self { clock, files, router }
    }

    async fn presign(&self, key: &str, bytes: u64) -> PresignedRequest {
        let upload = Upload { key, content_type: "image/png", bytes };
        self.files.private.presign_upload(upload, self.clock.now()).await.unwrap()
    }

    async fn put(&self, url: &str, content_type: &str, body: &'static [u8]) -> StatusCode {
        let request = Request::put(url).header("content-type", content_type).header("content-length", body.len());
        self.send(request.body(Body::from(body)).unwrap()).await.0
    }

    async fn get(&self, url: &str) -> (StatusCode, Vec<u8>) {
        self.send(Request::builder().method(Method::GET).uri(url).body(Body::empty()).unwrap()).await
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, Vec<u8>) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        (response.status(), response.into_body().collect().await.unwrap().to_bytes().to_vec())
    }
}

#[tokio::test]
async fn only_the_signed_upload_is_accepted_until_it_expires() {
    let storage = TestStorage::open();
    let url = storage.presign("uploads/1", 5).await.url;
    for (url, content_type, body) in [
        (url.as_str(), "image/png", &b"four"[..]),
        (&url, "image/png", b"sixsix"),
        (&url, "text/html", b"fives"),
        (&url.replace("uploads/1", "uploads/2"), "image/png", b"fives"),
        (&url.replace("expires=1", "expires=2"), "image/png", b"fives"),
        (&storage.presign("../../1", 5).await.url.replace("../../1", "uploads/1"), "image/png", b"fives"),
    ] {
        assert_eq!(storage.put(url, content_type, body).await, StatusCode::FORBIDDEN, "{url} {content_type}");
    }
    assert_eq!(storage.files.private.size("uploads/1").await.unwrap(), None);

    assert_eq!(storage.put(&url, "image/png", b"fives").await, StatusCode::OK);
    assert_eq!(storage.put(&url, "image/png", b"again").await, StatusCode::OK);
    assert_eq!(storage.files.private.read("uploads/1", 0..99).await.unwrap().unwrap(), b"again");
    assert_eq!(storage.files.private.read("uploads/1", 1..3).await.unwrap().unwrap(), b"ga");
    assert_eq!(storage.files.private.read("uploads/1", 7..9).await.unwrap().unwrap(), b"");

    storage.clock.advance(Duration::from_secs(900));
    assert_eq!(storage.put(&url, "image/png", b"later").await, StatusCode::FORBIDDEN);
    storage.files.private.delete("uploads/1").await.unwrap();
    storage.files.private.delete("uploads/1").await.unwrap();
    assert_eq!(storage.files.private.read("uploads/1", 0..99).await.unwrap(), None);
}

#[tokio::test]
async fn a_private_file_needs_a_signed_request_and_a_public_file_does_not() {
    let storage = TestStorage::open();
    let (private, public) = (&storage.files.private, &storage.files.public);
    private.write("exports/1", "text/csv", b"secret".to_vec()).await.unwrap();
    public.write("images/1.png", "image/png", b"public".to_vec()).await.unwrap();

    let request = private.presign_download("exports/1", "all \"products\".csv", storage.clock.now()).await.unwrap();
    assert_eq!(storage.get(&request.url).await, (StatusCode::OK, b"secret".to_vec()));
    assert_eq!(storage.get(&request.url.replace("exports/1", "exports/2")).await.0, StatusCode::FORBIDDEN);
    assert_eq!(storage.get("/dev/storage/exports/1").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(storage.get("/dev/files/images/1.png").await, (StatusCode::OK, b"public".to_vec()));
    for elsewhere in
        ["/dev/files/../private/exports/1.png", "/dev/files/%2e%2e/private/exports/1", "/dev/files/images/2.png"]
    {
        assert_eq!(storage.get(elsewhere).await.0, StatusCode::NOT_FOUND, "{elsewhere}");
    }
}

#[test]
fn opening_the_storage_deletes_uploads_older_than_a_day() {
    let (dir, clock) = (a_directory(), TestClock::new() as Arc<dyn Clock>);
    Files::open(&dir, &clock).unwrap();
    let uploads = dir.join("private/uploads");
    std::fs::create_dir_all(&uploads).unwrap();
    let old = std::fs::File::create(uploads.join("old")).unwrap();
    old.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    std::fs::File::create(uploads.join("new")).unwrap();

    Files::open(&dir, &clock).unwrap();

    assert!(!uploads.join("old").exists() && uploads.join("new").exists());
}

#[tokio::test]
async fn no_key_leads_out_of_the_folder() {
    let folder = Folder::open(&a_directory(), TestClock::new()).unwrap();
    for key in ["../x", "/etc/passwd", "a/../../x", "", "a\0b", "./x"] {
        assert!(folder.write(key, "text/plain", Vec::new()).await.is_err(), "{key:?}");
        assert!(folder.read(key, 0..1).await.is_err(), "{key:?}");
    }
}
