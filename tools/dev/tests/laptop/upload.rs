//! An upload from its beginning to what everybody sees, on a laptop: the folder takes and gives what was signed and nothing else.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use dev::home::Home;
use dev::shop::{Parts, shop};
use dev::storage::{Files, Folder};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use image::{ImageFormat, RgbImage};
use serde_json::json;
use shared::app::Clock;
use shared::storage::{PresignedRequest, Storage as _, Upload};
use shared::testing::{Client, RecordingJobs, RecordingQueue, TestApp};
use sqlx::PgPool;
use tower::ServiceExt as _;

use crate::{TestClock, a_directory};

struct Laptop {
    clock: Arc<TestClock>,
    files: Files,
    router: Router,
}

impl Laptop {
    fn open() -> Self {
        let clock = TestClock::new();
        let files = Files::open(&Home::new(Some(a_directory())).unwrap(), &(clock.clone() as Arc<dyn Clock>)).unwrap();
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
async fn a_file_is_taken_just_as_it_was_announced_and_until_the_request_runs_out() {
    let laptop = Laptop::open();
    let url = laptop.presign("uploads/1", 5).await.url;
    for (url, content_type, body) in [
        (url.as_str(), "image/png", &b"four"[..]),
        (&url, "image/png", b"sixsix"),
        (&url, "text/html", b"fives"),
        (&url.replace("uploads/1", "uploads/2"), "image/png", b"fives"),
        (&url.replace("expires=1", "expires=2"), "image/png", b"fives"),
        (&laptop.presign("../../1", 5).await.url.replace("../../1", "uploads/1"), "image/png", b"fives"),
    ] {
        assert_eq!(laptop.put(url, content_type, body).await, StatusCode::FORBIDDEN, "{url} {content_type}");
    }
    assert_eq!(laptop.files.private.size("uploads/1").await.unwrap(), None);

    assert_eq!(laptop.put(&url, "image/png", b"fives").await, StatusCode::OK);
    assert_eq!(laptop.put(&url, "image/png", b"again").await, StatusCode::OK);
    assert_eq!(laptop.files.private.read("uploads/1", 0..99).await.unwrap().unwrap(), b"again");
    assert_eq!(laptop.files.private.read("uploads/1", 1..3).await.unwrap().unwrap(), b"ga");
    assert_eq!(laptop.files.private.read("uploads/1", 7..9).await.unwrap().unwrap(), b"");

    laptop.clock.advance(Duration::from_secs(900));
    assert_eq!(laptop.put(&url, "image/png", b"later").await, StatusCode::FORBIDDEN);
    laptop.files.private.delete("uploads/1").await.unwrap();
    laptop.files.private.delete("uploads/1").await.unwrap();
    assert_eq!(laptop.files.private.read("uploads/1", 0..99).await.unwrap(), None);
}

#[tokio::test]
async fn a_private_file_is_given_to_whoever_has_the_request_and_a_public_one_to_everybody() {
    let laptop = Laptop::open();
    let (private, public) = (&laptop.files.private, &laptop.files.public);
    private.write("exports/1", "text/csv", b"secret".to_vec()).await.unwrap();
    public.write("images/1.png", "image/png", b"public".to_vec()).await.unwrap();

    let request = private.presign_download("exports/1", "all \"products\".csv", laptop.clock.now()).await.unwrap();
    assert_eq!(laptop.get(&request.url).await, (StatusCode::OK, b"secret".to_vec()));
    assert_eq!(laptop.get(&request.url.replace("exports/1", "exports/2")).await.0, StatusCode::FORBIDDEN);
    assert_eq!(laptop.get("/dev/storage/exports/1").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(laptop.get("/dev/files/images/1.png").await, (StatusCode::OK, b"public".to_vec()));
    for elsewhere in
        ["/dev/files/../private/exports/1.png", "/dev/files/%2e%2e/private/exports/1", "/dev/files/images/2.png"]
    {
        assert_eq!(laptop.get(elsewhere).await.0, StatusCode::NOT_FOUND, "{elsewhere}");
    }
}

#[test]
fn what_was_sent_a_day_ago_and_never_finished_is_gone_at_the_next_start() {
    let (home, clock) = (Home::new(Some(a_directory())).unwrap(), TestClock::new() as Arc<dyn Clock>);
    Files::open(&home, &clock).unwrap();
    let uploads = home.files().join("private/uploads");
    std::fs::create_dir_all(&uploads).unwrap();
    let old = std::fs::File::create(uploads.join("old")).unwrap();
    old.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    std::fs::File::create(uploads.join("new")).unwrap();

    Files::open(&home, &clock).unwrap();

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

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_image_goes_from_its_announcement_to_everybodys_eyes(db: PgPool) {
    let app = TestApp::without_routes(db);
    let clock: Arc<dyn Clock> = app.clock.clone();
    let files = Files::open(&Home::new(Some(a_directory())).unwrap(), &clock).unwrap();
    let router = files.router().fallback_service(shop(Parts {
        app: app.app.clone(),
        signer: app.signer.clone(),
        options: auth::Options::default(),
        queue: Arc::new(RecordingQueue::default()),
        storage: files.private.clone(),
        images: files.images(),
        jobs: Arc::new(RecordingJobs::default()),
    }));
    let anybody = Client::new(router);
    let staff = anybody.clone().bearer(&app.a_staff_user().await.token);
    let mut image = std::io::Cursor::new(Vec::new());
    RgbImage::new(900, 600).write_to(&mut image, ImageFormat::Png).unwrap();
    let image = image.into_inner();

    let uploads = "/api/v1/catalogue/uploads/";
    let begun = staff.post(uploads, json!({"content_type": "image/png", "bytes": image.len()})).await.expect(201).body;
    let place = begun["upload"]["url"].as_str().unwrap().strip_prefix("http://shop.test").unwrap();
    let sender = anybody.clone().header("content-type", "image/png");
    let sender = sender.header("content-length", &image.len().to_string());
    sender.send(Method::PUT, place, Body::from(image)).await.expect(200);
    let finish = format!("{uploads}{}/finish/", begun["id"].as_str().unwrap());
    let finished = staff.post(&finish, json!({})).await.expect(200).body;

    let seen = anybody.get(finished["url"].as_str().unwrap()).await.expect(200);
    assert_eq!((seen.header("content-type"), seen.header("x-content-type-options")), ("image/jpeg", "nosniff"));
    assert!(seen.header("cache-control").contains("immutable"));
    let list = finished["file"]["list_url"].as_str().unwrap().strip_prefix("http://shop.test").unwrap();
    anybody.get(list).await.expect(200);
}
