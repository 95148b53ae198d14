//! Export products: `/api/v1/catalogue/exports/`.

use serde_json::{Value, json};
use shared::transfers::{FILES_KEPT_SECONDS, REMEMBERED_SECONDS, Work};
use sqlx::PgPool;

use crate::{EXPORTS, Shop};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_finished_export_can_be_downloaded(db: PgPool) {
    let shop = Shop::open(db);
    shop.app.a_product().create().await;
    let editor = shop.editor().await;

    let created = editor.post(EXPORTS, json!({})).await.expect(202);

    let id = created.body["id"].as_str().unwrap();
    assert_eq!((&created.body["status"], &created.body["products"]), (&json!("running"), &json!(1)));
    assert_eq!(created.header("location"), format!("http://shop.test{EXPORTS}{id}/"));
    assert_eq!(shop.jobs.take(), [Work::Export(id.parse().unwrap()).into()]);
    let path = format!("{EXPORTS}{id}/");
    assert_eq!(editor.get(&path).await.expect(200).body["download"], Value::Null);
    sqlx::query("update exports set status = 'done', finished_at = now(), held_until = null")
        .execute(&shop.app.db)
        .await
        .unwrap();
    let done = editor.get(&path).await.expect(200);
    assert!(done.body["download"]["url"].as_str().unwrap().ends_with(".csv?as=products.csv"), "{}", done.text);
    assert_eq!(editor.get(EXPORTS).await.expect(200).body["results"][0]["id"], id);
    editor.get(&format!("{EXPORTS}00000000-0000-0000-0000-000000000000/")).await.expect(404);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn cancelling_an_export_is_final_and_sends_a_job_to_clean_up(db: PgPool) {
    let shop = Shop::open(db);
    let editor = shop.editor().await;
    let id = editor.post(EXPORTS, json!({})).await.expect(202).body["id"].as_str().unwrap().to_owned();
    let path = format!("{EXPORTS}{id}/");
    shop.jobs.take();

    for _ in 0..2 {
        let cancelled = editor.post(&format!("{path}cancel/"), json!({})).await.expect(200);
        assert_eq!(cancelled.body["status"], "cancelled");
        assert_eq!(shop.jobs.take(), [Work::Export(id.parse().unwrap()).into()]);
    }

    assert_eq!(editor.get(&path).await.expect(200).body["download"], Value::Null);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_finished_export_cannot_be_cancelled(db: PgPool) {
    let shop = Shop::open(db);
    let editor = shop.editor().await;
    let id = editor.post(EXPORTS, json!({})).await.expect(202).body["id"].as_str().unwrap().to_owned();
    sqlx::query("update exports set status = 'done', finished_at = now(), held_until = null")
        .execute(&shop.app.db)
        .await
        .unwrap();

    let late = editor.post(&format!("{EXPORTS}{id}/cancel/"), json!({})).await.expect(409);

    assert_eq!(late.body["code"], "export_ended");
    editor.post(&format!("{EXPORTS}00000000-0000-0000-0000-000000000000/cancel/"), json!({})).await.expect(404);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn products_that_an_export_skips_are_listed_in_pages(db: PgPool) {
    let shop = Shop::open(db);
    let editor = shop.editor().await;
    let id = editor.post(EXPORTS, json!({})).await.expect(202).body["id"].as_str().unwrap().to_owned();
    sqlx::query(
        "insert into export_skipped_products (export_id, product_id, slug, reason)
         select id, n, 'p-' || n, 'no' from exports, generate_series(2, 4) n order by n",
    )
    .execute(&shop.app.db)
    .await
    .unwrap();
    let path = format!("{EXPORTS}{id}/skipped/");

    let rows = editor.get(&format!("{path}?page_size=2&count=true")).await.expect(200);

    let product = |id: i32| json!({"product_id": id, "slug": format!("p-{id}"), "reason": "no"});
    assert_eq!((&rows.body["count"], &rows.body["results"]), (&json!(3), &json!([product(2), product(3)])));
    let next = rows.body["next"].as_str().unwrap().strip_prefix("http://shop.test").unwrap();
    assert_eq!(editor.get(next).await.expect(200).body["results"], json!([product(4)]));
    editor.get(&format!("{EXPORTS}00000000-0000-0000-0000-000000000000/skipped/")).await.expect(404);
}

/// A download is offered only while the file exists, and the row of the export is kept for longer.
#[test]
fn a_download_is_offered_as_long_as_the_bucket_keeps_the_file() {
    let template = include_str!("../../../../template.yaml");
    let days = FILES_KEPT_SECONDS / (24 * 60 * 60);
    assert!(template.contains(&format!("{{ Id: everything-else, Status: Enabled, ExpirationInDays: {days} }}")));
    const { assert!(REMEMBERED_SECONDS > FILES_KEPT_SECONDS) };
}
