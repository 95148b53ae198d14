//! Everything below `/api/v1/catalogue/exports/`.

use serde_json::{Value, json};
use shared::transfers::Work;
use sqlx::PgPool;

use crate::{EXPORTS, Shop};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_export_runs_and_is_fetched_when_it_is_done(db: PgPool) {
    let shop = Shop::open(db);
    shop.app.a_product().create().await;
    let editor = shop.editor().await;

    let asked = editor.post(EXPORTS, json!({})).await.expect(202);

    let id = asked.body["id"].as_str().unwrap();
    assert_eq!((&asked.body["status"], &asked.body["products"]), (&json!("running"), &json!(1)));
    assert_eq!(asked.header("location"), format!("http://shop.test{EXPORTS}{id}/"));
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
