//! Swagger UI: `GET /api/docs/`.

use shared::app::Environment;
use shared::testing::a_client_without_database;

use super::a_reader;

#[tokio::test]
async fn the_page_is_served_in_both_slash_forms() {
    for path in ["/api/docs", "/api/docs/"] {
        let page = a_reader().get(path).await.expect(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.header("content-security-policy").contains("script-src 'self'"));
    }
}

#[tokio::test]
async fn every_file_of_the_page_is_served() {
    let page = a_reader().get("/api/docs/").await.text;
    let links: Vec<&str> = page.split(['"', '\'']).filter(|text| text.starts_with("/api/docs/")).collect();
    assert_eq!(links.len(), 5, "{links:?}");
    for link in links {
        let kind = match link.rsplit('.').next() {
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            _ => "image/png",
        };
        let plain = a_reader().get(link).await.expect(200);
        assert_eq!((plain.header("content-type"), plain.header("content-encoding")), (kind, ""));
        assert!(plain.header("cache-control").starts_with("public, max-age="));
        // The service adds this slash.
        a_reader().get(&format!("{link}/")).await.expect(200);
        a_reader().header("if-none-match", plain.header("etag")).get(link).await.expect(304);
    }
}

#[tokio::test]
async fn a_large_file_is_compressed_for_clients_that_accept_it() {
    let path = "/api/docs/swagger-ui-bundle.js";
    let plain = a_reader().get(path).await.expect(200);
    let packed = a_reader().header("accept-encoding", "gzip, deflate, br").get(path).await.expect(200);
    assert_eq!((packed.header("content-encoding"), packed.header("vary")), ("gzip", "accept-encoding"));
    assert!(packed.text.len() < plain.text.len());
    assert!(plain.text.contains("SwaggerUIBundle"));
    assert_eq!(a_reader().header("accept-encoding", "gzip;q=0").get(path).await.header("content-encoding"), "");
}

#[tokio::test]
async fn the_page_calls_no_other_host() {
    for path in ["/api/docs/", "/api/docs/initializer.js"] {
        let text = a_reader().get(path).await.text;
        assert!(!text.contains("http:") && !text.contains("https:") && !text.contains("\"//"), "{text}");
    }
}

/// The staff's pages are on the same host.
#[tokio::test]
async fn the_page_keeps_no_token_in_the_storage_of_the_browser() {
    let script = a_reader().get("/api/docs/initializer.js").await.expect(200).text;
    assert!(script.contains("persistAuthorization: false"), "{script}");
}

#[tokio::test]
async fn the_documentation_can_be_switched_off() {
    let with = |value: &str| docs::router_for(&Environment::from_iter([("API_DOCS", value)]));
    for (value, status) in [("", 200), ("public", 200), ("off", 404)] {
        let client = a_client_without_database(with(value).unwrap());
        for path in ["/api/docs/", "/api/docs/swagger-ui.css", "/api/schema/?format=json"] {
            client.get(path).await.expect(status);
        }
    }
    assert!(with("no").is_err());
}

#[tokio::test]
async fn an_unknown_file_is_not_found() {
    for file in ["index.html", "swagger-ui.js", "..%2f..%2fCargo.toml", "%00"] {
        a_reader().get(&format!("/api/docs/{file}")).await.expect(404);
    }
}
