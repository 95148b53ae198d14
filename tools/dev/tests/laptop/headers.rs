//! The headers of every operation, read from a running shop.

use serde_json::json;

use dev::openapi::operations;

use crate::a_directory;
use crate::examples::concrete;
use crate::process::{Answer, Serving};

/// The operations whose answer a cache may keep, because it is the same for all who may see it.
const CACHED: &[&str] = &[
    "get_attribute",
    "get_attribute_value",
    "get_brand",
    "get_catalogue",
    "get_category",
    "get_category_tree",
    "get_jwks",
    "get_product",
    "get_product_image",
    "get_product_variant",
    "get_schema",
    "list_attributes",
    "list_brands",
    "list_categories",
    "list_product_images",
    "list_product_variants",
    "list_products",
];

#[test]
fn only_public_reads_may_be_kept_by_a_cache_and_no_browser_guesses_a_type() {
    let shop = Serving::start(&a_directory());
    let login = json!({"email": "staff@example.com", "password": "staff-on-this-machine"});
    let tokens = shop.post("/auth/jwt/create/", &login);
    let token = tokens.json()["access"].as_str().unwrap().to_owned();
    answers_with_secrets_are_not_kept(&shop, &tokens);
    let document = dev::openapi::document().unwrap();

    let (mut sent, mut kept, mut findings) = (0, 0, Vec::new());
    for (path, method, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        let bodies = operation["requestBody"]["content"].as_object();
        let (content_type, content) = bodies.and_then(|all| all.iter().next()).unzip();
        let body = content.map_or_else(String::new, |content| {
            content["example"].as_str().map_or_else(|| content["example"].to_string(), str::to_owned)
        });
        for credentials in [format!("authorization: Bearer {token}\r\n"), String::new()] {
            sent += 1;
            // Each request comes from its own address, because the limits would otherwise refuse some.
            let headers = format!(
                "{credentials}content-type: {}\r\nx-forwarded-for: 10.2.{}.{}\r\n",
                content_type.map_or("application/json", String::as_str),
                sent / 200,
                sent % 200
            );
            let answer = shop.send(&method.to_uppercase(), &concrete(&document, path, operation), &headers, &body);
            let is_kept = answer.header("cache-control") != ["no-store"];
            kept += usize::from(is_kept);
            if !has_headers(&answer) || (is_kept && !(method == "get" && CACHED.contains(&id))) {
                findings.push(format!("{id}: {}: {:?}", answer.status, answer.header("cache-control")));
            }
        }
    }

    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert!(sent > 150 && kept > 10, "{sent} were sent, {kept} may be kept");
    assert!(shop.interrupt().1.success());
}

/// Returns true if the response has each header once, and none that a server without TLS must not send.
fn has_headers(answer: &Answer) -> bool {
    answer.header("cache-control").len() == 1
        && answer.header("x-content-type-options") == ["nosniff"]
        && answer.header("strict-transport-security").is_empty()
}

/// The examples of these operations are refused, so they are sent once more with what exists.
fn answers_with_secrets_are_not_kept(shop: &Serving, tokens: &Answer) {
    let refreshed = shop.post("/auth/jwt/refresh/", &json!({"refresh": tokens.json()["refresh"]}));
    let cart = shop.post("/api/v1/cart/", &json!({}));
    let same_cart = shop.get(&format!("/api/v1/cart/{}/", cart.json()["id"].as_str().unwrap()));
    let me = shop.get_with_token("/auth/users/me/", tokens.json()["access"].as_str().unwrap());
    for (answer, status) in [(tokens, 200), (&refreshed, 200), (&cart, 201), (&same_cart, 200), (&me, 200)] {
        assert_eq!((answer.status, answer.header("cache-control")), (status, vec!["no-store"]), "{}", answer.body);
    }
}
