//! Finishing uploads: `POST /api/v1/catalogue/uploads/{id}/finish/`.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use image::{GenericImageView as _, ImageFormat};
use serde_json::{Value, json};
use shared::storage::{PresignedRequest, Storage, Upload};
use shared::testing::MemoryStorage;
use shared::time::Timestamp;
use sqlx::PgPool;

use crate::files::{TAKEN_ON, disc, from_a_telephone, jpeg, photograph, png, written};
use crate::{Shop, id};

fn holds(file: &[u8], text: &[u8]) -> bool {
    file.windows(text.len()).any(|part| part == text)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_photograph_gets_four_immutable_sizes_and_its_file_is_deleted(db: PgPool) {
    let shop = Shop::open(db).await;
    let path = shop.sends("image/jpeg", &jpeg(2400, 1200)).await;

    let finished = shop.finishes(&path).await.expect(200).body;

    assert_eq!(finished["status"], "finished");
    let file = &finished["file"];
    assert_eq!((&file["width"], &file["height"]), (&json!(2400), &json!(1200)));
    assert_eq!(shop.size_of(&finished["url"]), (2400, 1200));
    assert_eq!(shop.size_of(&file["zoom_url"]), (2000, 1000));
    assert_eq!(shop.size_of(&file["page_url"]), (1000, 500));
    assert_eq!(shop.size_of(&file["list_url"]), (320, 160));
    assert_eq!(shop.images.keys().len(), 4);
    assert_eq!(shop.shown(&file["list_url"]).0, "image/jpeg");
    assert!(!finished["url"].as_str().unwrap().contains(id(&path)), "the URL must not contain the upload's id");
    assert_eq!(shop.received.keys(), [""; 0]);
    let kept: (String, i32, i32, String) =
        sqlx::query_as("select url, width, height, list_url from image_files").fetch_one(&shop.app.db).await.unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    assert_eq!(kept, (text(&finished["url"]), 2400, 1200, text(&file["list_url"])));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_size_is_larger_than_the_image(db: PgPool) {
    let shop = Shop::open(db).await;
    let path = shop.sends("image/png", &png(500, 1)).await;
    let finished = shop.finishes(&path).await.expect(200).body;
    let file = &finished["file"];
    assert_eq!((&file["page_url"], &file["zoom_url"]), (&finished["url"], &finished["url"]));
    assert_eq!(shop.size_of(&file["list_url"]), (320, 1));
    assert_eq!(shop.images.keys().len(), 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn transparent_images_stay_png_and_others_become_jpeg(db: PgPool) {
    let shop = Shop::open(db).await;
    for (content_type, file, expected) in [
        ("image/png", written(&disc(400), ImageFormat::Png), "image/png"),
        ("image/webp", written(&disc(400), ImageFormat::WebP), "image/png"),
        ("image/png", png(400, 400), "image/jpeg"),
        ("image/webp", written(&photograph(400, 400), ImageFormat::WebP), "image/jpeg"),
        // An alpha channel without transparent pixels.
        ("image/png", written(&photograph(400, 400).to_rgba8().into(), ImageFormat::Png), "image/jpeg"),
        ("image/png", written(&photograph(400, 400).to_luma16().into(), ImageFormat::Png), "image/jpeg"),
    ] {
        let path = shop.sends(content_type, &file).await;
        let finished = shop.finishes(&path).await.expect(200).body;
        for url in [&finished["url"], &finished["file"]["list_url"]] {
            let (shown_as, shown) = shop.shown(url);
            assert_eq!(shown_as, expected);
            let corner = image::load_from_memory(&shown).unwrap().get_pixel(0, 0);
            assert_eq!(corner.0[3] == 0, expected == "image/png");
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_photograph_is_upright_and_has_no_metadata(db: PgPool) {
    let shop = Shop::open(db).await;
    let mut file = from_a_telephone(600, 400);
    // An attacker appends a script after the last pixel.
    file.extend(b"<script>alert(1)</script>");
    assert!(holds(&file, TAKEN_ON));

    let path = shop.sends("image/jpeg", &file).await;
    let finished = shop.finishes(&path).await.expect(200).body;

    assert_eq!((&finished["file"]["width"], &finished["file"]["height"]), (&json!(400), &json!(600)));
    for url in [&finished["url"], &finished["file"]["list_url"]] {
        let (_, shown) = shop.shown(url);
        for hidden in [TAKEN_ON, b"Exif", b"<script"] {
            assert!(!holds(&shown, hidden));
        }
        let image = image::load_from_memory(&shown).unwrap();
        // The left side is now on top.
        assert!(image.get_pixel(image.width() / 2, 2).0[0] > 150, "red");
        assert!(image.get_pixel(image.width() / 2, image.height() - 3).0[2] > 150, "blue");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn finishing_again_or_concurrently_returns_the_same_image(db: PgPool) {
    let shop = Shop::open(db).await;
    let path = shop.sends("image/jpeg", &jpeg(640, 480)).await;

    let (one, other) = tokio::join!(shop.finishes(&path), shop.finishes(&path));
    let (one, other) = (one.expect(200).body, other.expect(200).body);
    let again = shop.finishes(&path).await.expect(200).body;

    assert_eq!((&one, &one), (&other, &again));
    assert_eq!(shop.images.keys().len(), 2);
    assert_eq!(shop.app.count("select count(*) from image_files").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_same_file_in_two_uploads_is_two_images(db: PgPool) {
    let shop = Shop::open(db).await;
    let (one, other) = (shop.sends("image/png", &png(8, 8)).await, shop.sends("image/png", &png(8, 8)).await);
    let (one, other) = (shop.finishes(&one).await.expect(200), shop.finishes(&other).await.expect(200));
    assert_ne!(one.body["url"], other.body["url"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_missing_file_can_still_be_sent(db: PgPool) {
    let shop = Shop::open(db).await;
    let file = png(8, 8);
    let path = shop.creates_upload("image/png", file.len()).await;
    assert_eq!(shop.finishes(&path).await.expect(409).body["code"], "not_uploaded_yet");
    shop.arrives(&path, "image/png", &file);
    shop.finishes(&path).await.expect(200);
}

/// Fails every write from the n-th on, until it is repaired.
struct Breaking {
    images: Arc<MemoryStorage>,
    writes_left: AtomicU32,
}

#[async_trait]
impl Storage for Breaking {
    async fn write(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        let left = self.writes_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        anyhow::ensure!(left.is_ok(), "the storage is down");
        self.images.write(key, content_type, bytes).await
    }

    async fn presign_upload(&self, upload: Upload<'_>, now: Timestamp) -> anyhow::Result<PresignedRequest> {
        self.images.presign_upload(upload, now).await
    }

    async fn presign_download(&self, key: &str, file_name: &str, now: Timestamp) -> anyhow::Result<PresignedRequest> {
        self.images.presign_download(key, file_name, now).await
    }

    async fn size(&self, key: &str) -> anyhow::Result<Option<u64>> {
        self.images.size(key).await
    }

    async fn read(&self, key: &str, range: Range<u64>) -> anyhow::Result<Option<Vec<u8>>> {
        self.images.read(key, range).await
    }

    async fn delete(&self, key: &str) -> anyhow::Result<()> {
        self.images.delete(key).await
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_interrupted_finish_is_repeated_as_a_whole(db: PgPool) {
    let images = Arc::new(MemoryStorage::default());
    let front = Arc::new(Breaking { images: images.clone(), writes_left: AtomicU32::new(2) });
    let shop = Shop::with_images(db, front.clone(), images).await;
    let path = shop.sends("image/jpeg", &jpeg(2400, 1200)).await;

    shop.finishes(&path).await.expect(500);
    assert_eq!(shop.editor.get(&path).await.expect(200).body["status"], "waiting");
    assert_eq!(shop.images.keys().len(), 2);
    assert_eq!(shop.app.count("select count(*) from image_files").await, 0);

    front.writes_left.store(9, Ordering::SeqCst);
    let finished = shop.finishes(&path).await.expect(200).body;
    assert_eq!(shop.size_of(&finished["file"]["list_url"]), (320, 160));
    assert_eq!(shop.images.keys().len(), 4, "existing files were overwritten");
}
