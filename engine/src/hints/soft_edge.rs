//! Edges as soft as they are sure, by [`Hed`].

use std::path::Path;

use image::{RgbImage, buffer::ConvertBuffer};

use super::error::HintError;
use super::make::resized;
use super::planes::level;
use super::seen::{channels_of, single, within};
use super::watch::Watch;
use crate::checkpoint::open_source;
use crate::inpaint::resample::Kernel;
use crate::models::Hed;
use crate::nn::Compute;

/// Most pixels that the network is shown; it holds about 600 bytes for each. Edges of larger pictures come from a smaller
/// one.
const MAX_PIXELS: u32 = 1 << 20;

/// White on black, of the picture's size.
pub(super) fn edges(
    picture: &RgbImage,
    weights: &Path,
    compute: &Compute,
    watch: &mut Watch<'_>,
) -> Result<RgbImage, HintError> {
    let compute = single(compute);
    let net = Hed::load(open_source(weights)?.as_ref(), &compute)?;
    let smaller = within(picture, MAX_PIXELS);
    let seen = smaller.as_ref().unwrap_or(picture);
    let (width, height) = seen.dimensions();
    let input = channels_of(seen, |_, level| f32::from(level));
    let input = if net.reads_blue_first() { blue_first(&input) } else { input };
    let input = compute.tensor(input, [1, 3, height as usize, width as usize]);
    let edges = Compute::values(net.forward(input, &mut |share| watch.reached(share))?)?;
    let levels = edges.into_iter().map(|sure| level(sure * 255.0)).collect();
    let edges: RgbImage = image::GrayImage::from_raw(width, height, levels).unwrap_or_default().convert();
    let size = [picture.width(), picture.height()];
    Ok(if smaller.is_some() { resized(&edges, size, Kernel::Triangle) } else { edges })
}

/// `[3, H, W]` with the channels the other way round.
fn blue_first(channels: &[f32]) -> Vec<f32> {
    channels.chunks_exact((channels.len() / 3).max(1)).rev().flatten().copied().collect()
}
