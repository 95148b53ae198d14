//! Getting an upload: `GET /api/v1/catalogue/uploads/{id}/`.

use serde_json::json;
use sqlx::PgPool;

use crate::files::png;
use crate::{Shop, UPLOADS};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_upload_has_its_status(db: PgPool) {
    let shop = Shop::open(db).await;
    let file = png(40, 30);
    let path = shop.sends("image/png", &file).await;
    let waiting = shop.editor.get(&path).await.expect(200).body;
    assert_eq!(
        (&waiting["status"], &waiting["url"], &waiting["file"]),
        (&json!("waiting"), &json!(null), &json!(null))
    );
    assert_eq!((&waiting["content_type"], &waiting["bytes"]), (&json!("image/png"), &json!(file.len())));
    assert!(waiting.get("upload").is_none(), "the request that sends the file is returned once");

    let finished = shop.finishes(&path).await.expect(200).body;
    assert_eq!(shop.editor.get(&path).await.expect(200).body, finished);

    let refused = shop.sends("image/png", b"no image").await;
    shop.finishes(&refused).await.expect(400);
    let refused = shop.editor.get(&refused).await.expect(200).body;
    assert_eq!((&refused["status"], &refused["refusal"]["code"]), (&json!("refused"), &json!("not_an_image")));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unknown_id_is_not_found(db: PgPool) {
    let shop = Shop::open(db).await;
    for id in ["00000000-0000-4000-8000-000000000000", "1", "x", "%00"] {
        shop.editor.get(&format!("{UPLOADS}{id}/")).await.expect(404);
        shop.editor.post(&format!("{UPLOADS}{id}/finish/"), json!({})).await.expect(404);
    }
}
