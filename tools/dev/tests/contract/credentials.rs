//! Public and private operations. The tests read the API description, so no operation can be forgotten here.

use axum::body::Body;
use http::{Request, StatusCode};
use tower::ServiceExt as _;

use crate::functions::{Operation, operations, serve_without_database};

/// Operations that anyone may call without a token. Add one only on purpose.
const PUBLIC: &[&str] = &[
    // auth: getting an account or a token, verifying a token, and the links in mails for people who cannot log in
    "get_auth",
    "create_user",
    "activate_user",
    "resend_activation",
    "reset_password",
    "reset_password_confirm",
    "reset_email",
    "reset_email_confirm",
    "create_token",
    "refresh_token",
    "verify_token",
    "log_out",
    // auth: the public keys with which other services verify a token
    "get_jwks",
    // catalogue: everything on sale
    "get_catalogue",
    "list_products",
    "get_product",
    "list_product_variants",
    "get_product_variant",
    "list_product_images",
    "get_product_image",
    "list_brands",
    "get_brand",
    "list_categories",
    "get_category",
    "get_category_tree",
    "list_attributes",
    "get_attribute",
    "get_attribute_value",
    // catalogue: back-in-stock mails, for which an address without an account is enough
    "subscribe_to_back_in_stock",
    "confirm_back_in_stock_subscription",
    // cart: the id of a guest's cart is enough to use it
    "create_cart",
    "get_cart",
    "delete_cart",
    "list_cart_items",
    "get_cart_item",
    "add_cart_item",
    "update_cart_item",
    "remove_cart_item",
    // docs: this document
    "get_schema",
];

#[test]
fn the_public_operations_are_exactly_those_of_the_list() {
    let public: Vec<String> = operations()
        .iter()
        .filter(|operation| !operation.is_private())
        .map(|operation| operation.id().to_owned())
        .collect();
    for id in &public {
        assert!(PUBLIC.contains(&id.as_str()), "anybody may call {id}: is that meant? Then add it to PUBLIC");
    }
    for id in PUBLIC {
        assert!(public.iter().any(|public| public == id), "{id} is on the list and not in the document as public");
    }
}

/// There is no database: an operation refuses the request before it looks at anything else.
#[tokio::test]
async fn every_private_operation_refuses_a_request_without_valid_credentials() {
    let mut count = 0;
    for operation in operations().iter().filter(|operation| operation.is_private()) {
        for credentials in
            [None, Some("Bearer forged"), Some("Basic YTpi"), Some("Bearer"), Some("Api-Key forged"), Some("Api-Key")]
        {
            let (status, challenge) = ask(operation, credentials).await;
            let name = format!("{} {} with {credentials:?}", operation.method, operation.path);
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{name}");
            assert_eq!(challenge, "Bearer realm=\"api\"", "{name}");
        }
        count += 1;
    }
    assert!(count >= 3, "the document has {count} private operations");
}

async fn ask(operation: &Operation, credentials: Option<&str>) -> (StatusCode, String) {
    let mut request = Request::builder().method(operation.method.as_str()).uri(operation.concrete_path());
    if let Some(credentials) = credentials {
        request = request.header("authorization", credentials);
    }
    // The body is not valid JSON: a caller without valid credentials must get 401 and not 400.
    let request = request.header("content-type", "application/json").body(Body::from("{")).unwrap();
    let response = serve_without_database(operation.function).oneshot(request).await.unwrap();
    let challenge = response.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
    (response.status(), challenge.unwrap_or_default())
}
