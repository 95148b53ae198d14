//! From a file of unknown origin to images that are safe to show: read to the end within bounds, and drawn anew in every size.
//!
//! Nothing of the file itself goes on, so neither does what else it may hold: where and by whom it was taken, a page or a script behind its
//! last pixel. Only its colours' meaning (an ICC profile) does.

mod encode;
mod read;

#[cfg(test)]
mod tests;

use image::DynamicImage;
use image::imageops::FilterType;
use ring::digest::{Context, SHA256};
use shared::ids::UploadId;
use shared::uploads::{ImageType, Refusal};

use encode::Pen;
use read::read;

/// The longest side of an image for lists, in pixels.
const LIST: u32 = 320;
/// For a product's page.
const PAGE: u32 = 1000;
/// To look at closely.
const ZOOM: u32 = 2000;

/// An image in all its sizes. `None` where it is no larger than that itself.
pub(crate) struct Drawn {
    /// In pixels, upright.
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) content_type: &'static str,
    pub(crate) extension: &'static str,
    pub(crate) whole: Vec<u8>,
    pub(crate) zoom: Option<Vec<u8>>,
    pub(crate) page: Option<Vec<u8>>,
    pub(crate) list: Option<Vec<u8>>,
}

/// A name for the images of a file: the same for the same file of the same upload, and nobody else's, because an upload's id is random.
pub(crate) fn name(upload: UploadId, file: &[u8]) -> String {
    let mut digest = Context::new(&SHA256);
    digest.update(upload.0.as_bytes());
    digest.update(file);
    digest.finish().as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Draws a file that was said to be of this type.
pub(crate) fn draw(file: &[u8], said: ImageType) -> Result<Drawn, Refusal> {
    let picture = read(file, said)?;
    let (pen, image) = Pen::for_picture(picture);
    let (width, height) = (image.width(), image.height());
    let whole = pen.write_whole(&image)?;
    // Each is made of the next larger one, which is quicker and looks the same.
    let (zoom, image) = smaller(&pen, image, ZOOM)?;
    let (page, image) = smaller(&pen, image, PAGE)?;
    let (list, _) = smaller(&pen, image, LIST)?;
    let (content_type, extension) = (pen.content_type(), pen.extension());
    Ok(Drawn { width, height, content_type, extension, whole, zoom, page, list })
}

/// The image with this longest side, written and to go on with; itself where it is no larger.
fn smaller(pen: &Pen, image: DynamicImage, side: u32) -> Result<(Option<Vec<u8>>, DynamicImage), Refusal> {
    let longest = image.width().max(image.height());
    if longest <= side {
        return Ok((None, image));
    }
    let scaled = |length: u32| {
        let exact = (u64::from(length) * u64::from(side) + u64::from(longest) / 2) / u64::from(longest);
        u32::try_from(exact).unwrap_or(side).max(1)
    };
    // Where so much is left out, the quicker filter shows the same.
    let filter = if longest > 2 * side { FilterType::Triangle } else { FilterType::CatmullRom };
    let smaller = image.resize_exact(scaled(image.width()), scaled(image.height()), filter);
    Ok((Some(pen.write(&smaller)?), smaller))
}
