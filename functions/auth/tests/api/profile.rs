//! The profile of a user: `/auth/profile/`.

use serde_json::json;
use sqlx::PgPool;

use crate::service;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_profile_is_blank_until_its_owner_fills_it_in(db: PgPool) {
    let app = service(db);
    let ana = app.client_of(&app.a_user().await);

    assert_eq!(ana.get("/auth/profile/").await.expect(200).body, json!({"name": "", "phone": ""}));

    let profile = json!({"name": "Ana Berg", "phone": "+49 (0)40 12.34-56"});
    assert_eq!(ana.put("/auth/profile/", profile.clone()).await.expect(200).body, profile);
    let changed = ana.patch("/auth/profile/", json!({"phone": ""})).await.expect(200);
    assert_eq!(changed.body, json!({"name": "Ana Berg", "phone": ""}));
    assert_eq!(ana.patch("/auth/profile/", json!({})).await.expect(200).body, changed.body);
    assert_eq!(ana.get("/auth/profile/").await.expect(200).body, changed.body);
    assert_eq!(app.count("select count(*) from users where name = 'Ana Berg' and phone = ''").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_profile_is_refused_with_all_its_errors(db: PgPool) {
    let app = service(db);
    let ana = app.client_of(&app.a_user().await);

    let required = json!({"name": ["This field is required."], "phone": ["This field is required."]});
    assert_eq!(ana.put("/auth/profile/", json!({})).await.expect(400).body, required);

    let wrong = ana.patch("/auth/profile/", json!({"name": "x".repeat(151), "phone": "040/123"})).await.expect(400);
    let expected = json!({
        "name": ["Ensure this field has no more than 150 characters."],
        "phone": ["Enter a valid phone number."],
    });
    assert_eq!(wrong.body, expected);
    let wrong = ana.patch("/auth/profile/", json!({"name": null, "phone": "1".repeat(31)})).await.expect(400);
    let expected = json!({
        "name": ["This field may not be null."],
        "phone": ["Ensure this field has no more than 30 characters."],
    });
    assert_eq!(wrong.body, expected);
    assert_eq!(app.count("select count(*) from users where name <> '' or phone <> ''").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_request_without_a_token_returns_401(db: PgPool) {
    let app = service(db);
    app.anonymous().get("/auth/profile/").await.expect(401);
    app.anonymous().put("/auth/profile/", json!({"name": 1})).await.expect(401);
}
