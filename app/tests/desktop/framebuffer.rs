//! The X server's picture in memory: a file in the XWD format (X11's `XWDFile.h`), and pictures found in it.

use std::path::Path;

use image::{Rgb, RgbImage};

/// A channel may differ by so much and still count as the same: the window is drawn by a GPU's arithmetic.
const TOLERANCE: u8 = 4;

/// Reads a picture of 32 bits a pixel, as servers of a depth of 24 have it.
pub fn read(path: &Path) -> RgbImage {
    let bytes = std::fs::read(path).unwrap();
    let field = |index: usize| u32::from_be_bytes(bytes[index * 4..index * 4 + 4].try_into().unwrap());
    let (header_size, width, height) = (field(0) as usize, field(4), field(5));
    let (is_big_endian, bits_per_pixel, bytes_per_line) = (field(7) == 1, field(11), field(12) as usize);
    let colours = field(19) as usize;
    assert_eq!(bits_per_pixel, 32, "the screen has another depth than was asked for");
    let pixels = &bytes[header_size + colours * 12..];
    RgbImage::from_fn(width, height, |x, y| {
        let at = y as usize * bytes_per_line + x as usize * 4;
        let [blue, green, red] = if is_big_endian {
            [3, 2, 1].map(|byte| pixels[at + byte])
        } else {
            [0, 1, 2].map(|byte| pixels[at + byte])
        };
        Rgb([red, green, blue])
    })
}

/// Where a picture is shown pixel for pixel: its left upper corner on the screen. One pixel in a hundred may differ, for
/// filters mix neighbours where they meet at a sharp edge.
pub fn find(picture: &RgbImage, screen: &RgbImage) -> Option<[u32; 2]> {
    let count = picture.width() * picture.height();
    // A few scattered pixels tell nearly every other place apart; all of them decide.
    let scattered: Vec<_> = picture.enumerate_pixels().step_by(count as usize / 97).collect();
    let columns = screen.width().checked_sub(picture.width())?;
    let rows = screen.height().checked_sub(picture.height())?;
    let places = (0..=rows).flat_map(|top| (0..=columns).map(move |left| [left, top]));
    let differs = |[left, top]: [u32; 2], (x, y, pixel): (u32, u32, &Rgb<u8>)| {
        !is_near(screen.get_pixel(left + x, top + y), pixel)
    };
    places
        .filter(|place| scattered.iter().filter(|pixel| differs(*place, **pixel)).take(3).count() < 3)
        .find(|place| picture.enumerate_pixels().filter(|pixel| differs(*place, *pixel)).count() < count as usize / 100)
}

/// Whether two colours are the same to the eye.
pub fn is_near(a: &Rgb<u8>, b: &Rgb<u8>) -> bool {
    a.0.iter().zip(b.0).all(|(a, b)| a.abs_diff(b) <= TOLERANCE)
}
