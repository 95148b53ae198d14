//! Import products: `/api/v1/catalogue/imports/`.

use serde_json::json;
use shared::transfers::Work;
use sqlx::PgPool;

use crate::{IMPORTS, Shop, import_of};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_is_created_uploaded_and_started(db: PgPool) {
    let shop = Shop::open(db);
    let editor = shop.editor().await;

    let created = editor.post(IMPORTS, import_of(4)).await.expect(201);

    let path = format!("{IMPORTS}{}/", created.body["id"].as_str().unwrap());
    assert_eq!(created.header("location"), format!("http://shop.test{path}"));
    assert_eq!((&created.body["status"], &created.body["stock"]), (&json!("waiting"), &json!("initial")));
    for (option, default) in
        [("keep_missing_variants", json!(false)), ("duplicate_skus", json!("refuse")), ("dry_run", json!(false))]
    {
        assert_eq!(created.body[option], default, "{option}");
    }
    assert_eq!(created.body["upload"]["headers"], json!({"content-length": "4", "content-type": "text/csv"}));
    let early = editor.post(&format!("{path}start/"), json!({})).await.expect(409);
    assert_eq!(early.body["code"], "not_uploaded_yet");
    shop.upload(&created.body, b"12345");
    let other = editor.post(&format!("{path}start/"), json!({})).await.expect(409);
    assert_eq!(other.body["code"], "size_mismatch");
    assert!(shop.jobs.take().is_empty());

    shop.upload(&created.body, b"1234");
    let started = editor.post(&format!("{path}start/"), json!({})).await.expect(202);

    assert_eq!(started.body["status"], "running");
    let id = created.body["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(shop.jobs.take(), [Work::Import(id).into()]);
    // A client whose response was lost may start the import again.
    editor.post(&format!("{path}start/"), json!({})).await.expect(202);
    assert_eq!(shop.jobs.take(), [Work::Import(id).into()]);
    assert_eq!(editor.get(&path).await.expect(200).body["started_at"], started.body["started_at"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_import_is_refused(db: PgPool) {
    let shop = Shop::open(db);
    let editor = shop.editor().await;
    for (body, expected) in [
        (import_of(2_147_483_648), json!({"bytes": ["Ensure this value is less than or equal to 268435456."]})),
        (import_of(0), json!({"bytes": ["Ensure this value is greater than or equal to 1."]})),
        (json!({}), json!({"bytes": ["This field is required."]})),
        (json!({"kind": "xml", "bytes": 1}), json!({"kind": ["\"xml\" is not a valid choice."]})),
        (
            json!({"kind": "shopify_csv", "bytes": 1, "stock": "guessed"}),
            json!({"stock": ["\"guessed\" is not a valid choice."]}),
        ),
        (
            json!({"kind": "shopify_csv", "bytes": 1, "duplicate_skus": "merge", "dry_run": "perhaps"}),
            json!({"duplicate_skus": ["\"merge\" is not a valid choice."], "dry_run": ["Must be a valid boolean."]}),
        ),
    ] {
        assert_eq!(editor.post(IMPORTS, body.clone()).await.expect(400).body, expected, "{body}");
    }
    assert_eq!(shop.app.count("select count(*) from imports").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_has_the_options_of_its_request(db: PgPool) {
    let shop = Shop::open(db);
    let editor = shop.editor().await;
    let options = json!({"keep_missing_variants": true, "duplicate_skus": "suffix", "dry_run": true});
    let mut body = import_of(1);
    body.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());

    let created = editor.post(IMPORTS, body).await.expect(201);

    let got = editor.get(&format!("{IMPORTS}{}/", created.body["id"].as_str().unwrap())).await.expect(200);
    for (option, value) in options.as_object().unwrap() {
        assert_eq!(&got.body[option], value);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn cancelling_an_import_is_final(db: PgPool) {
    let shop = Shop::open(db);
    let editor = shop.editor().await;
    let created = editor.post(IMPORTS, import_of(1)).await.expect(201);
    let path = format!("{IMPORTS}{}/", created.body["id"].as_str().unwrap());
    shop.upload(&created.body, b"1");
    editor.post(&format!("{path}start/"), json!({})).await.expect(202);

    for _ in 0..2 {
        let cancelled = editor.post(&format!("{path}cancel/"), json!({})).await.expect(200);
        assert_eq!(cancelled.body["status"], "cancelled");
    }

    let again = editor.post(&format!("{path}start/"), json!({})).await.expect(409);
    assert_eq!(again.body["code"], "import_cancelled");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_finished_import_cannot_be_cancelled(db: PgPool) {
    let shop = Shop::open(db);
    let editor = shop.editor().await;
    let created = editor.post(IMPORTS, import_of(1)).await.expect(201);
    let path = format!("{IMPORTS}{}/", created.body["id"].as_str().unwrap());
    sqlx::query("update imports set status = 'done', finished_at = now()").execute(&shop.app.db).await.unwrap();
    let late = editor.post(&format!("{path}cancel/"), json!({})).await.expect(409);
    assert_eq!(late.body["code"], "import_ended");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn imports_and_their_errors_are_listed_in_pages(db: PgPool) {
    let shop = Shop::open(db);
    let editor = shop.editor().await;
    for bytes in 1..=3 {
        shop.app.clock.advance(1);
        editor.post(IMPORTS, import_of(bytes)).await.expect(201);
    }
    let first = editor.get(&format!("{IMPORTS}?page_size=2&count=true")).await.expect(200);
    assert_eq!((&first.body["count"], &first.body["results"][0]["bytes"]), (&json!(3), &json!(3)));
    let next = first.body["next"].as_str().unwrap().strip_prefix("http://shop.test").unwrap();
    let last = editor.get(next).await.expect(200);
    assert_eq!(last.body["results"][0]["bytes"], 1);
    let back = last.body["previous"].as_str().unwrap().strip_prefix("http://shop.test").unwrap();
    assert_eq!(editor.get(back).await.expect(200).body["results"], first.body["results"]);

    sqlx::query("insert into import_errors (import_id, line, reason) select max(id::text)::uuid, n, 'no' from imports, generate_series(2, 4) n group by n order by n")
        .execute(&shop.app.db)
        .await
        .unwrap();
    let path = format!("{IMPORTS}{}/errors/", first.body["results"][0]["id"].as_str().unwrap());
    let rows = editor.get(&format!("{path}?page_size=2&count=true")).await.expect(200);
    assert_eq!((&rows.body["count"], &rows.body["results"][0]), (&json!(3), &json!({"line": 2, "reason": "no"})));
    let next = rows.body["next"].as_str().unwrap().strip_prefix("http://shop.test").unwrap();
    assert_eq!(editor.get(next).await.expect(200).body["results"], json!([{"line": 4, "reason": "no"}]));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unknown_import_is_not_found(db: PgPool) {
    let shop = Shop::open(db);
    let editor = shop.editor().await;
    for id in ["00000000-0000-0000-0000-000000000000", "x"] {
        editor.get(&format!("{IMPORTS}{id}/")).await.expect(404);
        editor.get(&format!("{IMPORTS}{id}/errors/")).await.expect(404);
        editor.post(&format!("{IMPORTS}{id}/start/"), json!({})).await.expect(404);
        editor.post(&format!("{IMPORTS}{id}/cancel/"), json!({})).await.expect(404);
    }
}
