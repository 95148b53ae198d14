//! Lines of the audit log about products and their parts.

use serde_json::{Map, Value, json};
use shared::audit::Kind;
use shared::catalogue::Product;
use shared::ids::{ImageId, VariantId};

/// Fields that change with time, with sales or with any change.
const DERIVED: [&str; 4] = ["updated_at", "is_available", "price_range", "main_image"];

/// A line about a product or a part of it. The product is added when the change is committed.
#[derive(Debug)]
pub(crate) struct AuditLine {
    pub(crate) kind: Kind,
    part: Map<String, Value>,
}

impl AuditLine {
    /// Returns a line about a whole product.
    pub(crate) fn of(kind: Kind) -> Self {
        Self { kind, part: Map::new() }
    }

    /// Returns a line about a variant.
    pub(crate) fn of_variant(kind: Kind, id: VariantId) -> Self {
        Self::of(kind).with("variant_id", json!(id))
    }

    /// Returns a line about several variants.
    pub(crate) fn of_variants(kind: Kind, ids: &[VariantId]) -> Self {
        Self::of(kind).with("variant_ids", json!(ids))
    }

    /// Returns a line about an image.
    pub(crate) fn of_image(kind: Kind, id: ImageId) -> Self {
        Self::of(kind).with("image_id", json!(id))
    }

    fn with(mut self, name: &str, value: Value) -> Self {
        self.part.insert(name.to_owned(), value);
        self
    }

    /// Returns the details of the line: the product with its slug, because an id alone says nothing after a deletion, the part, and the fields of the
    /// product that the change gave other values.
    pub(crate) fn details(self, before: Option<&Product>, after: &Product) -> Value {
        let mut details = Map::new();
        details.insert("product_id".to_owned(), json!(after.summary.id));
        details.insert("slug".to_owned(), json!(after.summary.slug));
        details.extend(self.part);
        if let Some(before) = before {
            let changed = changed_fields(&json!(before), &json!(after));
            if changed.iter().any(|name| name == "status") {
                details.insert("status".to_owned(), json!(after)["status"].clone());
            }
            details.insert("changed".to_owned(), json!(changed));
        }
        Value::Object(details)
    }
}

/// Returns the names of the fields that differ.
fn changed_fields(before: &Value, after: &Value) -> Vec<String> {
    let fields = after.as_object().into_iter().flatten();
    let changed = fields.filter(|(name, value)| !DERIVED.contains(&name.as_str()) && before.get(name) != Some(value));
    changed.map(|(name, _)| name.clone()).collect()
}
