//! Files that are refused: `POST /api/v1/catalogue/uploads/{id}/finish/`.

use serde_json::json;
use sqlx::PgPool;

use crate::Shop;
use crate::files::{bomb, from_a_telephone, jpeg, png};

const SVG: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
const HTML: &[u8] = b"<!doctype html><script>alert(1)</script>";

/// Asserts that the file is refused for good and nothing of it is stored.
async fn is_refused(shop: &Shop, path: &str, code: &str) {
    let refused = shop.finishes(path).await.expect(400).body;
    assert_eq!(refused["code"], code, "{refused}");
    assert_eq!(shop.images.keys(), [""; 0], "{code}");
    assert_eq!(shop.received.keys(), [""; 0], "{code}");
    assert_eq!(shop.app.count("select count(*) from image_files").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_that_is_not_an_image_is_refused_with_any_type(db: PgPool) {
    let shop = Shop::open(db).await;
    for file in [SVG, HTML, b"GIF89a\x01\0\x01\0\0\0\0;", b"BM", b"\xff", b"\0", b"%PDF-1.7"] {
        let path = shop.sends("image/png", file).await;
        is_refused(&shop, &path, "not_an_image").await;
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_image_of_another_type_than_declared_is_refused(db: PgPool) {
    let shop = Shop::open(db).await;
    for (declared, file) in [("image/jpeg", png(8, 8)), ("image/png", jpeg(8, 8)), ("image/webp", png(8, 8))] {
        let path = shop.sends(declared, &file).await;
        is_refused(&shop, &path, "type_mismatch").await;
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_truncated_image_is_refused(db: PgPool) {
    let shop = Shop::open(db).await;
    let (photograph, drawing) = (from_a_telephone(400, 300), png(400, 300));
    let noise: Vec<u8> = (0..2000u32).map(|n| (n * n % 251) as u8).collect();
    for (content_type, file) in [
        ("image/jpeg", photograph[..photograph.len() - 40].to_vec()),
        ("image/jpeg", photograph[..photograph.len() / 2].to_vec()),
        ("image/jpeg", b"\xff\xd8\xff".to_vec()),
        ("image/jpeg", [&b"\xff\xd8\xff\xe0\0\x10JFIF\0"[..], &noise].concat()),
        ("image/png", drawing[..drawing.len() / 2].to_vec()),
        ("image/png", [&drawing[..8], &noise].concat()),
        ("image/png", [&drawing[..8], SVG].concat()),
        ("image/webp", [&b"RIFF\xd8\x07\0\0WEBPVP8L"[..], &noise].concat()),
        ("image/webp", b"RIFF\0\0\0\0WEBP".to_vec()),
    ] {
        let path = shop.sends(content_type, &file).await;
        is_refused(&shop, &path, "damaged").await;
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_image_with_too_many_pixels_is_refused_before_decoding(db: PgPool) {
    let shop = Shop::open(db).await;
    for (width, height) in [(50_000, 50_000), (10_001, 1), (1, 10_001), (8_000, 5_001), (u32::MAX / 2, 1)] {
        let path = shop.sends("image/png", &bomb(width, height)).await;
        is_refused(&shop, &path, "too_many_pixels").await;
    }
    // A JPEG whose frame declares 65,535 × 65,535 pixels.
    let mut file = jpeg(8, 8);
    let frame = file.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    file[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    let path = shop.sends("image/jpeg", &file).await;
    is_refused(&shop, &path, "too_many_pixels").await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_of_another_size_than_declared_is_refused_unread(db: PgPool) {
    let shop = Shop::open(db).await;
    let file = png(8, 8);
    for declared in [file.len() - 1, file.len() + 1] {
        let path = shop.creates_upload("image/png", declared).await;
        shop.arrives(&path, "image/png", &file);
        is_refused(&shop, &path, "size_mismatch").await;
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_refused_upload_stays_refused_when_a_valid_file_follows(db: PgPool) {
    let shop = Shop::open(db).await;
    let better = png(8, 8);
    let path = shop.creates_upload("image/png", better.len()).await;
    shop.arrives(&path, "image/png", &vec![b'x'; better.len()]);
    is_refused(&shop, &path, "not_an_image").await;

    shop.arrives(&path, "image/png", &better);

    assert_eq!(shop.finishes(&path).await.expect(400).body["code"], "not_an_image");
    assert_eq!(shop.editor.get(&path).await.expect(200).body["url"], json!(null));
}
