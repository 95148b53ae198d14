//! List users: `GET /auth/users/`.

use serde_json::{Value, json};
use shared::testing::TestApp;
use shared::users::{Permission, Permissions};
use sqlx::PgPool;

use crate::service;

/// Inserts 25 accounts and returns the last, a member of staff who can list them.
async fn insert_25_users(app: &TestApp) -> shared::testing::TestUser {
    for _ in 0..24 {
        app.a_user().await;
    }
    app.a_staff_user_with([Permission::Customers].into_iter().collect()).await
}

fn ids(body: &Value) -> Vec<i64> {
    body.as_array().unwrap().iter().map(|user| user["id"].as_i64().unwrap()).collect()
}

/// Returns the path of the next page from a `Link` header.
fn next(link: &str) -> Option<&str> {
    link.strip_prefix("<http://shop.test")?.strip_suffix(">; rel=\"next\"")
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_link_header_pages_through_all_accounts(db: PgPool) {
    let app = service(db);
    let staff = app.client_of(&insert_25_users(&app).await);
    for (size, pages) in [("", 2), ("?page_size=10", 3), ("?page_size=25", 1), ("?page_size=100", 1)] {
        let mut seen = Vec::new();
        let mut path = format!("/auth/users/{size}");
        for page in 1..=pages {
            let answer = staff.get(&path).await.expect(200);
            seen.extend(ids(&answer.body));
            match next(answer.header("link")) {
                Some(link) => path = link.to_owned(),
                None => assert_eq!((page, answer.header("link")), (pages, "")),
            }
        }
        let all: Vec<i64> = sqlx::query_scalar("select id from users order by id").fetch_all(&app.db).await.unwrap();
        assert_eq!(seen, all, "{size}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn scripts_in_browsers_can_read_the_link_header(db: PgPool) {
    let app = service(db);
    let staff = app.client_of(&insert_25_users(&app).await).header("origin", "https://shop.example");
    let answer = staff.get("/auth/users/").await.expect(200);
    assert!(answer.header("access-control-expose-headers").contains("link"), "{:?}", answer.headers);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_caller_without_the_customers_permission_sees_only_their_account(db: PgPool) {
    let app = service(db);
    insert_25_users(&app).await;
    let others: Permissions = Permission::ALL.iter().copied().filter(|one| *one != Permission::Customers).collect();
    for user in [app.a_user().await, app.a_staff_user_with(others).await] {
        let answer = app.client_of(&user).get("/auth/users/?page_size=100").await.expect(200);
        assert_eq!((ids(&answer.body), answer.header("link")), (vec![user.id.0], ""));
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn invalid_page_parameters_are_refused(db: PgPool) {
    let app = service(db);
    let staff = app.client_of(&insert_25_users(&app).await);
    for (query, expected) in [
        ("page_size=0", json!({"page_size": ["Ensure this value is greater than or equal to 1."]})),
        ("page_size=101", json!({"page_size": ["Ensure this value is less than or equal to 100."]})),
        ("page_size=x", json!({"page_size": ["A valid integer is required."]})),
        ("cursor=x", json!({"cursor": ["Invalid cursor."]})),
    ] {
        assert_eq!(staff.get(&format!("/auth/users/?{query}")).await.expect(400).body, expected, "{query}");
    }
}
