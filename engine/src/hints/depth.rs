//! How near things are, by [`DepthAnything`] or [`MidasSmall`].

use std::path::Path;

use image::RgbImage;

use super::error::HintError;
use super::make::resized;
use super::planes::level;
use super::seen::{normalised, single};
use super::watch::Watch;
use crate::checkpoint::{Source, open_source};
use crate::inpaint::resample::Kernel;
use crate::models::{DepthAnything, DepthAnythingConfig, MidasSmall, ModelError};
use crate::nn::{Compute, Smooth, resize_smoothly};

/// The shorter side at which Depth Anything was trained.
const ANYTHING_SIDE: f64 = 518.0;
/// Most pixels it is shown: its attention grows with their square.
const ANYTHING_PIXELS: f64 = 2.5 * ANYTHING_SIDE * ANYTHING_SIDE;
/// The longer side at which MiDaS was trained.
const MIDAS_SIDE: f64 = 256.0;

enum Network {
    Anything(Box<DepthAnything>),
    Midas(Box<MidasSmall>),
}

/// The nearest in white, the farthest in black.
pub(super) fn picture_of_depth(
    picture: &RgbImage,
    weights: &Path,
    compute: &Compute,
    watch: &mut Watch<'_>,
) -> Result<RgbImage, HintError> {
    let near = nearness(picture, weights, compute, watch)?;
    let levels = near.into_iter().flat_map(|near| [level(near * 255.0); 3]).collect();
    Ok(RgbImage::from_raw(picture.width(), picture.height(), levels).unwrap_or_default())
}

/// From 0 for the farthest to 1 for the nearest, row by row.
pub(super) fn nearness(
    picture: &RgbImage,
    weights: &Path,
    compute: &Compute,
    watch: &mut Watch<'_>,
) -> Result<Vec<f32>, HintError> {
    let compute = single(compute);
    let net = Network::load(weights, &compute)?;
    let [width, height] = net.size_for(picture);
    let seen = resized(picture, [width, height], Kernel::Lanczos);
    let input = compute.tensor(normalised(&seen), [1, 3, height as usize, width as usize]);
    let reached = &mut |share| watch.reached(share * 0.98);
    let near = match &net {
        Network::Anything(net) => net.forward(input, reached)?,
        Network::Midas(net) => net.forward(input, reached)?,
    };
    let size = [picture.height() as usize, picture.width() as usize];
    let mut near = Compute::values(resize_smoothly(near, size, Smooth::Bicubic))?;
    stretch(&mut near);
    Ok(near)
}

impl Network {
    fn load(weights: &Path, compute: &Compute) -> Result<Self, HintError> {
        let source = open_source(weights)?;
        let has = |name: &str| source.info(name).is_some();
        if has("pretrained.layer1.0.weight") {
            return Ok(Self::Midas(Box::new(MidasSmall::load(source.as_ref(), compute)?)));
        }
        if !has("pretrained.cls_token") && !has("backbone.embeddings.cls_token") {
            return Err(ModelError::Config(format!(
                "{} is neither Depth Anything nor MiDaS 2.1 small",
                weights.display()
            ))
            .into());
        }
        let config = anything_config(weights, source.as_ref())?;
        Ok(Self::Anything(Box::new(DepthAnything::load(config.as_ref(), source.as_ref(), compute)?)))
    }

    /// Width and height at which the network sees the picture: as in training, in whole patches.
    fn size_for(&self, picture: &RgbImage) -> [u32; 2] {
        let sides = [picture.width(), picture.height()].map(f64::from);
        let [shorter, longer] = [sides[0].min(sides[1]), sides[0].max(sides[1])];
        match self {
            Self::Anything(net) => {
                let scale = (ANYTHING_SIDE / shorter).min((ANYTHING_PIXELS / (shorter * longer)).sqrt());
                whole_patches(sides.map(|side| side * scale), net.multiple())
            }
            Self::Midas(_) => whole_patches(sides.map(|side| side * MIDAS_SIDE / longer), MidasSmall::MULTIPLE),
        }
    }
}

/// The config beside transformers' files; the published networks need none.
fn anything_config(weights: &Path, source: &dyn Source) -> Result<Option<DepthAnythingConfig>, HintError> {
    let path = weights.with_file_name("config.json");
    if source.info("backbone.embeddings.cls_token").is_none() || !path.is_file() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&path);
    let text = text.map_err(|error| ModelError::Config(format!("{} cannot be read: {error}", path.display())))?;
    Ok(Some(DepthAnythingConfig::from_json(&text)?))
}

fn whole_patches(sides: [f64; 2], patch: usize) -> [u32; 2] {
    let patch = u32::try_from(patch).unwrap_or(1).max(1);
    sides.map(|side| ((side / f64::from(patch)).round() as u32).max(1) * patch)
}

/// Brings the least to 0 and the most to 1; where all is the same, to 0.
fn stretch(values: &mut [f32]) {
    let (least, most) = values.iter().fold((f32::MAX, f32::MIN), |(a, b), &x| (a.min(x), b.max(x)));
    let range = (most - least).max(f32::MIN_POSITIVE);
    values.iter_mut().for_each(|value| *value = (*value - least) / range);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_see_whole_patches() {
        assert_eq!(whole_patches([518.0, 691.2], 14), [518, 686]);
        assert_eq!(whole_patches([256.0, 3.0], 32), [256, 32]);
    }

    #[test]
    fn the_nearest_is_white_and_the_farthest_black() {
        let mut values = [3.0, 1.0, 5.0];
        stretch(&mut values);
        assert_eq!(values, [0.5, 0.0, 1.0]);
        let mut flat = [2.0; 2];
        stretch(&mut flat);
        assert_eq!(flat, [0.0; 2]);
    }
}
