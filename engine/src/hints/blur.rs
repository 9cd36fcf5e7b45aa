//! The picture blurred.

use image::RgbImage;

use super::planes::{Plane, level, reach};
use super::strips::in_strips;
use super::watch::Watch;
use crate::nn::Interrupted;

/// Blurred by a Gaussian of that deviation in pixels, as OpenCV's `GaussianBlur(picture, (0, 0), deviation)`, which rounds a
/// little otherwise.
///
/// # Errors
/// The work is no longer wanted.
pub(super) fn blurred(picture: &RgbImage, deviation: f32, watch: &mut Watch<'_>) -> Result<RgbImage, Interrupted> {
    let width = picture.width() as usize;
    let mut hint = picture.clone();
    let around = reach(deviation);
    in_strips(hint.as_flat_samples_mut().samples, width * 3, watch, |rows, strip| {
        for channel in 0..3 {
            let plane = Plane::of_rows(picture.as_raw(), width, [channel, 3], &rows, around).blurred(deviation);
            for (to, value) in strip.iter_mut().skip(channel).step_by(3).zip(plane.inner(around)) {
                *to = level(*value);
            }
        }
    })?;
    Ok(hint)
}
