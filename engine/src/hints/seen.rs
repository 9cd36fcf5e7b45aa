//! Pictures as networks see them.

use image::RgbImage;

use super::make::resized;
use crate::inpaint::resample::Kernel;
use crate::nn::{Compute, Precision};

/// `[3, H, W]`, row-major, each channel's levels turned into what `number(channel, level)` says.
pub(super) fn channels_of(picture: &RgbImage, number: impl Fn(usize, u8) -> f32) -> Vec<f32> {
    let number = &number;
    (0..3).flat_map(|channel| picture.pixels().map(move |pixel| number(channel, pixel.0[channel]))).collect()
}

/// The same as networks trained on ImageNet want it.
pub(super) fn normalised(picture: &RgbImage) -> Vec<f32> {
    const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
    const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];
    channels_of(picture, |channel, level| (f32::from(level) / 255.0 - MEAN[channel]) / DEVIATION[channel])
}

/// The picture with at most so many pixels; `None` where it has no more.
pub(super) fn within(picture: &RgbImage, pixels: u32) -> Option<RgbImage> {
    let [width, height] = [picture.width(), picture.height()].map(f64::from);
    let scale = (f64::from(pixels) / (width * height)).sqrt();
    let sides = [width, height].map(|side| ((side * scale).floor() as u32).max(1));
    (scale < 1.0).then(|| resized(picture, sides, Kernel::Lanczos))
}

/// On the same device in single precision: these networks are small, and some of them overflow or go wrong in half.
pub(super) fn single(compute: &Compute) -> Compute {
    Compute::new(compute.device(), Precision::F32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_larger_pictures_are_brought_within_so_many_pixels() {
        let size = |width, height| within(&RgbImage::new(width, height), 10_000).map(|picture| picture.dimensions());
        assert_eq!(size(100, 100), None);
        assert_eq!(size(400, 100), Some((200, 50)));
        assert_eq!(size(20_000, 1), Some((14_142, 1)));
    }
}
