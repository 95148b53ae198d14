//! The bodies that create, replace and change an image.

use shared::catalogue::is_image_url;
use shared::catalogue::limits::{MAX_ALT_TEXT, MAX_POSITION, MAX_SKU, MAX_URL};
use shared::catalogue::write::{ImageEdit, ImageTarget, ImageVariant};
use shared::fields::{ReadOnly, ReadOnlyName};
use shared::http::{BaseUrl, Fields, Request};
use shared::ids::{ImageId, VariantId};
use shared::patch::Patch;

const READ_ONLY: ReadOnly = &[
    ReadOnlyName::fixed("file", "Upload another file with POST /api/v1/catalogue/uploads/ and send its URL."),
    ReadOnlyName::fixed("id", ""),
];

/// An image to create.
#[derive(Clone, Debug, Request)]
#[request(update = UpdateImage, replace = ReplaceImage, blank_as_null, validate = check_variant, read_only = READ_ONLY)]
pub(crate) struct CreateImage {
    /// Id of the image, in the list of a product's images. Without an id the image is found by its URL.
    #[field(create_only)]
    pub id: Option<ImageId>,
    /// URL of the file: absolute, or a path from the root of the API.
    #[field(max = MAX_URL, with = url)]
    #[schema(example = "https://cdn.example.com/shirt.jpg")]
    pub url: String,
    /// Description of the picture, for people who cannot see it.
    #[field(default, blank, max = MAX_ALT_TEXT)]
    #[schema(example = "A blue shirt from the front")]
    pub alt_text: String,
    /// Position among the images, from 0; the other images move.
    #[field(min = 0, max = MAX_POSITION)]
    #[field(
        on_create = "If left out: the position in the list, or after the other images.",
        on_replace = "Stays as it is if left out."
    )]
    pub display_order: Option<i32>,
    /// Id of the variant that the image shows; null means no variant.
    #[field(nullable)]
    pub product_variant_id: Option<VariantId>,
    /// SKU of the variant that the image shows. Send either this or `product_variant_id`.
    #[field(max = MAX_SKU, on_create = "A variant that is created in the same request has no id yet.")]
    pub variant_sku: Option<String>,
}

fn check_variant(fields: &mut Fields) {
    if fields.is_given("product_variant_id") && fields.is_given("variant_sku") {
        fields.error("variant_sku", "Send variant_sku or product_variant_id, not both.");
    }
}

impl CreateImage {
    /// Returns the edit of an image in the list of a product's images. Without an id, the image is found by its URL.
    pub(crate) fn edit_in_list(self, base: &BaseUrl) -> ImageEdit {
        let image = self.id.map_or(ImageTarget::Url, ImageTarget::Id);
        UpdateImage::from(self).edit(image, base)
    }
}

impl UpdateImage {
    /// Returns the edit of this image that the body requests.
    pub(crate) fn edit(self, image: ImageTarget, base: &BaseUrl) -> ImageEdit {
        let by_id = self.product_variant_id.map(ImageVariant::Id);
        ImageEdit {
            image,
            url: self.url.map(|url| relative_to(base, url)),
            alt_text: self.alt_text,
            position: self.display_order,
            variant: self.variant_sku.map_or(by_id, |sku| Patch::Set(ImageVariant::Sku(sku))),
        }
    }
}

/// Returns the URL of an image of this shop as a path, which is stored. Clients read it as an absolute URL, so they can send back what
/// they have read.
fn relative_to(base: &BaseUrl, url: String) -> String {
    match url.strip_prefix(&base.0) {
        Some(path) if path.starts_with('/') => path.to_owned(),
        Some(_) | None => url,
    }
}

/// Reads a URL that a browser can load an image from. Refuses `javascript:`, `data:` and relative paths.
fn url(fields: &mut Fields, field: &str) -> Option<String> {
    let url = fields.text(field, MAX_URL)?;
    if !is_image_url(&url) {
        fields.error(field, "Enter a valid URL that begins with http://, https:// or one slash.");
        return None;
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use shared::fields::Input;
    use shared::money::Currency;

    use super::*;

    #[test]
    fn only_a_url_that_a_browser_loads_images_from_is_valid() {
        let read = |url: &str| {
            let fields = [("url".to_owned(), Input::Text(url.to_owned()))].into();
            Fields::new(fields, Currency::DEFAULT).into::<CreateImage>().is_ok()
        };
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
