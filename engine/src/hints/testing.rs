//! What tests of hints share.

use image::RgbImage;

use super::error::HintError;
use super::make::{Context, make};
use super::networks::HintFolders;
use super::recipe::HintRecipe;
use super::watch::Watch;
use crate::nn::{CancelToken, Compute, Precision};

/// The hint, or why there is none.
pub(super) fn attempted(recipe: &HintRecipe, picture: &RgbImage) -> Result<RgbImage, HintError> {
    let (mut progress, cancel) = (|_| {}, CancelToken::new());
    let compute = Compute::new(&burn::tensor::Device::flex(), Precision::F32);
    let folders = HintFolders::default();
    let watch = Watch::new(&mut progress, &cancel);
    make(recipe, picture, &mut Context { watch, compute: &compute, folders: &folders }).map(|made| made.picture)
}

/// The hint.
pub(super) fn made(recipe: &HintRecipe, picture: &RgbImage) -> RgbImage {
    attempted(recipe, picture).unwrap()
}
