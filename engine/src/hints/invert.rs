//! The negative.

use image::RgbImage;
use rayon::prelude::*;

/// Every level taken from 255.
pub(super) fn inverted(picture: &RgbImage) -> RgbImage {
    let mut hint = picture.clone();
    hint.as_flat_samples_mut().samples.par_iter_mut().for_each(|level| *level = u8::MAX - *level);
    hint
}
