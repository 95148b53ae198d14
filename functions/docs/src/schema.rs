//! The OpenAPI document of the whole API, as written by `cargo dev openapi`: `GET /api/schema/`.

use std::sync::LazyLock;

use axum::response::Response;
use http::HeaderMap;
use http::header::ACCEPT;
use shared::http::{ApiError, Fields, PublicProblems, Query, Request};

use crate::tagged::Tagged;

const JSON: &str = include_str!("../../../openapi.json");

/// The document as YAML, converted once. JSON is valid YAML, so the order of keys is kept.
static YAML: LazyLock<Result<String, yaml_serde::Error>> =
    LazyLock::new(|| yaml_serde::to_string(&yaml_serde::from_str::<yaml_serde::Value>(JSON)?));

const YAML_TYPE: &str = "application/vnd.oai.openapi";
const JSON_TYPE: &str = "application/json";

/// The query of the document.
#[derive(Clone, Debug, Request)]
#[request(query)]
pub(crate) struct SchemaQuery {
    /// Format of the document, `json` or `yaml`. Without it the `Accept` header decides; the default is YAML.
    #[field(with = format)]
    #[param(example = "json")]
    pub format: Option<String>,
}

fn format(fields: &mut Fields, name: &str) -> Option<String> {
    let format = fields.text(name, 20)?;
    if format == "json" || format == "yaml" {
        return Some(format);
    }
    fields.error(name, "Choose json or yaml.");
    None
}

/// Get this document
///
/// Returns the OpenAPI 3.1 document of the whole API, as YAML or JSON.
#[utoipa::path(
    get,
    path = "/api/schema/",
    tag = "docs",
    operation_id = "get_schema",
    params(SchemaQuery),
    responses(
        (status = 200, description = "The document.", content(
            (String = "application/vnd.oai.openapi", example = "openapi: 3.1.0\ninfo:\n  title: Shop API\n"),
            (Object = "application/json", example = json!({ "openapi": "3.1.0", "info": { "title": "Shop API" } })),
        )),
        (status = 304, description = "The document has the ETag that `If-None-Match` names."),
        PublicProblems,
    )
)]
pub(crate) async fn get_schema(Query(query): Query<SchemaQuery>, headers: HeaderMap) -> Result<Response, ApiError> {
    let (body, content_type) = match query.format.as_deref().or_else(|| accepted(&headers)) {
        Some("json") => (JSON, JSON_TYPE),
        _ => (YAML.as_deref().map_err(|error| anyhow::anyhow!("openapi.json cannot be read: {error}"))?, YAML_TYPE),
    };
    Ok(Tagged { body, content_type, max_age_seconds: 300, vary: ACCEPT }.answer(&headers))
}

/// Returns the first media type in `Accept` that is one of the two.
fn accepted(headers: &HeaderMap) -> Option<&'static str> {
    let accept = headers.get(ACCEPT)?.to_str().ok()?;
    accept.split(',').find_map(|entry| match entry.split(';').next().unwrap_or_default().trim() {
        "application/json" => Some("json"),
        "application/vnd.oai.openapi" | "application/yaml" => Some("yaml"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_yaml_equals_the_json() {
        let yaml: serde_json::Value = yaml_serde::from_str(YAML.as_deref().unwrap()).unwrap();
        assert_eq!(yaml, serde_json::from_str::<serde_json::Value>(JSON).unwrap());
    }

    #[test]
    fn the_first_known_type_decides() {
        for (accept, format) in [
            ("*/*", None),
            ("text/html, application/json;q=0.9", Some("json")),
            ("application/json, application/yaml", Some("json")),
            ("application/vnd.oai.openapi, application/json", Some("yaml")),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
            assert_eq!(accepted(&headers), format, "{accept}");
        }
    }
}
