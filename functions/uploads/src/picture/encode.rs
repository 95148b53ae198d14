//! Encodes images: PNG if they have transparency, which JPEG cannot store, and JPEG otherwise.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageEncoder, RgbaImage};
use shared::uploads::Refusal;

use super::read::Picture;

/// JPEG quality of the full size, because other sizes may be made from it.
const FULL_SIZE_QUALITY: u8 = 90;
/// JPEG quality of the smaller sizes, at which no loss is visible.
const SMALL_SIZE_QUALITY: u8 = 82;

/// An encoder for the format that a picture needs.
pub(super) struct Encoder {
    profile: Option<Vec<u8>>,
    is_transparent: bool,
}

impl Encoder {
    /// Returns the encoder for a picture, and the picture prepared for resizing: eight bits a channel, and colours multiplied by their
    /// alpha if it has transparency. Without that, the colours of transparent pixels would bleed into their neighbours.
    pub(super) fn for_picture(picture: Picture) -> (Self, DynamicImage) {
        let Picture { image, profile } = picture;
        let is_coloured = image.color().has_color();
        let rgba = image.color().has_alpha().then(|| image.to_rgba8());
        let transparent = rgba.filter(|rgba| rgba.pixels().any(|pixel| pixel.0[3] < u8::MAX));
        let encoder = |is_transparent, profile| Self { profile, is_transparent };
        match transparent {
            Some(rgba) => {
                // A grey picture is written in colour, so its profile would not fit.
                let profile = profile.filter(|_| is_coloured);
                (encoder(true, profile), DynamicImage::ImageRgba8(premultiply(rgba)))
            }
            None if is_coloured => (encoder(false, profile), DynamicImage::ImageRgb8(image.into_rgb8())),
            None => (encoder(false, profile), DynamicImage::ImageLuma8(image.into_luma8())),
        }
    }

    pub(super) fn content_type(&self) -> &'static str {
        if self.is_transparent { "image/png" } else { "image/jpeg" }
    }

    pub(super) fn extension(&self) -> &'static str {
        if self.is_transparent { "png" } else { "jpg" }
    }

    /// Encodes the full size.
    pub(super) fn write_whole(&self, image: &DynamicImage) -> Result<Vec<u8>, Refusal> {
        self.write_as(image, FULL_SIZE_QUALITY)
    }

    /// Encodes a smaller size.
    pub(super) fn write(&self, image: &DynamicImage) -> Result<Vec<u8>, Refusal> {
        self.write_as(image, SMALL_SIZE_QUALITY)
    }

    fn write_as(&self, image: &DynamicImage, quality: u8) -> Result<Vec<u8>, Refusal> {
        let mut file = Vec::new();
        let written = if self.is_transparent {
            let image = DynamicImage::ImageRgba8(unpremultiply(image.to_rgba8()));
            self.with_profile(PngEncoder::new(&mut file)).and_then(|encoder| image.write_with_encoder(encoder))
        } else {
            let encoder = JpegEncoder::new_with_quality(&mut file, quality);
            self.with_profile(encoder).and_then(|encoder| image.write_with_encoder(encoder))
        };
        // Encoding fails only for an image with a side of zero pixels.
        written.map(|()| file).map_err(|_| Refusal::Damaged)
    }

    fn with_profile<E: ImageEncoder>(&self, mut encoder: E) -> image::ImageResult<E> {
        if let Some(profile) = &self.profile {
            encoder.set_icc_profile(profile.clone()).map_err(image::ImageError::Unsupported)?;
        }
        Ok(encoder)
    }
}

/// Multiplies each colour by its alpha.
fn premultiply(mut image: RgbaImage) -> RgbaImage {
    for pixel in image.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        let premultiplied = |colour| byte((u32::from(colour) * u32::from(alpha) + 127) / 255);
        pixel.0 = [premultiplied(red), premultiplied(green), premultiplied(blue), alpha];
    }
    image
}

/// Divides each colour by its alpha.
fn unpremultiply(mut image: RgbaImage) -> RgbaImage {
    for pixel in image.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        let divisor = u32::from(alpha);
        let straight = |colour| (u32::from(colour) * 255 + divisor / 2).checked_div(divisor).map_or(0, byte);
        pixel.0 = [straight(red), straight(green), straight(blue), alpha];
    }
    image
}

fn byte(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}
