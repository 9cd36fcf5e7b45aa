//! Which way surfaces face, from how near they are.
//!
//! The colours are those of Bae's normals, which ControlNet 1.1's network was trained on: red is left, green is top, blue is
//! front. ControlNet 1.0 made its own from MiDaS's depth (`annotator/midas`) by the same formula with red and blue in each
//! other's place.

use image::RgbImage;

use super::gray::gray;
use super::planes::{Plane, level, reach};
use super::recipe::HintRecipe;
use super::strips::in_strips;
use super::watch::Watch;
use crate::nn::Interrupted;

/// How depth becomes normals.
pub(super) struct Look {
    /// What lies between the farthest and the nearest, in shorter sides of the picture.
    pub relief: f32,
    /// What is not nearer than this, 0 to 1, is flat.
    pub background: f32,
    /// Deviation of a Gaussian that the depth is blurred by first, in pixels, by no more than half a level of a picture of 8
    /// bits: slopes in few levels are staircases, and edges must stay.
    pub smoothness: f32,
    /// Red and blue in each other's place.
    pub old_colors: bool,
}

impl Look {
    pub fn of(recipe: &HintRecipe) -> Self {
        Self {
            relief: recipe.value("relief"),
            background: recipe.value("background"),
            smoothness: recipe.value("smoothness"),
            old_colors: recipe.is_on("old-colors"),
        }
    }
}

/// Sobel's operator sums so many differences of neighbouring pixels.
const SOBEL_GAIN: f32 = 8.0;

/// Normals of a picture of depth, white being nearest.
///
/// # Errors
/// The work is no longer wanted.
pub(super) fn from_picture(picture: &RgbImage, look: &Look, watch: &mut Watch<'_>) -> Result<RgbImage, Interrupted> {
    from_depth(gray(picture).as_raw(), 255.0, picture.dimensions(), look, watch)
}

/// Normals of `depth`, `width` x `height` numbers row by row, from 0 for the farthest to `nearest`.
///
/// # Errors
/// The work is no longer wanted.
pub(super) fn from_depth<T: Copy + Into<f32> + Sync>(
    depth: &[T],
    nearest: f32,
    (width, height): (u32, u32),
    look: &Look,
    watch: &mut Watch<'_>,
) -> Result<RgbImage, Interrupted> {
    #[expect(clippy::cast_precision_loss, reason = "sides of a picture")]
    let steepness = look.relief * width.min(height) as f32 / (nearest * SOBEL_GAIN);
    let half_level = nearest / 510.0;
    let around = reach(look.smoothness) + 1;
    let [step, middle] = [[-1.0, 0.0, 1.0], [1.0, 2.0, 1.0]];
    let mut hint = RgbImage::new(width, height);
    let width = width as usize;
    in_strips(hint.as_flat_samples_mut().samples, width * 3, watch, |rows, strip| {
        let depth = Plane::of_rows(depth, width, [0, 1], &rows, around);
        let smooth = depth.blurred(look.smoothness);
        let smooth = smooth.with(&depth, |smooth, depth| smooth.clamp(depth - half_level, depth + half_level));
        let across = smooth.filtered(&step, &middle);
        let down = smooth.filtered(&middle, &step);
        let gradients = across.inner(around).iter().zip(down.inner(around)).zip(depth.inner(around));
        for (pixel, ((across, down), depth)) in strip.as_chunks_mut::<3>().0.iter_mut().zip(gradients) {
            let steepness = if *depth < look.background * nearest { 0.0 } else { steepness };
            *pixel = color([across * steepness, down * steepness]);
            if look.old_colors {
                pixel.reverse();
            }
        }
    })?;
    Ok(hint)
}

/// The colour of a surface that comes nearer by so much a pixel to the right and down.
fn color([across, down]: [f32; 2]) -> [u8; 3] {
    let length = (across * across + down * down + 1.0).sqrt();
    [across, down, 1.0].map(|part| level(part / length * 127.5 + 127.5))
}
