//! Every operation that changes the catalogue, its stock, an import or an export names who did it: with a line in the audit log, or, for an upload, in
//! its row. The operations are those of the API description, so a new one fails here until it is in the table of requests below and names its actor.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Body;
use http::Method;
use serde_json::{Value, json};
use shared::app::service;
use shared::ids::{ApiKeyId, UserId};
use shared::storage::Storage as _;
use shared::testing::{Client, MemoryStorage, RecordingJobs, TestApp};
use shared::users::{Permission, Permissions};
use sqlx::PgPool;
use transfers::TransfersState;

use crate::functions::{Operation, operations, serve};

const ROOT: &str = "/api/v1/catalogue/";

/// An actor as the audit log names it: an account or an API key.
type Named = (Option<UserId>, Option<ApiKeyId>);

/// A request for an operation.
struct Ask {
    path: String,
    body: Value,
}

impl Ask {
    fn new(path: impl std::fmt::Display, body: Value) -> Self {
        Self { path: format!("{ROOT}{path}"), body }
    }
}

/// A shop with the functions that write the catalogue. What a request needs is created by a superuser.
struct Shop {
    app: TestApp,
    files: Arc<MemoryStorage>,
    catalogue: Client,
    transfers: Client,
    /// Credentials of the superuser.
    owner: String,
    numbers: AtomicU32,
}

impl Shop {
    async fn open(db: PgPool) -> Self {
        let app = TestApp::without_routes(db);
        let files = Arc::new(MemoryStorage::default());
        let transfers =
            TransfersState { app: app.app.clone(), storage: files.clone(), jobs: Arc::new(RecordingJobs::default()) };
        let transfers = Client::new(service(transfers::router(), transfers));
        let catalogue = Client::new(serve("catalogue", &app.app, &app.signer).unwrap());
        let owner = format!("Bearer {}", app.a_superuser().await.token);
        Self { app, files, catalogue, transfers, owner, numbers: AtomicU32::new(0) }
    }

    /// Returns a client of the function that has this path, with these credentials.
    fn client(&self, path: &str, credentials: &str) -> Client {
        let is_transfer = path.contains("/imports/") || path.contains("/exports/");
        let client = if is_transfer { &self.transfers } else { &self.catalogue };
        client.clone().header("authorization", credentials)
    }

    /// Returns a name that nothing else has.
    fn name(&self) -> String {
        format!("name{}", self.numbers.fetch_add(1, Ordering::Relaxed))
    }

    async fn made(&self, path: &str, body: Value) -> Value {
        let path = format!("{ROOT}{path}");
        let answer = self.client(&path, &self.owner).post(&path, body).await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.text);
        answer.body
    }

    async fn product(&self) -> Value {
        let body = json!({"name": self.name(), "base_price": "5.00", "variants": [{"sku": self.name()}]});
        self.made("products/", body).await
    }

    async fn image(&self) -> (Value, Value) {
        let product = self.product().await;
        let images = format!("products/{}/images/", product["id"]);
        let image = self.made(&images, json!({"url": "https://cdn.test/a.jpg"})).await;
        (product, image)
    }

    async fn attribute_value(&self) -> (Value, Value) {
        let attribute = self.made("attributes/", json!({"name": self.name(), "values": ["a"]})).await;
        let value = attribute["values"][0].clone();
        (attribute, value)
    }

    /// Creates an import, with its file in the storage.
    async fn import(&self) -> Value {
        let import = self.made("imports/", json!({"bytes": 1})).await;
        let key = import["upload"]["url"].as_str().unwrap().strip_prefix("https://storage.test/").unwrap().to_owned();
        self.files.write(&key, "text/csv", b"x".to_vec()).await.unwrap();
        import
    }

    /// Returns a request that changes something, for each operation that changes the catalogue.
    async fn ask(&self, operation: &str) -> Ask {
        let name = json!({"name": self.name()});
        match operation {
            "create_product" => Ask::new("products/", json!({"name": self.name(), "base_price": "1.00"})),
            "replace_product" => {
                let mut product = self.product().await;
                product["name"] = json!(self.name());
                Ask::new(format!("products/{}/", product["id"]), product)
            }
            "update_product" => {
                Ask::new(format_args!("products/{}/", self.product().await["id"]), json!({"status": "archived"}))
            }
            "delete_product" => Ask::new(format_args!("products/{}/", self.product().await["id"]), json!({})),
            "create_product_variant" => Ask::new(
                format_args!("products/{}/variants/", self.product().await["id"]),
                json!({"sku": self.name(), "options": [{"attribute": "Size", "value": "L"}]}),
            ),
            "create_variant_combinations" => Ask::new(
                format_args!("products/{}/variants/combinations/", self.product().await["id"]),
                json!({"options": [{"attribute": "Size", "values": ["S", "M"]}]}),
            ),
            "replace_product_variant" | "update_product_variant" | "delete_product_variant" => {
                let product = self.product().await;
                let variant = &product["variants"][0];
                let body = json!({"sku": variant["sku"], "own_price": "0.01"});
                Ask::new(format_args!("products/{}/variants/{}/", product["id"], variant["id"]), body)
            }
            "create_product_image" => Ask::new(
                format_args!("products/{}/images/", self.product().await["id"]),
                json!({"url": "https://cdn.test/a.jpg"}),
            ),
            "replace_product_image" | "update_product_image" | "delete_product_image" => {
                let (product, image) = self.image().await;
                let body = json!({"url": "https://cdn.test/b.jpg"});
                Ask::new(format_args!("products/{}/images/{}/", product["id"], image["id"]), body)
            }
            "create_brand" => Ask::new("brands/", name),
            "replace_brand" | "update_brand" | "delete_brand" => {
                let brand = self.made("brands/", json!({"name": self.name()})).await;
                Ask::new(format_args!("brands/{}/", brand["id"]), name)
            }
            "create_category" => Ask::new("categories/", name),
            "replace_category" | "update_category" | "delete_category" => {
                let category = self.made("categories/", json!({"name": self.name()})).await;
                Ask::new(format_args!("categories/{}/", category["id"]), name)
            }
            "set_product_order" => {
                let category = self.made("categories/", name).await;
                let body = json!({"name": self.name(), "base_price": "1.00", "category_ids": [category["id"]]});
                let product = self.made("products/", body).await;
                let order = json!({"product_ids": [product["id"]]});
                Ask::new(format_args!("categories/{}/products/order/", category["id"]), order)
            }
            "import_taxonomy" => Ask::new("taxonomy/", json!(format!("1 - {}", self.name()))),
            "create_attribute" => Ask::new("attributes/", name),
            "replace_attribute" | "update_attribute" | "delete_attribute" => {
                Ask::new(format_args!("attributes/{}/", self.attribute_value().await.0["id"]), name)
            }
            "create_attribute_value" => Ask::new(
                format_args!("attributes/{}/values/", self.attribute_value().await.0["id"]),
                json!({"value": "b"}),
            ),
            "replace_attribute_value" | "update_attribute_value" | "delete_attribute_value" => {
                let (attribute, value) = self.attribute_value().await;
                let body = json!({"value": "c"});
                Ask::new(format_args!("attributes/{}/values/{}/", attribute["id"], value["id"]), body)
            }
            "change_prices" => {
                let product = self.product().await;
                let item = json!({"variant_id": product["variants"][0]["id"], "price": "0.01"});
                Ask::new("bulk/prices/", json!({"items": [item]}))
            }
            "change_stock" => {
                let product = self.product().await;
                let item = json!({"variant_id": product["variants"][0]["id"], "received": 3});
                Ask::new("bulk/stock/", json!({"items": [item]}))
            }
            "create_import" => Ask::new("imports/", json!({"bytes": 1})),
            "start_import" | "cancel_import" => {
                let import = self.import().await;
                let verb = operation.trim_end_matches("_import");
                Ask::new(format_args!("imports/{}/{verb}/", import["id"].as_str().unwrap()), json!({}))
            }
            "create_export" => Ask::new("exports/", json!({})),
            "cancel_export" => {
                let export = self.made("exports/", json!({})).await;
                Ask::new(format_args!("exports/{}/cancel/", export["id"].as_str().unwrap()), json!({}))
            }
            _ => panic!("add a request for {operation} here, which changes something; it has to name its actor"),
        }
    }

    /// Sends the request and returns the actors that the lines name which it wrote into the audit log.
    async fn actors_of(&self, operation: &Operation, credentials: &str) -> Vec<Named> {
        let Ask { path, body } = self.ask(operation.id()).await;
        let before: i64 =
            sqlx::query_scalar("select coalesce(max(id), 0) from audit_log").fetch_one(&self.app.db).await.unwrap();
        let client = self.client(&path, credentials);
        let method: Method = operation.method.parse().unwrap();
        let answer = if let Value::String(text) = body {
            client.header("content-type", "text/plain").send(method, &path, Body::from(text)).await
        } else {
            client.send_json(method, &path, body).await
        };
        assert!((200..300).contains(&answer.status), "{}: {}", operation.id(), answer.text);
        sqlx::query_as("select actor_user_id, actor_api_key_id from audit_log where id > $1")
            .bind(before)
            .fetch_all(&self.app.db)
            .await
            .unwrap()
    }
}

/// Returns the operations that change the catalogue, its stock, an import or an export. The rows of uploads name their actors, and finishing one adds
/// nothing to the catalogue.
fn writing() -> Vec<Operation> {
    let needs = |operation: &Operation| {
        operation.permission().is_some_and(|needed| [Permission::Catalogue, Permission::Stock].contains(&needed))
    };
    let is_upload = |operation: &Operation| ["create_upload", "finish_upload"].contains(&operation.id());
    let all = operations().into_iter().filter(|operation| operation.method != "GET" && operation.method != "HEAD");
    all.filter(|operation| needs(operation) && !is_upload(operation)).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_operation_that_changes_the_catalogue_names_its_actor(db: PgPool) {
    let shop = Shop::open(db).await;
    let staff = shop.app.a_staff_user().await;
    let scopes = Permissions::from_iter([Permission::Catalogue, Permission::Stock]);
    let key = shop.app.an_api_key_of(&staff, scopes).await;
    let key_id: ApiKeyId = sqlx::query_scalar("select id from api_keys").fetch_one(&shop.app.db).await.unwrap();
    let (person, program) = (format!("Bearer {}", staff.token), format!("Api-Key {key}"));
    let operations = writing();
    assert!(operations.len() > 30, "{} operations", operations.len());
    for operation in &operations {
        let by_person = shop.actors_of(operation, &person).await;
        assert_eq!(by_person, [(Some(staff.id), None)], "{}", operation.id());
        let by_program = shop.actors_of(operation, &program).await;
        assert_eq!(by_program, [(None, Some(key_id))], "{}", operation.id());
    }
}
