//! Lists of names that a file has for a product: tags and categories.

use crate::catalogue::limits::{MAX_LABEL_NAME, MAX_LABELS, MAX_TAG};

/// Returns the tags, each once, without empty ones.
pub(in crate::catalogue) fn tags(all: impl IntoIterator<Item = String>) -> Result<Vec<String>, String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in all {
        if tag.chars().count() > MAX_TAG {
            return Err(format!("a tag has more than {MAX_TAG} characters"));
        }
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > MAX_LABELS {
        return Err(format!("the product has more than {MAX_LABELS} tags"));
    }
    Ok(tags)
}

/// Returns the names of a category's path, from the top of the tree down: `Clothing > Tops`.
pub(in crate::catalogue) fn path(text: &str) -> Result<Vec<String>, String> {
    let names: Vec<String> =
        text.split('>').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    if names.iter().any(|name| name.chars().count() > MAX_LABEL_NAME) {
        return Err(format!("a category has more than {MAX_LABEL_NAME} characters"));
    }
    Ok(names)
}
