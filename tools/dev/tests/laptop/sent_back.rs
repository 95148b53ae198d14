//! Every PUT and PATCH of a thing that can be read: what GET has answered can be sent back as it is.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use dev::openapi::operations;

use crate::a_directory;
use crate::process::{Answer, Serving};

/// A shop and the token of its member of staff.
struct Staff {
    shop: Serving,
    token: String,
}

impl Staff {
    fn open() -> Self {
        let shop = Serving::start(&a_directory());
        let login = json!({"email": "staff@example.com", "password": "staff-on-this-machine"});
        let token = shop.post("/auth/jwt/create/", &login).json()["access"].as_str().unwrap().to_owned();
        Self { shop, token }
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let headers = format!("authorization: Bearer {}\r\ncontent-type: application/json\r\n", self.token);
        self.shop.send(method, path, &headers, body)
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.send("GET", path, "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    fn create(&self, path: &str, body: &Value) -> Value {
        let answer = self.send("POST", path, &body.to_string());
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        answer.json()
    }

    /// Creates one of each thing; returns the path of each by its path in the document.
    fn create_things(&self) -> BTreeMap<&'static str, String> {
        let catalogue = "/api/v1/catalogue";
        let category = self.create(&format!("{catalogue}/categories/"), &json!({"name": "Sent back"}))["id"].clone();
        let brand = self.create(&format!("{catalogue}/brands/"), &json!({"name": "Sent back"}))["id"].clone();
        let product = self.create(&format!("{catalogue}/products/"), &a_product(&category, &brand));
        let (variant, value) = (&product["variants"][0], &product["variants"][0]["attribute_values"][0]);
        let cart =
            self.create("/api/v1/cart/", &json!({"items": [{"product_variant_id": variant["id"], "quantity": 2}]}));
        let address = json!({"name": "Ana", "line1": "Hafenstr. 1", "city": "Hamburg", "country": "DE"});
        let address = self.create("/auth/addresses/", &address)["id"].clone();
        let role = self.create("/auth/roles/", &json!({"name": "Sent back", "permissions": ["stock"]}))["id"].clone();
        let me = self.get("/auth/users/me/")["id"].clone();
        let products = format!("{catalogue}/products/{}", product["id"]);
        let attribute = format!("{catalogue}/attributes/{}", value["attribute_id"]);
        BTreeMap::from([
            (
                "/api/v1/cart/{id}/items/{line_id}/",
                format!("/api/v1/cart/{}/items/{}/", cart["id"].as_str().unwrap(), cart["items"][0]["id"]),
            ),
            ("/api/v1/catalogue/attributes/{id}/", format!("{attribute}/")),
            ("/api/v1/catalogue/attributes/{id}/values/{value_id}/", format!("{attribute}/values/{}/", value["id"])),
            ("/api/v1/catalogue/brands/{id_or_slug}/", format!("{catalogue}/brands/{brand}/")),
            ("/api/v1/catalogue/categories/{id_or_slug}/", format!("{catalogue}/categories/{category}/")),
            (
                "/api/v1/catalogue/categories/{id_or_slug}/products/order/",
                format!("{catalogue}/categories/{category}/products/order/"),
            ),
            ("/api/v1/catalogue/products/{id_or_slug}/", format!("{products}/")),
            (
                "/api/v1/catalogue/products/{id_or_slug}/images/{image_id}/",
                format!("{products}/images/{}/", product["images"][0]["id"]),
            ),
            (
                "/api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/",
                format!("{products}/variants/{}/", variant["id"]),
            ),
            ("/auth/addresses/{id}/", format!("/auth/addresses/{address}/")),
            ("/auth/profile/", "/auth/profile/".to_owned()),
            ("/auth/roles/{id}/", format!("/auth/roles/{role}/")),
            ("/auth/users/me/", "/auth/users/me/".to_owned()),
            ("/auth/users/{id}/", format!("/auth/users/{me}/")),
        ])
    }
}

fn a_product(category: &Value, brand: &Value) -> Value {
    json!({
        "name": "Sent Back", "base_price": "10.00", "brand_id": brand, "category_ids": [category], "tags": ["a"],
        "variants": [
            {"sku": "SENT-S", "options": [{"attribute": "Size", "value": "S"}], "inventory_count": 3, "compare_at_price": "12.00"},
            {"sku": "SENT-M", "options": [{"attribute": "Size", "value": "M"}], "own_price": "11.00"},
        ],
        "images": [{"url": "/dev/images/sent.svg", "variant_sku": "SENT-S"}, {"url": "https://cdn.example.com/back.jpg"}],
    })
}

#[test]
fn what_get_has_answered_can_be_sent_back() {
    let staff = Staff::open();
    let things = staff.create_things();
    let document = dev::openapi::document().unwrap();

    let (mut sent, mut findings) = (0, Vec::new());
    for (path, method, operation) in operations(&document) {
        let can_be_read = document["paths"][path.as_str()]["get"].is_object();
        if !["put", "patch"].contains(&method.as_str()) || !can_be_read {
            continue;
        }
        let id = operation["operationId"].as_str().unwrap();
        let Some(at) = things.get(path.as_str()) else {
            findings.push(format!("{id}: this test does not create one"));
            continue;
        };
        let before = staff.get(at);
        let answer = staff.send(&method.to_uppercase(), at, &before.to_string());
        sent += 1;
        if answer.status != 200 {
            findings.push(format!("{id}: {}: {}", answer.status, answer.body));
        } else if unchanging(staff.get(at)) != unchanging(before) {
            findings.push(format!("{id}: the answer sent back has changed something: {}", answer.body));
        }
    }

    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert!(sent > 20, "{sent} were sent");
    assert!(staff.shop.interrupt().1.success());
}

/// Leaves out the time of the change.
fn unchanging(mut thing: Value) -> Value {
    if let Some(fields) = thing.as_object_mut() {
        fields.remove("updated_at");
    }
    thing
}
