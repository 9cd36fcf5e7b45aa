//! Pictures <-> levels of grey.

use image::{GrayImage, RgbImage};
use rayon::prelude::*;

/// Rows that a thread takes at once.
const PIXELS_AT_ONCE: usize = 1 << 16;

/// Luma as OpenCV's `cvtColor(.., COLOR_RGB2GRAY)` has it for 8 bits: BT.601's weights in 15 bits of fraction.
#[must_use]
pub(super) fn gray(picture: &RgbImage) -> GrayImage {
    let (width, height) = picture.dimensions();
    let mut levels = vec![0; width as usize * height as usize];
    let (pixels, _) = picture.as_raw().as_chunks::<3>();
    levels.par_chunks_mut(PIXELS_AT_ONCE).zip(pixels.par_chunks(PIXELS_AT_ONCE)).for_each(|(levels, pixels)| {
        levels.iter_mut().zip(pixels).for_each(|(level, pixel)| *level = luma(*pixel));
    });
    GrayImage::from_raw(width, height, levels).unwrap_or_default()
}

#[expect(clippy::cast_possible_truncation, reason = "the weights sum to 2^15")]
fn luma([red, green, blue]: [u8; 3]) -> u8 {
    ((u32::from(red) * 9798 + u32::from(green) * 19235 + u32::from(blue) * 3735 + (1 << 14)) >> 15) as u8
}

/// A picture whose channels are all `levels`, `width` of them a row.
#[must_use]
pub(super) fn picture_of(levels: &[u8], width: u32, height: u32) -> RgbImage {
    let mut pixels = vec![0; levels.len() * 3];
    pixels.par_chunks_mut(PIXELS_AT_ONCE * 3).zip(levels.par_chunks(PIXELS_AT_ONCE)).for_each(|(pixels, levels)| {
        pixels.as_chunks_mut::<3>().0.iter_mut().zip(levels).for_each(|(pixel, level)| *pixel = [*level; 3]);
    });
    RgbImage::from_raw(width, height, pixels).unwrap_or_default()
}
