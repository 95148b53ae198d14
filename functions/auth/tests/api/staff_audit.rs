//! List the audit log: `GET /auth/audit/`.

use serde_json::{Value, json};
use shared::testing::{Client, TestApp};
use sqlx::PgPool;

use crate::{register, service, staff_who_may};

/// Inserts five lines of two accounts, one a day, and returns the ids of the accounts.
async fn a_log(app: &TestApp) -> (i64, i64) {
    let (ana, ben) = (register(app, "ana").await, register(app, "ben").await);
    sqlx::query(
        "insert into audit_log (at, kind, user_id, actor_user_id, actor_api_key_id, details)
         select timestamptz '2026-11-01 00:00Z' + n * interval '1 day', case when n < 4 then 'logged_in' else 'other' end,
                case when n % 2 = 0 then $1 else $2 end, case when n = 5 then $1 end,
                case when n = 4 then uuid '00000000-0000-4000-8000-000000000001' end, jsonb_build_object('n', n)
           from generate_series(1, 5) n",
    )
    .bind(ana)
    .bind(ben)
    .execute(&app.db)
    .await
    .unwrap();
    (ana.0, ben.0)
}

fn lines(page: &Value) -> Vec<i64> {
    let lines = page["results"].as_array().unwrap().iter();
    lines.filter_map(|line| line["details"]["n"].as_i64()).collect()
}

async fn found(client: &Client, query: &str) -> Vec<i64> {
    lines(&client.get(&format!("/auth/audit/?{query}")).await.expect(200).body)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_log_is_listed_newest_first_and_can_be_filtered(db: PgPool) {
    let app = service(db);
    let (ana, ben) = a_log(&app).await;
    let reader = app.client_of(&staff_who_may(&app, &["settings"]).await);
    for (query, expected) in [
        (String::new(), vec![5, 4, 3, 2, 1]),
        ("kind=logged_in".to_owned(), vec![3, 2, 1]),
        ("kind=&user_id=".to_owned(), vec![5, 4, 3, 2, 1]),
        (format!("user_id={ana}"), vec![4, 2]),
        (format!("user_id={ben}&kind=logged_in"), vec![3, 1]),
        (format!("actor_id={ana}"), vec![5]),
        ("actor_api_key_id=00000000-0000-4000-8000-000000000001".to_owned(), vec![4]),
        ("from=2026-11-03T00:00:00Z&to=2026-11-05T00:00:00Z".to_owned(), vec![3, 2]),
        ("from=2026-11-03T02:00:00%2B02:00".to_owned(), vec![5, 4, 3, 2]),
        ("kind=nothing".to_owned(), vec![]),
    ] {
        assert_eq!(found(&reader, &query).await, expected, "{query}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn pages_of_the_log_keep_the_filters(db: PgPool) {
    let app = service(db);
    a_log(&app).await;
    let reader = app.client_of(&staff_who_may(&app, &["settings"]).await);
    let path_of = |page: &Value, link: &str| page[link].as_str().unwrap().replace("http://shop.test", "");
    let first = reader.get("/auth/audit/?kind=logged_in&page_size=2&count=true").await.expect(200).body;
    assert_eq!((lines(&first), &first["count"], &first["previous"]), (vec![3, 2], &json!(3), &Value::Null));
    let second = reader.get(&path_of(&first, "next")).await.expect(200).body;
    assert_eq!((lines(&second), &second["next"]), (vec![1], &Value::Null));
    assert_eq!(lines(&reader.get(&path_of(&second, "previous")).await.expect(200).body), [3, 2]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_filter_is_refused(db: PgPool) {
    let app = service(db);
    let reader = app.client_of(&staff_who_may(&app, &["settings"]).await);
    let answer = reader.get("/auth/audit/?user_id=x&from=yesterday&page_size=0").await.expect(400).body;
    assert_eq!(answer["user_id"], json!(["A valid integer is required."]));
    assert!(answer["from"][0].as_str().unwrap().starts_with("Datetime has wrong format."));
    reader.get("/auth/audit/?cursor=nonsense").await.expect(400);
    app.client_of(&staff_who_may(&app, &["orders", "stock", "catalogue", "customers"]).await)
        .get("/auth/audit/")
        .await
        .expect(403);
}
