//! Rendering, tested with generated files.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder as _, ImageEncoder as _, ImageFormat, ImageReader, RgbImage, Rgba, RgbaImage};
use uuid::Uuid;

use super::*;

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn noise(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| image::Rgb([x * 7 % 256, y * 5 % 256, x * y % 256].map(|c| c as u8))).into()
}

#[test]
fn transparent_pixels_do_not_bleed_into_visible_ones() {
    // Red next to a transparent green.
    let image =
        RgbaImage::from_fn(642, 642, |x, _| if x < 321 { Rgba([255, 0, 0, 255]) } else { Rgba([0, 255, 0, 0]) });
    let rendered = render(&encoded(&image.into(), ImageFormat::Png), ImageType::Png).unwrap();
    let list = image::load_from_memory(&rendered.list.unwrap()).unwrap().to_rgba8();
    for pixel in list.pixels().filter(|pixel| pixel.0[3] > 0) {
        assert_eq!(pixel.0[..3], [255, 0, 0], "{pixel:?}");
    }
}

#[test]
fn a_profile_is_kept_if_it_fits_the_channels() {
    for (channels, is_kept) in [(b"RGB ", true), (b"CMYK", false), (b"GRAY", false)] {
        let mut profile = vec![0; 128];
        profile[16..20].copy_from_slice(channels);
        let mut file = Vec::new();
        let mut encoder = JpegEncoder::new(&mut file);
        encoder.set_icc_profile(profile.clone()).unwrap();
        noise(400, 400).write_with_encoder(encoder).unwrap();

        let rendered = render(&file, ImageType::Jpeg).unwrap();

        let list = rendered.list.unwrap();
        let mut decoder = ImageReader::with_format(Cursor::new(&list), ImageFormat::Jpeg).into_decoder().unwrap();
        assert_eq!(decoder.icc_profile().unwrap().is_some(), is_kept);
    }
}

#[test]
fn the_name_depends_on_the_file_and_the_upload() {
    let (one, other) = (UploadId(Uuid::from_u128(1)), UploadId(Uuid::from_u128(2)));
    assert_eq!(name(one, b"x"), name(one, b"x"));
    assert_ne!(name(one, b"x"), name(one, b"y"));
    assert_ne!(name(one, b"x"), name(other, b"x"));
    assert_eq!(name(one, b"x").len(), 32);
}

#[test]
fn no_damage_makes_a_decoder_panic() {
    let files = [
        (encoded(&noise(97, 61), ImageFormat::Jpeg), ImageType::Jpeg),
        (encoded(&noise(97, 61), ImageFormat::Png), ImageType::Png),
        (encoded(&noise(97, 61), ImageFormat::WebP), ImageType::WebP),
    ];
    // A generator with a fixed seed.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % limit as u64) as usize
    };
    for (file, declared) in &files {
        assert!(render(file, *declared).is_ok());
        for _ in 0..300 {
            let mut damaged = file.clone();
            for _ in 0..=below(4) {
                let at = below(damaged.len());
                damaged[at] = below(256) as u8;
            }
            damaged.truncate(if below(3) == 0 { below(file.len()) } else { file.len() });
            // Any result is fine, but no panic.
            let _ = render(&damaged, *declared);
        }
    }
}
