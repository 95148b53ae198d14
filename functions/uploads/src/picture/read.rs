//! Reads a file, if it is the image that it was said to be.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits};
use shared::uploads::{ImageType, Refusal};

/// As much as a good camera has, a side.
const LONGEST_SIDE: u32 = 10_000;
/// And in all. More does not fit the function's memory, nor its eight seconds.
const MAX_PIXELS: u64 = 40_000_000;
/// What a decoder may take for an image of that many pixels of 16 bits each in four channels, and its own work.
const MAX_MEMORY: u64 = 512 * 1024 * 1024;
/// A profile that is larger is that of a printer or a scanner.
const LARGEST_PROFILE: usize = 64 * 1024;

/// What a file shows.
pub(super) struct Picture {
    /// Upright.
    pub(super) image: DynamicImage,
    /// An ICC profile: what its colours mean, where they are not plain sRGB.
    pub(super) profile: Option<Vec<u8>>,
}

/// Reads a file that was said to be of this type. Nothing is decoded before its size is known and bearable.
pub(super) fn read(file: &[u8], said: ImageType) -> Result<Picture, Refusal> {
    let format = format(file).ok_or(Refusal::NotAnImage)?;
    if format != expected(said) {
        return Err(Refusal::OtherType);
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > LONGEST_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Refusal::TooManyPixels);
    }
    // What cannot be read of these two is not there.
    let orientation = decoder.orientation().ok();
    let profile = decoder.icc_profile().ok().flatten();
    if format == ImageFormat::Jpeg && !ends(file) {
        return Err(Refusal::Damaged);
    }
    let mut image = DynamicImage::from_decoder(decoder).map_err(refusal)?;
    if let Some(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    let profile = profile.filter(|profile| profile.len() <= LARGEST_PROFILE && is_of(profile, &image));
    Ok(Picture { image, profile })
}

/// By its first bytes, whatever it calls itself.
fn format(file: &[u8]) -> Option<ImageFormat> {
    let format = image::guess_format(file).ok()?;
    [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP].contains(&format).then_some(format)
}

fn expected(said: ImageType) -> ImageFormat {
    match said {
        ImageType::Jpeg => ImageFormat::Jpeg,
        ImageType::Png => ImageFormat::Png,
        ImageType::WebP => ImageFormat::WebP,
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    limits
}

fn refusal(error: ImageError) -> Refusal {
    if matches!(error, ImageError::Limits(_)) { Refusal::TooManyPixels } else { Refusal::Damaged }
}

/// Whether a JPEG has its end. The decoder is content without and paints the rest grey. The headers are passed over by their lengths,
/// because one of them may hold a small JPEG of its own.
fn ends(file: &[u8]) -> bool {
    let mut rest = file.get(2..).unwrap_or_default();
    loop {
        rest = match rest {
            [0xff, 0xff, ..] => &rest[1..],
            // The pixels begin. No 0xff in them is followed by a 0xd9.
            [0xff, 0xda, pixels @ ..] => return pixels.windows(2).any(|pair| pair == [0xff, 0xd9]),
            [0xff, _, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                rest.get(2 + length..).unwrap_or_default()
            }
            _ => return false,
        }
    }
}

/// Whether a profile is about the channels that the image has now: one for ink is of no use once the ink was turned into light.
fn is_of(profile: &[u8], image: &DynamicImage) -> bool {
    let channels: &[u8] = if image.color().has_color() { b"RGB " } else { b"GRAY" };
    profile.get(16..20) == Some(channels)
}
