//! The things that a client can know about the shop: ids, slugs and cursors of its answers.

use axum::Router;
use axum::body::Body;
use dev::openapi::operations;
use http::Request;
use serde_json::Value;

use super::ask;
use super::request::Target;
use super::values::Numbers;

/// Values from answers of the shop, with which a request reaches something that exists.
#[derive(Default)]
pub(super) struct Known {
    pub(super) uuids: Vec<String>,
    pub(super) slugs: Vec<String>,
    pub(super) cursors: Vec<String>,
}

impl Known {
    /// Sends the example of every request that reads or creates something, and keeps what the answers name.
    pub(super) async fn of(shop: &Router, document: &Value, token: &str) -> Self {
        let mut known = Self { uuids: vec!["01935c2a-7b1e-7c3f-9d2e-4a5b6c7d8e9f".to_owned()], ..Self::default() };
        known.slugs.push("no-such-slug".to_owned());
        known.cursors.push("AAAA".to_owned());
        let mut numbers = Numbers::new(0);
        for method in ["post", "get"] {
            for (path, of, operation) in operations(document) {
                if of != method || operation["tags"][0] == "docs" {
                    continue;
                }
                let target = Target { document, method, path, operation };
                let path = target.concrete_path(&mut numbers, &known, false);
                let has_pages =
                    operation["parameters"].as_array().into_iter().flatten().any(|one| one["name"] == "page_size");
                let content = &operation["requestBody"]["content"]["application/json"]["example"];
                let request = Request::builder()
                    .method(method.to_uppercase().as_str())
                    .uri(if has_pages { format!("{path}?page_size=1") } else { path })
                    .header("authorization", format!("Bearer {token}"))
                    .header("content-type", "application/json")
                    .header("host", "shop.test")
                    .body(Body::from(content.to_string()))
                    .unwrap();
                let (_, text) = ask(shop, request).await;
                known.keep("", &serde_json::from_str(&text).unwrap_or_default());
            }
        }
        assert!(known.uuids.len() > 5 && known.slugs.len() > 5 && known.cursors.len() > 3);
        known
    }

    fn keep(&mut self, name: &str, value: &Value) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, field)| self.keep(name, field)),
            Value::Array(items) => items.iter().for_each(|item| self.keep(name, item)),
            Value::String(text) if name == "slug" => self.slugs.push(text.clone()),
            Value::String(text) if name.ends_with("id") && text.len() == 36 => self.uuids.push(text.clone()),
            Value::String(text) if name == "next" => {
                let cursor = text.split(['?', '&']).find_map(|pair| pair.strip_prefix("cursor="));
                self.cursors.extend(cursor.map(str::to_owned));
            }
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
