//! What staff say of an image.

use shared::catalogue::limits::{MAX_ALT_TEXT, MAX_SKU, MAX_URL};
use shared::http::{Fields, FromFields};
use shared::ids::{ImageId, VariantId};
use utoipa::ToSchema;

use crate::variants::body::nullable;

/// An image as it is to be.
#[derive(Debug, ToSchema)]
pub(crate) struct CreateImage {
    /// Which image of the product, in a list of them; without it the address says which.
    #[schema(value_type = ImageId, required = false)]
    pub id: Option<ImageId>,
    /// Where it is: absolute, or from the API's root.
    #[schema(min_length = 1, max_length = 2000, example = "https://cdn.example.com/shirt.jpg")]
    pub url: String,
    /// What it shows, for those who do not see it.
    #[schema(value_type = String, required = false, max_length = 1000, example = "A blue shirt from the front")]
    pub alt_text: Option<String>,
    /// Its place among the images, from 0. In a list of them as they are listed, if not said; alone behind the others.
    #[schema(value_type = i32, required = false, minimum = 0, maximum = 1_000_000)]
    pub display_order: Option<i32>,
    /// The variant it shows, if it shows one.
    #[schema(nullable, required = false)]
    pub product_variant_id: Option<VariantId>,
    /// The same by SKU: for a variant that comes with it and has no id yet.
    #[schema(value_type = String, required = false, max_length = 255)]
    pub variant_sku: Option<String>,
}

/// What of an image is to change.
#[derive(Debug, Default, ToSchema)]
pub(crate) struct UpdateImage {
    /// Where it is: absolute, or from the API's root.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 2000)]
    pub url: Option<String>,
    /// What it shows, for those who do not see it.
    #[schema(value_type = String, required = false, max_length = 1000)]
    pub alt_text: Option<String>,
    /// Its place among the images, from 0; the others make room.
    #[schema(value_type = i32, required = false, minimum = 0, maximum = 1_000_000)]
    pub display_order: Option<i32>,
    /// The variant it shows; null: none.
    #[schema(value_type = Option<VariantId>, required = false)]
    pub product_variant_id: Option<Option<VariantId>>,
}

impl FromFields for UpdateImage {
    fn read(fields: &mut Fields) -> Option<Self> {
        let url = fields.sent("url", url);
        let alt_text = fields.maybe("alt_text", |fields, field| fields.text_or_blank(field, MAX_ALT_TEXT));
        let display_order = fields.filter("display_order", |fields, field| fields.small_integer(field, 0..=1_000_000));
        let product_variant_id =
            nullable(fields, "product_variant_id", |fields, field| fields.id(field).map(VariantId));
        Some(Self {
            url: url?,
            alt_text: alt_text?,
            display_order: display_order?,
            product_variant_id: product_variant_id?,
        })
    }
}

impl FromFields for CreateImage {
    fn read(fields: &mut Fields) -> Option<Self> {
        let id = fields.filter("id", |fields, field| fields.id(field).map(ImageId));
        let variant_sku = fields.filter("variant_sku", |fields, field| fields.text(field, MAX_SKU));
        if !fields.has("url") {
            fields.error("url", "This field is required.");
        }
        let said = UpdateImage::read(fields)?;
        Some(Self {
            id: id?,
            url: said.url?,
            alt_text: said.alt_text,
            display_order: said.display_order,
            product_variant_id: said.product_variant_id.flatten(),
            variant_sku: variant_sku?,
        })
    }
}

/// An address that a browser can load an image from, and nothing else: no `javascript:`, no `data:`, no page's own folder.
fn url(fields: &mut Fields, field: &str) -> Option<String> {
    let url = fields.text(field, MAX_URL)?;
    let with_host = |rest: &str| rest.chars().next().is_some_and(|first| first.is_alphanumeric() || first == '[');
    let begins_well =
        match (url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")), url.strip_prefix('/')) {
            (Some(rest), _) => with_host(rest),
            (None, Some(rest)) => !rest.starts_with('/'),
            (None, None) => false,
        };
    let is_foreign = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
    };
    if !begins_well || url.contains(is_foreign) {
        fields.error(field, "Enter a valid URL: http://…, https://…, or /… from the API's root.");
        return None;
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_is_one_that_a_browser_loads_images_from() {
        let read =
            |url: &str| Fields::new(json!({"url": url}).as_object().unwrap().clone()).into::<CreateImage>().is_ok();
        for good in ["https://cdn.test/a.jpg", "http://[::1]/a", "/dev/images/a.svg", "https://cdn.test/ä.jpg?v=1#x"] {
            assert!(read(good), "{good}");
        }
        for bad in [
            "",
            "a.jpg",
            "//cdn.test/a.jpg",
            "javascript:alert(1)",
            "data:image/png;base64,AA",
            "https://",
            "https:///a",
            "ftp://a/b",
            "https://a/b c",
            "https://a/\"onload=x",
            "/a\nb",
            "/\\evil.test/a",
        ] {
            assert!(!read(bad), "{bad}");
        }
    }
}
