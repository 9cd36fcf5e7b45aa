//! Coarse blocks of colour.

use image::RgbImage;
use rayon::prelude::*;

use super::make::resized;
use crate::inpaint::resample::Kernel;

/// Blocks of `side` pixels, each of the colours under it: the picture made smaller by that factor by cubic interpolation, and
/// larger again by repeating pixels, as the colour condition of T2I-Adapter is made (its model card, with Pillow).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number of pixels")]
pub(super) fn blocks(picture: &RgbImage, side: f32) -> RgbImage {
    let side = (side as u32).max(1);
    let (width, height) = picture.dimensions();
    let [columns, rows] = [width, height].map(|length| (length / side).max(1));
    let small = resized(picture, [columns, rows], Kernel::Cubic);
    let nearest = |place: u32, blocks: u32, length: u32| {
        (u64::from(2 * place + 1) * u64::from(blocks) / u64::from(2 * length)) as u32
    };
    let mut hint = RgbImage::new(width, height);
    let stride = width as usize * 3;
    hint.as_flat_samples_mut().samples.par_chunks_exact_mut(stride.max(1)).zip(0..height).for_each(|(row, y)| {
        let y = nearest(y, rows, height);
        for (pixel, x) in row.as_chunks_mut::<3>().0.iter_mut().zip(0..) {
            *pixel = small.get_pixel(nearest(x, columns, width), y).0;
        }
    });
    hint
}
