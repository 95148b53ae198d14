//! The OpenAPI document of these operations.

use serde_json::Value;

fn document() -> Value {
    let (_, document) = auth::router().split_for_parts();
    serde_json::to_value(document).expect("an OpenAPI document")
}

#[test]
fn token_errors_have_their_own_schema() {
    for path in ["/auth/jwt/create/", "/auth/jwt/refresh/", "/auth/jwt/verify/"] {
        let refusal = &document()["paths"][path]["post"]["responses"]["401"]["content"]["application/json"]["schema"];
        assert_eq!(refusal["$ref"], "#/components/schemas/TokenRefusal", "{path}");
    }
}

#[test]
fn passwords_are_write_only() {
    let document = document();
    for (schema, field) in [("CreateUser", "password"), ("CreateToken", "password"), ("DeleteUser", "current_password")]
    {
        let password = &document["components"]["schemas"][schema]["properties"][field];
        assert_eq!(password["writeOnly"], true, "{schema}");
        assert_eq!(password["format"], "password", "{schema}");
    }
}
