//! The stock of a file is imported only with the permission `stock`.

use serde_json::json;
use shared::users::{Permission, Permissions};
use sqlx::PgPool;

use crate::{IMPORTS, Shop, import_of};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_that_changes_stock_needs_the_permission(db: PgPool) {
    let shop = Shop::open(db);
    let clerk = shop.editor_with(&[Permission::Catalogue]).await;
    let creator = shop.app.a_staff_user().await;
    let key = shop.app.an_api_key_of(&creator, Permissions::from_iter([Permission::Catalogue])).await;
    for client in [clerk, shop.app.with_key(&key)] {
        for stock in [None, Some("initial"), Some("compare"), Some("set")] {
            for dry_run in [false, true] {
                let mut body = import_of(1);
                body["dry_run"] = json!(dry_run);
                if let Some(stock) = stock {
                    body["stock"] = json!(stock);
                }
                let refused = client.post(IMPORTS, body.clone()).await.expect(403).body;
                assert_eq!(refused["code"], "stock_not_permitted", "{body}");
                assert!(refused["detail"].as_str().unwrap().contains("permission `stock`"), "{body}");
            }
        }
    }
    assert_eq!(shop.app.count("select count(*) from imports").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_that_keeps_the_stock_needs_only_the_catalogue(db: PgPool) {
    let shop = Shop::open(db);
    let clerk = shop.editor_with(&[Permission::Catalogue]).await;
    let mut body = import_of(1);
    body["stock"] = json!("keep");

    let created = clerk.post(IMPORTS, body).await.expect(201).body;

    assert_eq!(created["stock"], "keep");
    shop.upload(&created, b"1");
    clerk.post(&format!("{IMPORTS}{}/start/", created["id"].as_str().unwrap()), json!({})).await.expect(202);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_of_another_author_needs_the_permission_to_be_started(db: PgPool) {
    let shop = Shop::open(db);
    let (editor, clerk) = (shop.editor().await, shop.editor_with(&[Permission::Catalogue]).await);
    let created = editor.post(IMPORTS, import_of(1)).await.expect(201).body;
    shop.upload(&created, b"1");
    let start = format!("{IMPORTS}{}/start/", created["id"].as_str().unwrap());

    assert_eq!(clerk.post(&start, json!({})).await.expect(403).body["code"], "stock_not_permitted");

    assert_eq!(shop.app.count("select count(*) from imports where status = 'waiting'").await, 1);
    editor.post(&start, json!({})).await.expect(202);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_and_an_export_name_who_created_them(db: PgPool) {
    let shop = Shop::open(db);
    let staff = shop.app.a_staff_user().await;
    let key = shop.app.an_api_key_of(&staff, Permissions::from_iter([Permission::Catalogue, Permission::Stock])).await;
    let key_id = key.split('_').nth(1).unwrap().to_owned();
    for path in [IMPORTS, crate::EXPORTS] {
        let by_person = shop.app.client_of(&staff).post(path, import_of(1)).await.body;
        assert_eq!(
            (&by_person["actor_id"], &by_person["actor_api_key_id"]),
            (&json!(staff.id), &json!(null)),
            "{path}"
        );
        let by_program = shop.app.with_key(&key).post(path, import_of(1)).await.body;
        assert_eq!(by_program["actor_id"], json!(null), "{path}");
        let named = by_program["actor_api_key_id"].as_str().unwrap().replace('-', "");
        assert_eq!(named, key_id.replace('-', ""), "{path}");
    }
}
