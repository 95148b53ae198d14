//! Staff: they receive, adjust and count stock, change prices, archive and delete, import files and erase accounts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::{Method, Request};
use serde_json::{Value, json};
use tokio::time::sleep;
use tower::ServiceExt as _;

use super::{PAUSE, TRIES};
use crate::client::{Answer, Asked, Client};
use crate::record::{Erased, StaffChange};
use crate::seeded::Seeded;
use crate::stage::{PASSWORD, STAFF, Shelf, ShelfProduct, create_product, sku};

/// Path of the stock of many variants.
const STOCK: &str = "/api/v1/catalogue/bulk/stock/";
/// Number of products below which none is deleted.
const KEPT_PRODUCTS: usize = 8;

/// A member of staff.
pub struct Staff {
    /// Client with the token of a member of staff.
    pub client: Client,
    /// Random decisions of this member.
    pub seeded: Seeded,
    /// Products that are for sale.
    pub shelf: Arc<Shelf>,
}

impl Staff {
    /// Works until it is time to stop.
    pub async fn work(mut self, stop: Arc<AtomicBool>) {
        while !stop.load(Ordering::SeqCst) {
            if self.client.token.is_none() && !self.client.log_in(STAFF).await {
                continue;
            }
            let products = self.shelf.products();
            let Some(product) = self.seeded.pick(&products).cloned() else { return };
            let Some(variant) = self.seeded.pick(&product.variants).copied() else { return };
            match self.seeded.within(0..100) {
                0..30 => self.receive(variant).await,
                30..40 => self.adjust(variant).await,
                40..50 => self.count(&product, variant).await,
                50..70 => self.change_price(variant).await,
                70..82 => self.archive(&product, variant).await,
                82..88 if products.len() > KEPT_PRODUCTS => self.delete(&product).await,
                82..92 => {
                    create_product(&self.client, &self.shelf).await;
                }
                92..98 => self.import(&products).await,
                _ => self.erase().await,
            }
            sleep(self.seeded.millis(50..500)).await;
        }
    }

    async fn receive(&mut self, variant: i64) {
        let units = self.seeded.within(1..60);
        self.change_stock(&json!({"variant_id": variant, "received": units})).await;
    }

    async fn adjust(&mut self, variant: i64) {
        let by = i64::try_from(self.seeded.within(1..6)).unwrap_or_default();
        let item = if self.seeded.chance(50) {
            json!({"variant_id": variant, "adjusted_by": by, "reason": "returned"})
        } else {
            json!({"variant_id": variant, "adjusted_by": -by, "reason": "written_off"})
        };
        self.change_stock(&item).await;
    }

    async fn count(&mut self, product: &ShelfProduct, variant: i64) {
        let path = format!("/api/v1/catalogue/products/{}/variants/{variant}/", product.id);
        let Some(read) = self.ask(&Asked::new("read a variant", Method::GET, path, Value::Null)).await else { return };
        let Some(seen) = read.body["inventory_count"].as_u64() else { return };
        let counted = (seen + self.seeded.within(0..5)).saturating_sub(2);
        self.change_stock(&json!({"variant_id": variant, "counted": counted, "on_hand_seen": seen})).await;
    }

    /// Changes the stock of a variant, with the same key until there is an answer.
    async fn change_stock(&mut self, item: &Value) {
        let key = self.seeded.uuid();
        let (mut request_ids, mut is_acknowledged) = (Vec::new(), false);
        for _ in 0..TRIES {
            let asked = Asked::post("change the stock", STOCK, json!({"items": [item]})).with_key(Some(key));
            request_ids.push(asked.request_id.clone());
            let answer = self.client.send(&asked).await;
            if let Some(answer) = answer.filter(|answer| answer.status != 503) {
                self.forget_token(&answer);
                is_acknowledged = answer.status == 200 && answer.body["changed"] == 1;
                break;
            }
            sleep(PAUSE).await;
        }
        self.client.recorder().lock().staff_changes.push(StaffChange { request_ids, is_acknowledged });
    }

    async fn change_price(&mut self, variant: i64) {
        let price = format!("{}.{}0", self.seeded.within(1..60), self.seeded.within(0..10));
        let body = json!({"items": [{"variant_id": variant, "price": price}]});
        self.ask(&Asked::post("change a price", "/api/v1/catalogue/bulk/prices/", body)).await;
    }

    /// Archives a variant, or puts it back on sale, which happens more often.
    async fn archive(&mut self, product: &ShelfProduct, variant: i64) {
        let body = json!({"is_archived": self.seeded.chance(35)});
        let path = format!("/api/v1/catalogue/products/{}/variants/{variant}/", product.id);
        self.ask(&Asked::new("archive a variant", Method::PATCH, path, body)).await;
    }

    /// Deletes a product; if it was ordered, it is archived.
    async fn delete(&mut self, product: &ShelfProduct) {
        let path = format!("/api/v1/catalogue/products/{}/", product.id);
        let answer = self.ask(&Asked::new("delete a product", Method::DELETE, path, Value::Null)).await;
        if answer.is_some_and(|answer| [200, 204, 404].contains(&answer.status)) {
            self.shelf.remove(product.id);
        }
    }

    /// Imports a file with new prices and stocks of a few products, and sends it to the storage as a browser does.
    async fn import(&mut self, products: &[ShelfProduct]) {
        let file = self.file(products);
        let stock = if self.seeded.chance(30) { "set" } else { "initial" };
        let body = json!({"bytes": file.len(), "stock": stock, "keep_missing_variants": true});
        let created = self.ask(&Asked::post("create an import", "/api/v1/catalogue/imports/", body)).await;
        let Some(created) = created.filter(|created| created.status == 201) else { return };
        let (Some(id), Some(url)) = (created.body["id"].as_str(), created.body["upload"]["url"].as_str()) else {
            return;
        };
        let path = url.find("/dev/").and_then(|start| url.get(start..)).unwrap_or_default();
        if self.client.upload(path, file).await {
            let path = format!("/api/v1/catalogue/imports/{id}/start/");
            self.ask(&Asked::post("start an import", path, json!({}))).await;
        }
    }

    fn file(&mut self, products: &[ShelfProduct]) -> String {
        let head = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price\r\n";
        let mut lines = String::from(head);
        for _ in 0..3 {
            let Some(ShelfProduct { number, .. }) = self.seeded.pick(products) else { break };
            let (stock, price) = (self.seeded.within(0..80), self.seeded.within(1..60));
            let [first, second] =
                ["A", "B"].map(|size| format!("{size},{},{stock},{price}.00\r\n", sku(*number, size)));
            let handle = format!("storm-lamp-{number}");
            lines += &format!("{handle},Storm lamp {number},Size,{first}{handle},,,{second}");
        }
        lines
    }

    /// Erases the account of a customer, who may be buying.
    async fn erase(&mut self) {
        let list = Asked::new("list accounts", Method::GET, "/auth/users/?page_size=50", Value::Null);
        let Some(list) = self.ask(&list).await else { return };
        let customers: Vec<Erased> = list.body.as_array().into_iter().flatten().filter_map(customer).collect();
        let Some(erased) = self.seeded.pick(&customers).cloned() else { return };
        let path = format!("/auth/users/{}/", erased.user_id);
        let body = json!({"current_password": PASSWORD});
        let answer = self.ask(&Asked::new("erase an account", Method::DELETE, path, body)).await;
        if answer.is_some_and(|answer| answer.status == 204) {
            self.client.recorder().lock().erased.push(erased);
        }
    }

    async fn ask(&mut self, asked: &Asked) -> Option<Answer> {
        let answer = self.client.insist(asked).await?;
        self.forget_token(&answer);
        Some(answer)
    }

    fn forget_token(&mut self, answer: &Answer) {
        if answer.status == 401 {
            self.client.token = None;
        }
    }
}

/// Reads an account of the list; `None` for members of staff.
fn customer(account: &Value) -> Option<Erased> {
    let email = account["email"].as_str().filter(|email| *email != STAFF)?;
    Some(Erased { user_id: account["id"].as_i64()?, email: email.to_owned() })
}

impl Client {
    /// Sends a file with the presigned request for this path; returns true if the storage has it.
    async fn upload(&self, path: &str, file: String) -> bool {
        let request = Request::put(path).header(HOST, "shop.test").header(CONTENT_TYPE, "text/csv");
        let request = request.header(CONTENT_LENGTH, file.len()).body(Body::from(file));
        let Ok(request) = request else { return false };
        let Ok(response) = self.router().oneshot(request).await;
        response.status().is_success()
    }
}
