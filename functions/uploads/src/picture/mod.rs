//! Turns a file of unknown origin into images that are safe to show: decodes it within limits and renders it anew in every size.
//!
//! Nothing of the file itself is kept, such as the place where it was taken, the camera's owner, or a page or script after its last pixel.
//! Only the ICC profile is kept, which defines the colours.

mod encode;
mod read;

#[cfg(test)]
mod tests;

use image::DynamicImage;
use image::imageops::FilterType;
use ring::digest::{Context, SHA256};
use shared::ids::UploadId;
use shared::uploads::{ImageType, Refusal};

use encode::Encoder;
use read::read;

/// Longest side of an image for lists, in pixels.
const LIST_SIDE: u32 = 320;
/// Longest side of an image for a product's page, in pixels.
const PAGE_SIDE: u32 = 1000;
/// Longest side of an image for looking at details, in pixels.
const ZOOM_SIDE: u32 = 2000;

/// An image in all its sizes. A size is `None` if the image is not larger than it.
pub(crate) struct RenderedImage {
    /// Width of the upright image in pixels.
    pub(crate) width: u32,
    /// Height of the upright image in pixels.
    pub(crate) height: u32,
    pub(crate) content_type: &'static str,
    pub(crate) extension: &'static str,
    pub(crate) whole: Vec<u8>,
    pub(crate) zoom: Option<Vec<u8>>,
    pub(crate) page: Option<Vec<u8>>,
    pub(crate) list: Option<Vec<u8>>,
}

/// Returns the name of a file's images: the same for the same file of the same upload. It cannot be guessed, because an upload's id is
/// random.
pub(crate) fn name(upload: UploadId, file: &[u8]) -> String {
    let mut digest = Context::new(&SHA256);
    digest.update(upload.0.as_bytes());
    digest.update(file);
    digest.finish().as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Renders a file of this declared type.
pub(crate) fn render(file: &[u8], declared: ImageType) -> Result<RenderedImage, Refusal> {
    let picture = read(file, declared)?;
    let (encoder, image) = Encoder::for_picture(picture);
    let (width, height) = (image.width(), image.height());
    let whole = encoder.write_whole(&image)?;
    // Each size is made of the next larger one, which is faster and looks the same.
    let (zoom, image) = shrink(&encoder, image, ZOOM_SIDE)?;
    let (page, image) = shrink(&encoder, image, PAGE_SIDE)?;
    let (list, _) = shrink(&encoder, image, LIST_SIDE)?;
    let (content_type, extension) = (encoder.content_type(), encoder.extension());
    Ok(RenderedImage { width, height, content_type, extension, whole, zoom, page, list })
}

/// Returns the encoded image with this longest side, and the resized image for the next step. If the image is not larger, it is returned
/// unchanged.
fn shrink(encoder: &Encoder, image: DynamicImage, side: u32) -> Result<(Option<Vec<u8>>, DynamicImage), Refusal> {
    let longest = image.width().max(image.height());
    if longest <= side {
        return Ok((None, image));
    }
    let scaled = |length: u32| {
        let exact = (u64::from(length) * u64::from(side) + u64::from(longest) / 2) / u64::from(longest);
        u32::try_from(exact).unwrap_or(side).max(1)
    };
    // For a large reduction the faster filter looks the same.
    let filter = if longest > 2 * side { FilterType::Triangle } else { FilterType::CatmullRom };
    let smaller = image.resize_exact(scaled(image.width()), scaled(image.height()), filter);
    Ok((Some(encoder.write(&smaller)?), smaller))
}
