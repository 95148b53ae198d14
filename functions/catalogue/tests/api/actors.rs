//! Price history, ledger and audit log name who changed what.

use serde_json::{Value, json};
use shared::ids::{ApiKeyId, UserId};
use shared::testing::{Client, TestApp, TestUser};
use shared::users::{Permission, Permissions};
use sqlx::PgPool;

use crate::create_product::{create_shirt, path};
use crate::{PRODUCTS, app};

type Actor = (Option<UserId>, Option<ApiKeyId>);

/// A person and a program who may change the catalogue and stock.
struct Two {
    app: TestApp,
    ana: TestUser,
    key: ApiKeyId,
    person: Client,
    program: Client,
}

impl Two {
    async fn new(db: PgPool) -> Self {
        let app = app(db);
        let ana = app.a_staff_user().await;
        let scopes = Permissions::from_iter([Permission::Catalogue, Permission::Stock]);
        let secret = app.an_api_key_of(&app.a_staff_user().await, scopes).await;
        let key = sqlx::query_scalar("select id from api_keys").fetch_one(&app.db).await.unwrap();
        let (person, program) = (app.client_of(&ana), app.with_key(&secret));
        Self { app, ana, key, person, program }
    }

    fn by_person(&self) -> Actor {
        (Some(self.ana.id), None)
    }

    fn by_program(&self) -> Actor {
        (None, Some(self.key))
    }

    /// Returns the prices of the variant with this SKU, oldest first, with their actors.
    async fn prices(&self, sku: &str) -> Vec<(i64, Option<UserId>, Option<ApiKeyId>)> {
        sqlx::query_as(
            "select h.price, h.actor_user_id, h.actor_api_key_id
               from variant_prices h join product_variants v on v.id = h.variant_id
              where v.sku = $1 order by h.at",
        )
        .bind(sku)
        .fetch_all(&self.app.db)
        .await
        .unwrap()
    }

    /// Returns the lines of the ledger with their actors.
    async fn ledger(&self) -> Vec<(String, i32, Option<UserId>, Option<ApiKeyId>)> {
        sqlx::query_as("select reason, change, actor_user_id, actor_api_key_id from stock_ledger order by id")
            .fetch_all(&self.app.db)
            .await
            .unwrap()
    }

    /// Returns the kinds and details of the lines of the audit log after this one.
    async fn lines_after(&self, id: i64) -> Vec<(String, Value)> {
        sqlx::query_as("select kind, details from audit_log where id > $1 order by id")
            .bind(id)
            .fetch_all(&self.app.db)
            .await
            .unwrap()
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_price_history_names_who_set_each_price(db: PgPool) {
    let two = Two::new(db).await;
    let shirt = create_shirt(&two.person).await;
    let items = |price: &str| json!({"items": [{"sku": "OCEAN-S", "price": price}]});

    two.program.post("/api/v1/catalogue/bulk/prices/", items("0.01")).await.expect(200);
    two.person.post("/api/v1/catalogue/bulk/prices/", items("49.90")).await.expect(200);
    two.program.patch(&path(&shirt["id"].to_string()), json!({"base_price": "60.00"})).await.expect(200);
    let medium = path(&format!("{}/variants/{}", shirt["id"], shirt["variants"][1]["id"]));
    two.person.patch(&medium, json!({"price_adjustment": "1.00"})).await.expect(200);

    let ((user, no_key), (no_user, key)) = (two.by_person(), two.by_program());
    assert_eq!(two.prices("OCEAN-S").await, [(4_990, user, no_key), (1, no_user, key), (4_990, user, no_key)]);
    assert_eq!(two.prices("OCEAN-M").await, [(5_240, user, no_key), (6_250, no_user, key), (6_100, user, no_key)]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_ledger_names_who_changed_the_stock(db: PgPool) {
    let two = Two::new(db).await;
    let shirt = create_shirt(&two.person).await;
    let items = json!({"items": [{"sku": "OCEAN-M", "received": 4}]});
    two.program.post("/api/v1/catalogue/bulk/stock/", items).await.expect(200);
    two.person.delete(&path(&format!("{}/variants/{}", shirt["id"], shirt["variants"][0]["id"]))).await.expect(204);

    two.program.delete(&path(&shirt["id"].to_string())).await.expect(204);

    let ((user, no_key), (no_user, key)) = (two.by_person(), two.by_program());
    let line = |reason: &str, change, user, key| (reason.to_owned(), change, user, key);
    assert_eq!(
        two.ledger().await,
        [
            line("received", 3, user, no_key),
            line("received", 4, no_user, key),
            line("written_off", -3, user, no_key),
            line("written_off", -4, no_user, key),
        ]
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_line_of_the_audit_log_says_what_changed(db: PgPool) {
    let two = Two::new(db).await;
    let shirt = create_shirt(&two.person).await;
    let (id, at) = (&shirt["id"], path(&shirt["id"].to_string()));
    let before = two.app.count("select max(id) from audit_log").await;

    two.person.patch(&at, json!({"status": "draft", "name": "Shirt"})).await.expect(200);
    // Nothing changes.
    two.person.patch(&at, json!({"status": "draft", "name": "Shirt"})).await.expect(200);
    two.person.patch(&at, json!({"status": "nonsense"})).await.expect(400);
    let items =
        json!({"items": [{"sku": "OCEAN-S", "price": "7.00"}, {"sku": "NOWHERE", "price": "7.00"}], "dry_run": false});
    two.person.post("/api/v1/catalogue/bulk/prices/", items.clone()).await.expect(200);
    two.person.post("/api/v1/catalogue/bulk/prices/", items).await.expect(200);
    two.person.delete(&at).await.expect(204);

    let slug = &shirt["slug"];
    assert_eq!(
        two.lines_after(before).await,
        [
            (
                "product_changed".to_owned(),
                json!({"product_id": id, "slug": slug, "status": "draft", "changed": ["name", "status"]})
            ),
            ("prices_changed".to_owned(), json!({"variants": 1, "variant_ids": [shirt["variants"][0]["id"]]})),
            ("product_deleted".to_owned(), json!({"product_id": id, "slug": slug})),
        ]
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_that_orders_refer_to_is_recorded_as_archived(db: PgPool) {
    let two = Two::new(db).await;
    let shirt = create_shirt(&two.person).await;
    let variant: shared::ids::VariantId = serde_json::from_value(shirt["variants"][0]["id"].clone()).unwrap();
    two.app.a_cart().with(variant, 1).create().await;
    let before = two.app.count("select max(id) from audit_log").await;

    two.program.delete(&format!("{PRODUCTS}{}/", shirt["id"])).await.expect(200);

    let lines = two.lines_after(before).await;
    assert_eq!((lines.len(), lines[0].0.as_str(), &lines[0].1["status"]), (1, "product_archived", &json!("archived")));
    assert_eq!(two.app.count("select version from products").await, 2);
}
