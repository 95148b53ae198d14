//! Test files as cameras, drawing programs and attackers produce them.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

/// Returns an image with a red left and a blue right half, which shows its orientation.
pub(crate) fn photograph(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([200, 20, 20]) } else { Rgb([20, 20, 200]) }).into()
}

/// Returns a red disc on a transparent background.
pub(crate) fn disc(side: u32) -> DynamicImage {
    let centre = f64::from(side) / 2.0;
    RgbaImage::from_fn(side, side, |x, y| {
        let far = (f64::from(x) - centre).hypot(f64::from(y) - centre) > centre;
        Rgba([200, 20, 20, if far { 0 } else { 255 }])
    })
    .into()
}

pub(crate) fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).unwrap();
    file.into_inner()
}

pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    written(&photograph(width, height), ImageFormat::Jpeg)
}

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    written(&photograph(width, height), ImageFormat::Png)
}

/// Date at which the photograph below was taken, in EXIF's format.
pub(crate) const TAKEN_ON: &[u8] = b"2026:11:22";

/// Returns a photograph as an upright telephone stores it: on its side, with an orientation tag, a date and a location.
pub(crate) fn from_a_telephone(width: u32, height: u32) -> Vec<u8> {
    let lying = jpeg(width, height);
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    // Orientation 6 (turn clockwise) and the offset of the GPS data.
    exif.extend(2u16.to_le_bytes());
    exif.extend(entry(0x0112, 3, 1, 6));
    exif.extend(entry(0x8825, 4, 1, 38));
    exif.extend(0u32.to_le_bytes());
    // The tag GPSDateStamp.
    exif.extend(1u16.to_le_bytes());
    exif.extend(entry(0x001d, 2, 11, 56));
    exif.extend(0u32.to_le_bytes());
    exif.extend(TAKEN_ON);
    exif.push(0);
    let mut file = vec![0xff, 0xd8, 0xff, 0xe1];
    file.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    file.extend(exif);
    file.extend(&lying[2..]);
    file
}

fn entry(tag: u16, kind: u16, count: u32, value: u32) -> Vec<u8> {
    [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
}

/// Returns a PNG of a few bytes whose valid header declares this size.
pub(crate) fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut file = png(4, 4);
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&file[12..29]);
    file[29..33].copy_from_slice(&sum.to_be_bytes());
    file
}

/// Returns the checksum of a PNG chunk.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 })
    })
}
