//! A hint's picture -> the numbers a network sees.

use image::{GrayImage, RgbImage};

/// From this level on a pixel of a mask counts as masked.
const HALF: u8 = 128;

/// `[channels, H, W]` row-major, 0 to 1: red, green and blue, or with one channel Rec. 601's luma, as Pillow makes it. Where
/// `masked` (of the hint's size) is white all are -1: networks for inpainting are to see nothing there
/// (`make_inpaint_condition` in the documentation of diffusers' `StableDiffusionControlNetInpaintPipeline`).
#[must_use]
pub fn condition(hint: &RgbImage, masked: Option<&GrayImage>, channels: usize) -> Vec<f32> {
    let level = |level: u8| f32::from(level) / 255.0;
    let mut values: Vec<f32> = match channels {
        1 => hint.pixels().map(|pixel| level(luma(pixel.0))).collect(),
        _ => (0..3).flat_map(|channel| hint.pixels().map(move |pixel| level(pixel.0[channel]))).collect(),
    };
    if let Some(mask) = masked.filter(|mask| mask.dimensions() == hint.dimensions()) {
        for plane in values.chunks_exact_mut(mask.len().max(1)) {
            plane.iter_mut().zip(mask.iter()).filter(|(_, mask)| **mask >= HALF).for_each(|(value, _)| *value = -1.0);
        }
    }
    values
}

/// `L24(rgb)` of Pillow's `Convert.c`.
fn luma([red, green, blue]: [u8; 3]) -> u8 {
    let sum = u32::from(red) * 19595 + u32::from(green) * 38470 + u32::from(blue) * 7471 + 0x8000;
    u8::try_from(sum >> 16).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use image::{Luma, Rgb};

    use super::*;

    #[test]
    fn colours_become_planes_and_greys_pillows() {
        let hint = RgbImage::from_fn(2, 1, |x, _| Rgb(if x == 0 { [255, 0, 51] } else { [10, 200, 90] }));
        assert_eq!(condition(&hint, None, 3), [1.0, 10.0 / 255.0, 0.0, 200.0 / 255.0, 0.2, 90.0 / 255.0]);
        // `numpy.asarray(Image.fromarray(numpy.uint8([[[255, 0, 51], [10, 200, 90]]])).convert("L"))`
        assert_eq!(condition(&hint, None, 1), [82.0 / 255.0, 131.0 / 255.0]);
    }

    #[test]
    fn nothing_is_seen_under_the_mask() {
        let hint = RgbImage::from_pixel(2, 1, Rgb([255; 3]));
        let mask = GrayImage::from_fn(2, 1, |x, _| Luma([if x == 0 { 127 } else { 128 }]));
        assert_eq!(condition(&hint, Some(&mask), 3), [1.0, -1.0, 1.0, -1.0, 1.0, -1.0]);
    }
}
