//! Carts of guests, the pages of staff, and uploads: keys, cookies and signatures.

use serde_json::json;
use shared::testing::{Client, TestApp};

use super::{SUPERUSER_PASSWORD, Secrets};

pub(super) async fn check_out(test: &TestApp, client: &Client, secrets: &mut Secrets, access: &str) {
    let shoes = test.a_product().stock(1).create().await;
    let client = client.clone().bearer(access).header("idempotency-key", "a key");
    // Anyone who knows the id of a guest's cart may use the cart.
    for status in [201, 409] {
        let cart = test.a_cart().with(shoes.variant, 1).create().await;
        secrets.add(if status == 201 { "a guest's cart" } else { "another guest's cart" }, cart.0);
        client.clone().without_token().get(&format!("/api/v1/cart/{}/", cart.0)).await.expect(200);
        let client = client.clone().header("idempotency-key", &format!("key of {status}"));
        client.post("/api/v1/orders/", json!({ "cart_id": cart })).await.expect(status);
    }
}

pub(super) async fn use_the_staff_pages(client: &Client, secrets: &mut Secrets) {
    let login = json!({"email": "root@example.com", "password": SUPERUSER_PASSWORD});
    let tokens = client.post("/auth/jwt/create/", login).await.expect(200).body;
    let access = secrets.add_token(["a staff's token", "the staff token's signature"], &tokens["access"]);
    let browser = client.clone().header("origin", "http://shop.test");
    browser.get("/admin/sign-in/").await.expect(200);
    let session = browser.post("/admin/session/", json!({"access": access})).await.expect(204);
    let cookie = session.header("set-cookie").split(';').next().unwrap().to_owned();
    secrets.add("the session's cookie", &cookie);
    browser.clone().header("cookie", &cookie).get("/admin/").await.expect(200);
    browser.clone().header("cookie", &cookie[..cookie.len() - 5]).get("/admin/").await.expect(303);
    create_an_upload(&client.clone().bearer(&access), secrets).await;
    browser.header("cookie", &cookie).post("/admin/sign-out/", json!({})).await.expect(303);
}

/// Starts an upload. Anyone who has its URL may send the file.
async fn create_an_upload(staff: &Client, secrets: &mut Secrets) {
    let uploads = "/api/v1/catalogue/uploads/";
    let created = staff.post(uploads, json!({"content_type": "image/png", "bytes": 100})).await.expect(201).body;
    let signature = created["upload"]["url"].as_str().unwrap().split("X-Amz-Signature=").nth(1).unwrap();
    secrets.add("the signature of an upload", signature.split('&').next().unwrap());
    staff.post(&format!("{uploads}{}/finish/", created["id"].as_str().unwrap()), json!({})).await.expect(500);
}
