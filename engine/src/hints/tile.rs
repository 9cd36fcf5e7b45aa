//! The picture as content to keep.

use image::RgbImage;

use super::make::resized;
use crate::inpaint::resample::Kernel;

/// What is finer than `detail` pixels is gone: the picture made smaller by that factor and larger again, as the tile
/// preprocessor of ControlNet's extension does by its down-sampling rate.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sides of a picture made smaller")]
pub(super) fn tile(picture: &RgbImage, detail: f32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let small = [width, height].map(|side| ((f64::from(side) / f64::from(detail)) as u32).max(1));
    if small == [width, height] {
        return picture.clone();
    }
    resized(&resized(picture, small, Kernel::Triangle), [width, height], Kernel::Cubic)
}
