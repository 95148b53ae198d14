//! Every path leads to the function that serves it, in the cloud as in the code.

use axum::body::Body;
use http::{Request, StatusCode};
use shared::app::{App, Environment, service};
use tower::ServiceExt as _;

use crate::functions::{all, operations, serve_without_database};
use crate::template::{Route, binaries, routed_to, routes};

/// Functions and their paths that are not in the API description, because they are pages for people.
const PAGES: &[(&str, &str)] = &[
    ("docs", "/api/docs/"),
    ("docs", "/api/docs/swagger-ui.css"),
    ("auth", "/auth/pages/style.css"),
    ("auth", "/auth/pages/activate/Mg/10-ab/"),
    ("auth", "/auth/pages/password/reset/Mg/10-ab/"),
    ("auth", "/auth/pages/email/reset/Mg/10-ab/"),
    ("auth", "/auth/pages/back-in-stock/10-ab/"),
    ("admin", "/admin/"),
    ("admin", "/admin/style.css"),
    ("admin", "/admin/orders/"),
    ("admin", "/admin/stock/1/"),
];

#[test]
fn the_template_has_every_function_and_no_other() {
    let mut deployed = binaries();
    deployed.sort();
    assert_eq!(deployed, all());
}

#[test]
fn every_path_is_routed_to_the_function_that_serves_it_in_both_slash_forms() {
    let routes = routes();
    let of_operations = operations().into_iter().map(|operation| (operation.function, operation.concrete_path()));
    let of_pages = PAGES.iter().map(|(function, path)| (*function, (*path).to_owned()));
    for (function, path) in of_operations.chain(of_pages) {
        for form in [path.trim_end_matches('/').to_owned(), format!("{}/", path.trim_end_matches('/'))] {
            assert_eq!(routed_to(&routes, &form).as_deref(), Some(function), "{form}");
        }
    }
    for nowhere in ["/", "/api/", "/api/v1/", "/authentication/", "/administrator/"] {
        assert_eq!(routed_to(&routes, nowhere), None, "{nowhere}");
    }
}

#[test]
fn a_prefix_and_all_paths_below_it_lead_to_one_function_for_every_method() {
    let mut routes = routes();
    // A route for one method only has another limit than the route for all of them (`limits`).
    routes.retain(|route| route.method == "ANY");
    for Route { function, path, .. } in &routes {
        let other = match path.strip_suffix("/{proxy+}") {
            Some(prefix) => prefix.to_owned(),
            None => format!("{path}/{{proxy+}}"),
        };
        let twin = routes.iter().find(|route| route.path == other);
        assert_eq!(twin.map(|twin| &twin.function), Some(function), "{path} has no {other}");
    }
    assert!(routes.len() >= 14, "{routes:?}");
}

/// The service handles both slash forms; no handler has to.
#[tokio::test]
async fn every_page_that_is_not_in_the_document_is_served_in_both_slash_forms() {
    for (function, path) in PAGES {
        for form in [path.trim_end_matches('/').to_owned(), format!("{}/", path.trim_end_matches('/'))] {
            let request = Request::builder().uri(&form).body(Body::empty()).unwrap();
            let response = serve_without_database(function).oneshot(request).await.unwrap();
            let status = response.status();
            assert!(matches!(status, StatusCode::OK | StatusCode::SEE_OTHER), "{form}: {status}");
        }
    }
}

/// If two functions served a path, the first would win in one process and the longer prefix in the cloud.
#[test]
fn no_path_is_served_by_two_functions() {
    let mut owners = std::collections::BTreeMap::new();
    for operation in operations() {
        let owner = owners.entry(operation.path.clone()).or_insert(operation.function);
        assert_eq!(*owner, operation.function, "{}", operation.path);
    }
}

#[tokio::test]
async fn every_answer_has_each_security_header_once() {
    let of_operations = operations()
        .into_iter()
        .map(|operation| (operation.function, operation.method.clone(), operation.concrete_path()));
    let of_pages = PAGES.iter().map(|(function, path)| (*function, "GET".to_owned(), (*path).to_owned()));
    let nowhere =
        ["admin", "auth", "docs", "orders"].map(|function| (function, "GET".to_owned(), "/nowhere/".to_owned()));
    for (function, method, path) in of_operations.chain(of_pages).chain(nowhere) {
        let request = Request::builder().method(method.as_str()).uri(&path);
        let request = request.header("x-forwarded-proto", "https").body(Body::empty()).unwrap();
        let response = serve_without_database(function).oneshot(request).await.unwrap();
        let header = |name: &str| response.headers().get_all(name).iter().collect::<Vec<_>>();
        for (name, expected) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("strict-transport-security", "max-age=31536000"),
            ("cross-origin-opener-policy", "same-origin"),
            ("referrer-policy", if function == "admin" { "same-origin" } else { "no-referrer" }),
        ] {
            // The admin answers a path outside `/admin/` like every other function.
            let is_outside = function == "admin" && name == "referrer-policy" && path == "/nowhere/";
            assert_eq!(header(name), [if is_outside { "no-referrer" } else { expected }], "{method} {path}: {name}");
        }
        let caching = header("cache-control");
        let is_cached = caching.iter().any(|value| value.to_str().unwrap().starts_with("public, max-age="));
        assert!(caching == ["no-store"] || (is_cached && method == "GET"), "{method} {path}: {caching:?}");
        let policies = header("content-security-policy");
        assert_eq!(policies.len(), 1, "{method} {path}");
        let policy = policies[0].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
    }
}

#[tokio::test]
async fn a_browser_must_use_https_only_where_the_base_url_is_https() {
    let expected = [
        (None, "http", None),
        (None, "https", Some("max-age=31536000")),
        (Some("http://localhost:8000"), "https", None),
        (Some("https://api.example.com"), "http", Some("max-age=31536000")),
    ];
    for (public_url, proto, expected) in expected {
        let app = App {
            public_url: public_url.map(str::to_owned),
            ..App::without_database(&Environment::default()).unwrap()
        };
        let request = Request::builder().uri("/nowhere/").header("x-forwarded-proto", proto);
        let response = service(docs::router(), app).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let header = response.headers().get("strict-transport-security").map(|value| value.to_str().unwrap());
        assert_eq!(header, expected, "{public_url:?} {proto}");
    }
}
