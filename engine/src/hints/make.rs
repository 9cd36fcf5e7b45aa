//! From a recipe and a picture to the hint.

use image::RgbImage;

use super::error::HintError;
use super::networks::{self, HintFolders};
use super::processor::HintProcessor;
use super::recipe::HintRecipe;
use super::skeleton::Pose;
use super::watch::Watch;
use super::{blur, canny, colors, invert, normals, scribble, segmentation, threshold, tile, xdog};
use crate::inpaint::resample::{Axis, Kernel, resampled};
use crate::nn::Compute;

/// What making a hint needs besides recipe and picture.
pub struct Context<'a> {
    pub watch: Watch<'a>,
    /// Where networks compute.
    pub compute: &'a Compute,
    pub folders: &'a HintFolders,
}

/// A hint that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct MadeHint {
    pub picture: RgbImage,
    /// The people that a pose shows, in the picture's pixels; `None` of other hints.
    pub people: Option<Pose>,
}

impl From<RgbImage> for MadeHint {
    fn from(picture: RgbImage) -> Self {
        Self { picture, people: None }
    }
}

/// Makes a hint of the picture, of its size or the recipe's.
///
/// # Errors
/// A recipe that cannot be followed, weights that are missing or wrong, a picture without pixels; [`HintError::Cancelled`].
pub fn make(recipe: &HintRecipe, picture: &RgbImage, context: &mut Context<'_>) -> Result<MadeHint, HintError> {
    recipe.check()?;
    if picture.is_empty() {
        return Err(HintError::Empty);
    }
    context.watch.reached(0.0)?;
    let scaled = recipe.size.and_then(|size| scaled(picture, size));
    let picture = scaled.as_ref().unwrap_or(picture);
    let watch = &mut context.watch;
    let value = |name: &str| recipe.value(name);
    let hint = match recipe.processor {
        HintProcessor::Canny => canny::edges(picture, value("low"), value("high"), watch)?.into(),
        HintProcessor::LineArt => xdog::line_art(picture, &xdog::Pen::of(recipe), watch)?.into(),
        HintProcessor::Scribble => scribble::scribble(picture, &scribble::Hand::of(recipe), watch)?.into(),
        HintProcessor::NormalFromDepth => normals::from_picture(picture, &normals::Look::of(recipe), watch)?.into(),
        HintProcessor::Segmentation => segmentation::snapped(picture, watch)?.into(),
        HintProcessor::Colors => colors::blocks(picture, value("block")).into(),
        HintProcessor::Tile => tile::tile(picture, value("detail")).into(),
        HintProcessor::Blur => blur::blurred(picture, value("radius"), watch)?.into(),
        HintProcessor::Threshold => threshold::threshold(picture, &threshold::Level::of(recipe)).into(),
        HintProcessor::Invert => invert::inverted(picture).into(),
        HintProcessor::SoftEdge
        | HintProcessor::Lines
        | HintProcessor::Depth
        | HintProcessor::Normal
        | HintProcessor::Pose => networks::make(recipe, picture, context)?,
    };
    context.watch.reached(1.0)?;
    Ok(hint)
}

/// The picture with a shorter side of `size` pixels, or as much less as keeps the longer one within
/// [`HintRecipe::MAX_SIZE`]; `None` where it has that size already.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sides up to the largest size")]
fn scaled(picture: &RgbImage, size: u32) -> Option<RgbImage> {
    let (width, height) = picture.dimensions();
    let [shorter, longer] = [width.min(height), width.max(height)].map(f64::from);
    let scale = (f64::from(size) / shorter).min(f64::from(HintRecipe::MAX_SIZE) / longer);
    let sides = [width, height].map(|side| ((f64::from(side) * scale).round() as u32).max(1));
    (sides != [width, height]).then(|| resized(picture, sides, Kernel::Lanczos))
}

/// The whole picture at another size.
pub(super) fn resized(picture: &RgbImage, [width, height]: [u32; 2], kernel: Kernel) -> RgbImage {
    let axis = |length: u32, pixels: u32| Axis { start: 0.0, length: length.into(), pixels: pixels as usize };
    let axes = [axis(picture.width(), width), axis(picture.height(), height)];
    let levels = resampled::<3>(picture.as_raw(), picture.width() as usize, axes, kernel);
    RgbImage::from_raw(width, height, levels).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_side_has_the_size_and_a_thread_of_pixels_stays_within_bounds() {
        let size =
            |width, height, size| scaled(&RgbImage::new(width, height), size).map(|picture| picture.dimensions());
        assert_eq!(size(300, 200, 512), Some((768, 512)));
        assert_eq!(size(4000, 3000, 512), Some((683, 512)));
        assert_eq!(size(300, 200, 200), None);
        assert_eq!(size(1, 4000, 512), Some((2, 8192)));
    }
}
