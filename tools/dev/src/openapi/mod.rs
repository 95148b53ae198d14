//! `openapi.json`: the documents of all functions in one.

mod examples;
mod finish;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use command_line::terminal::say;
use command_line::workspace;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::OpenApi;

use crate::shop;

/// Returns the document of the whole shop. Fails if two functions use one name for different things.
pub fn document() -> anyhow::Result<Value> {
    merge(shop::documents())
}

/// Returns the text of the file; the same code gives the same text on every machine.
pub fn text() -> anyhow::Result<String> {
    let mut document = document()?;
    let mut part = |name: &str| document[name].take();
    let text =
        Text { openapi: part("openapi"), info: part("info"), paths: part("paths"), components: part("components") };
    Ok(serde_json::to_string_pretty(&text)? + "\n")
}

/// The parts of the document in the order in which people read them.
#[derive(Serialize)]
struct Text {
    openapi: Value,
    info: Value,
    paths: Value,
    components: Value,
}

/// Returns the path of the file.
pub fn path() -> PathBuf {
    workspace().join("openapi.json")
}

/// Writes the file.
pub fn write() -> anyhow::Result<()> {
    let (path, text) = (path(), text()?);
    if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
        say("openapi.json is up to date.");
        return Ok(());
    }
    std::fs::write(&path, text).with_context(|| format!("{} could not be written", path.display()))?;
    say("Wrote openapi.json.");
    Ok(())
}

/// Fails if the file is not up to date.
pub fn check() -> anyhow::Result<()> {
    let old = std::fs::read_to_string(path()).unwrap_or_default();
    ensure!(old == text()?, "openapi.json is not up to date: run `cargo dev openapi` and commit the file");
    say("openapi.json is up to date.");
    Ok(())
}

fn merge(parts: Vec<(&'static str, OpenApi)>) -> anyhow::Result<Value> {
    let mut seen = Seen::default();
    let mut whole = shared::http::document();
    for (function, part) in parts {
        seen.check(function, &serde_json::to_value(&part)?)?;
        whole.merge(part);
    }
    let mut finished = finish::finish(&whole)?;
    examples::add(&mut finished)?;
    Ok(finished)
}

/// Names found so far and their functions. Merging would silently keep the first of two.
#[derive(Default)]
struct Seen {
    schemas: BTreeMap<String, (&'static str, Value)>,
    operations: BTreeMap<String, &'static str>,
}

impl Seen {
    fn check(&mut self, function: &'static str, part: &Value) -> anyhow::Result<()> {
        for (name, schema) in entries(&part["components"]["schemas"]) {
            let (first, known) = self.schemas.entry(name.clone()).or_insert_with(|| (function, schema.clone()));
            ensure!(
                known == schema,
                "`{first}` and `{function}` each have a schema {name}, and they differ: rename one"
            );
        }
        for (path, method, operation) in operations(part) {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let taken = self.operations.insert(id.to_owned(), function);
            ensure!(
                taken.is_none(),
                "`{}` and `{function}` ({method} {path}) each have an operation {id}: rename one",
                taken.unwrap_or_default()
            );
        }
        Ok(())
    }
}

/// Returns each operation of a document with its path and its method.
pub fn operations(document: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    entries(&document["paths"])
        .flat_map(|(path, item)| entries(item).map(move |(method, operation)| (path, method, operation)))
}

fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn part(path: &str, operation: &str, schema_type: &str) -> OpenApi {
        serde_json::from_value(json!({
            "openapi": "3.1.0",
            "info": {"title": "", "version": ""},
            "paths": {path: {"get": {"operationId": operation, "responses": {}}}},
            "components": {"schemas": {"Thing": {"type": schema_type}}},
        }))
        .unwrap()
    }

    #[test]
    fn functions_may_share_a_schema_but_not_only_its_name() {
        assert!(merge(vec![("a", part("/a/", "get_a", "string")), ("b", part("/b/", "get_b", "string"))]).is_ok());
        let error =
            merge(vec![("a", part("/a/", "get_a", "string")), ("b", part("/b/", "get_b", "integer"))]).err().unwrap();
        assert_eq!(error.to_string(), "`a` and `b` each have a schema Thing, and they differ: rename one");
    }

    #[test]
    fn two_operations_with_the_same_id_are_an_error() {
        let error =
            merge(vec![("a", part("/a/", "get", "string")), ("b", part("/b/", "get", "string"))]).err().unwrap();
        assert_eq!(error.to_string(), "`a` and `b` (get /b/) each have an operation get: rename one");
    }

    #[test]
    fn the_document_is_the_same_each_time() {
        assert_eq!(text().unwrap(), text().unwrap());
    }
}
