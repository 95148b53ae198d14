//! List attributes: `GET /api/v1/catalogue/attributes/`.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::Shop;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn attributes_are_sorted_by_name_with_their_values_in_order(db: PgPool) {
    let shop = Shop::open(db).await;
    sqlx::query("insert into attributes (name, name_key) values ('material', 'material')")
        .execute(&shop.app.db)
        .await
        .unwrap();
    let answer = shop.client().get("/api/v1/catalogue/attributes/").await.expect(200);
    let shown: Vec<Value> = answer.body["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attribute| {
            assert!(attribute["id"].is_i64());
            let values: Vec<&Value> =
                attribute["values"].as_array().unwrap().iter().map(|value| &value["value"]).collect();
            json!([attribute["name"], values])
        })
        .collect();
    assert_eq!(shown, [json!(["Colour", ["Cream"]]), json!(["material", []]), json!(["Size", ["M", "L"]])]);
}
