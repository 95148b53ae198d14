//! An image from its upload to its public URL.

use std::sync::Arc;

use auth::{Keys, TotpKeys};
use aws_emulation::storage::{Files, PUBLIC};
use axum::body::Body;
use dev::shop::{Parts, shop};
use http::Method;
use image::{ImageFormat, RgbImage};
use serde_json::json;
use shared::app::Clock;
use shared::testing::{Client, RecordingJobs, RecordingQueue, TestApp};
use sqlx::PgPool;
use uploads::Images;

use crate::a_directory;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_uploaded_image_is_public_once_it_is_finished(db: PgPool) {
    let app = TestApp::without_routes(db);
    let clock: Arc<dyn Clock> = app.clock.clone();
    let files = Files::open(&a_directory(), &clock).unwrap();
    let router = files.router().fallback_service(shop(Parts {
        app: app.app.clone(),
        keys: Keys { signer: app.signer.clone(), totp: Arc::new(TotpKeys::single(&[7; 32]).unwrap()) },
        queue: Arc::new(RecordingQueue::default()),
        storage: files.private.clone(),
        images: Images { storage: files.public.clone(), url: PUBLIC.to_owned() },
        jobs: Arc::new(RecordingJobs::default()),
    }));
    let visitor = Client::new(router);
    let staff = visitor.clone().bearer(&app.a_staff_user().await.token);
    let mut image = std::io::Cursor::new(Vec::new());
    RgbImage::new(900, 600).write_to(&mut image, ImageFormat::Png).unwrap();
    let image = image.into_inner();

    let uploads = "/api/v1/catalogue/uploads/";
    let created =
        staff.post(uploads, json!({"content_type": "image/png", "bytes": image.len()})).await.expect(201).body;
    let path = created["upload"]["url"].as_str().unwrap().strip_prefix("http://shop.test").unwrap();
    let sender = visitor.clone().header("content-type", "image/png");
    let sender = sender.header("content-length", &image.len().to_string());
    sender.send(Method::PUT, path, Body::from(image)).await.expect(200);
    let finish = format!("{uploads}{}/finish/", created["id"].as_str().unwrap());
    let finished = staff.post(&finish, json!({})).await.expect(200).body;

    let seen = visitor.get(finished["url"].as_str().unwrap()).await.expect(200);
    assert_eq!((seen.header("content-type"), seen.header("x-content-type-options")), ("image/jpeg", "nosniff"));
    assert!(seen.header("cache-control").contains("immutable"));
    let list = finished["file"]["list_url"].as_str().unwrap().strip_prefix("http://shop.test").unwrap();
    visitor.get(list).await.expect(200);
}
