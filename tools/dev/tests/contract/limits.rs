//! The limits of API Gateway: operations that hash a password have their own, which no other operation can use up.

use serde_json::Value;

use crate::functions::{Operation, operations};
use crate::template::{FinalSlash, Resource, Route, resource, route_of, routes, template};

/// Pages that are not in the API description: their method, their path, and whether they hash a password.
const PAGES: &[(&str, &str, bool)] = &[
    ("GET", "/auth/pages/activate/Mg/10-ab/", false),
    ("POST", "/auth/pages/activate/Mg/10-ab/", true),
    ("GET", "/auth/pages/password/reset/Mg/10-ab/", false),
    ("POST", "/auth/pages/password/reset/Mg/10-ab/", true),
    ("GET", "/auth/pages/email/reset/Mg/10-ab/", false),
    ("POST", "/auth/pages/email/reset/Mg/10-ab/", false),
    ("GET", "/auth/pages/back-in-stock/10-ab/", false),
    ("POST", "/auth/pages/back-in-stock/10-ab/", false),
    ("POST", "/admin/session/", false),
];

/// Returns true if the operation hashes a password: its body has one. The functions hash a password wherever they read one, and nowhere else.
fn is_hashing(operation: &Operation, schemas: &Value) -> bool {
    let bodies = operation.json["requestBody"]["content"].as_object();
    let mut schemas = bodies.into_iter().flat_map(|bodies| bodies.values()).map(|body| {
        let name = body["schema"]["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
        name.map_or(&body["schema"], |name| &schemas[name])
    });
    schemas.any(|schema| {
        let fields = schema["properties"].as_object();
        fields.is_some_and(|fields| fields.values().any(|field| field["format"] == "password"))
    })
}

/// Returns the requests a second that API Gateway lets through to a route.
fn limit(api: &Resource, route: &Route) -> u64 {
    let settings = [&api.property("RouteSettings")[route.key()], api.property("DefaultRouteSettings")];
    settings.iter().find_map(|settings| settings["ThrottlingRateLimit"].as_u64()).unwrap()
}

#[test]
fn exactly_the_operations_that_hash_a_password_share_the_limits_for_hashing() {
    let document = dev::openapi::document().unwrap();
    let mut expected: Vec<(String, String, bool)> =
        PAGES.iter().map(|(method, path, hashes)| ((*method).to_owned(), (*path).to_owned(), *hashes)).collect();
    for operation in operations().iter().filter(|operation| operation.path.starts_with("/auth/")) {
        let hashes = is_hashing(operation, &document["components"]["schemas"]);
        expected.push((operation.method.clone(), operation.concrete_path(), hashes));
    }
    let hashing = expected.iter().filter(|(_, _, hashes)| *hashes).count();
    assert!(hashing >= 11 && expected.len() > 2 * hashing, "{expected:?}");

    let (api, routes) = (resource(&template(), "HttpApi"), routes());
    let default = api.property("DefaultRouteSettings")["ThrottlingRateLimit"].as_u64().unwrap();
    for (method, path, hashes) in expected {
        for form in [path.trim_end_matches('/'), &path] {
            for slash in [FinalSlash::Ignored, FinalSlash::Greedy] {
                let route = route_of(&routes, &method, form, slash).unwrap();
                let expected = if hashes { 300 } else { default };
                assert_eq!(limit(&api, route), expected, "{method} {form} {slash:?}: {}", route.key());
            }
        }
    }
}

/// A password that is hashed outside of `auth` would need a limit too.
#[test]
fn no_other_function_reads_a_password() {
    let document = dev::openapi::document().unwrap();
    for operation in operations() {
        let hashes = is_hashing(&operation, &document["components"]["schemas"]);
        assert!(!hashes || operation.function == "auth", "{}", operation.id());
    }
}

#[test]
fn every_limit_is_that_of_an_existing_route() {
    let keys: Vec<String> = routes().iter().map(Route::key).collect();
    let api = resource(&template(), "HttpApi");
    for (key, settings) in api.property("RouteSettings").as_object().unwrap() {
        assert!(keys.contains(key), "{key}");
        let [rate, burst] =
            ["ThrottlingRateLimit", "ThrottlingBurstLimit"].map(|name| settings[name].as_u64().unwrap());
        assert!(rate > 0 && burst >= rate, "{key}");
    }
}
