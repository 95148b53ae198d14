//! The SKUs that a file names: a product does not lose a variant that the file has under the handle of another product.

use std::collections::HashMap;

use crate::catalogue::product_file::HandleAndSku;

/// The handles under which products of a file have each SKU.
#[derive(Debug, Default)]
pub(in crate::catalogue::write) struct NamedSkus(HashMap<String, Vec<String>>);

impl NamedSkus {
    /// Collects the SKUs of the rows of a file.
    pub(in crate::catalogue::write) fn of(rows: &[HandleAndSku]) -> Self {
        let mut handles: HashMap<String, Vec<String>> = HashMap::new();
        for HandleAndSku { handle, sku } in rows {
            handles.entry(sku.clone()).or_default().push(handle.clone());
        }
        Self(handles)
    }

    /// Returns the first other product that has this SKU in the file.
    pub(in crate::catalogue::write) fn elsewhere(&self, sku: &str, own: &str) -> Option<&str> {
        self.0.get(sku)?.iter().map(String::as_str).find(|handle| *handle != own)
    }
}
