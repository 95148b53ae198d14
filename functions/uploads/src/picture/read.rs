//! Decodes a file if it is an image of the declared type.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits};
use shared::uploads::{ImageType, Refusal};

/// Maximum side in pixels, that of a good camera.
const MAX_SIDE: u32 = 10_000;
/// Maximum number of pixels. More does not fit the function's memory or its eight seconds.
const MAX_PIXELS: u64 = 40_000_000;
/// Maximum memory of a decoder in bytes: an image of that many pixels in four channels of 16 bits, and working space.
const MAX_DECODER_BYTES: u64 = 512 * 1024 * 1024;
/// Maximum size of an ICC profile in bytes. Larger ones belong to printers and scanners.
const MAX_PROFILE_BYTES: usize = 64 * 1024;

/// A decoded image.
pub(super) struct Picture {
    /// Upright image without metadata.
    pub(super) image: DynamicImage,
    /// ICC profile, if the colours are not plain sRGB.
    pub(super) profile: Option<Vec<u8>>,
}

/// Decodes a file of this declared type. Nothing is decoded before its dimensions are known to be within the limits.
pub(super) fn read(file: &[u8], declared: ImageType) -> Result<Picture, Refusal> {
    let format = format(file).ok_or(Refusal::NotAnImage)?;
    if format != expected(declared) {
        return Err(Refusal::TypeMismatch);
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Refusal::TooManyPixels);
    }
    // An orientation or a profile that cannot be read is ignored.
    let orientation = decoder.orientation().ok();
    let profile = decoder.icc_profile().ok().flatten();
    if format == ImageFormat::Jpeg && !has_end_marker(file) {
        return Err(Refusal::Damaged);
    }
    let mut image = DynamicImage::from_decoder(decoder).map_err(refusal)?;
    if let Some(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    let profile = profile.filter(|profile| profile.len() <= MAX_PROFILE_BYTES && fits(profile, &image));
    Ok(Picture { image, profile })
}

/// Returns the format by the first bytes of the file.
fn format(file: &[u8]) -> Option<ImageFormat> {
    let format = image::guess_format(file).ok()?;
    [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP].contains(&format).then_some(format)
}

fn expected(declared: ImageType) -> ImageFormat {
    match declared {
        ImageType::Jpeg => ImageFormat::Jpeg,
        ImageType::Png => ImageFormat::Png,
        ImageType::WebP => ImageFormat::WebP,
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    limits
}

fn refusal(error: ImageError) -> Refusal {
    if matches!(error, ImageError::Limits(_)) { Refusal::TooManyPixels } else { Refusal::Damaged }
}

/// Returns true if a JPEG has its end marker. The decoder accepts a file without it and paints the rest grey. The headers are skipped by
/// their lengths, because one of them may contain a small JPEG.
fn has_end_marker(file: &[u8]) -> bool {
    let mut rest = file.get(2..).unwrap_or_default();
    loop {
        rest = match rest {
            [0xff, 0xff, ..] => &rest[1..],
            // The pixels begin here. No 0xff in them is followed by a 0xd9.
            [0xff, 0xda, pixels @ ..] => return pixels.windows(2).any(|pair| pair == [0xff, 0xd9]),
            [0xff, _, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                rest.get(2 + length..).unwrap_or_default()
            }
            _ => return false,
        }
    }
}

/// Returns true if a profile fits the channels of the decoded image: a CMYK profile is useless once the image was converted to RGB.
fn fits(profile: &[u8], image: &DynamicImage) -> bool {
    let channels: &[u8] = if image.color().has_color() { b"RGB " } else { b"GRAY" };
    profile.get(16..20) == Some(channels)
}
