//! Creating uploads: `POST /api/v1/catalogue/uploads/`.

use serde_json::json;
use shared::testing::START;
use shared::users::{Permission, Permissions};
use sqlx::PgPool;

use crate::{Shop, UPLOADS};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_response_has_the_request_that_sends_the_file_to_the_storage(db: PgPool) {
    let shop = Shop::open(db).await;
    let created = shop.editor.post(UPLOADS, json!({"content_type": "image/jpeg", "bytes": 48213})).await.expect(201);

    let id = created.body["id"].as_str().unwrap();
    assert_eq!(created.header("location"), format!("http://shop.test{UPLOADS}{id}/"));
    assert_eq!(created.header("cache-control"), "no-store");
    assert_eq!(created.body["status"], "waiting");
    let expected = json!({
        "method": "PUT",
        "url": format!("https://storage.test/uploads/{id}"),
        "headers": {"content-length": "48213", "content-type": "image/jpeg"},
        "expires_at": START.plus_seconds(900),
    });
    assert_eq!(created.body["upload"], expected);
    let kept: (String, i64, String) =
        sqlx::query_as("select content_type, bytes, status from uploads").fetch_one(&shop.app.db).await.unwrap();
    assert_eq!(kept, ("image/jpeg".to_owned(), 48213, "waiting".to_owned()));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn invalid_fields_are_refused_one_by_one(db: PgPool) {
    let shop = Shop::open(db).await;
    let required = "This field is required.";
    for (body, expected) in [
        (json!({}), json!({"content_type": [required], "bytes": [required]})),
        (
            json!({"content_type": "image/svg+xml", "bytes": 0}),
            json!({
                "content_type": ["\"image/svg+xml\" is not a valid choice."],
                "bytes": ["Ensure this value is greater than or equal to 1."],
            }),
        ),
        (
            json!({"content_type": "image/png", "bytes": 15_728_641}),
            json!({"bytes": ["Ensure this value is less than or equal to 15728640."]}),
        ),
        (
            json!({"content_type": ["image/png"], "bytes": "many"}),
            json!({"content_type": ["Not a valid string."], "bytes": ["A valid integer is required."]}),
        ),
    ] {
        assert_eq!(shop.editor.post(UPLOADS, body.clone()).await.expect(400).body, expected, "{body}");
    }
    assert_eq!(shop.app.count("select count(*) from uploads").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_creator_is_stored_for_users_and_api_keys(db: PgPool) {
    let shop = Shop::open(db).await;
    shop.creates_upload("image/png", 100).await;
    let maker = shop.app.a_staff_user().await;
    let key = shop.app.an_api_key_of(&maker, Permissions::from_iter([Permission::Catalogue])).await;
    let program = shop.app.with_key(&key);
    program.post(UPLOADS, json!({"content_type": "image/png", "bytes": 100})).await.expect(201);

    assert_eq!(shop.app.count("select count(*) from uploads where created_by is not null").await, 1);
    assert_eq!(shop.app.count("select count(*) from uploads where created_by_api_key is not null").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unfinished_upload_is_deleted_after_a_week_and_a_finished_one_never(db: PgPool) {
    let shop = Shop::open(db).await;
    let finished = shop.sends("image/png", &crate::files::png(8, 8)).await;
    shop.finishes(&finished).await.expect(200);
    let waiting = shop.creates_upload("image/png", 100).await;
    let refused = shop.sends("image/png", b"no image").await;
    shop.finishes(&refused).await.expect(400);

    // A week after their start, to the second, another upload is created.
    shop.app.clock.advance(7 * 24 * 3600);
    let editor = shop.app.client_of(&shop.app.a_staff_user().await);
    let again = json!({"content_type": "image/png", "bytes": 100});
    editor.post(UPLOADS, again.clone()).await.expect(201);
    assert_eq!(shop.app.count("select count(*) from uploads").await, 4);
    shop.app.clock.advance(1);
    editor.post(UPLOADS, again).await.expect(201);

    editor.get(&finished).await.expect(200);
    editor.get(&waiting).await.expect(404);
    editor.get(&refused).await.expect(404);
}
