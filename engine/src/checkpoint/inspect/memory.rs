//! How much memory a model needs while it makes a picture of its own size.

use std::fmt;

use serde::Serialize;

use super::super::config::{AutoencoderConfig, ClipConfig, SampleSize, UnetConfig};
use crate::memory::{ModelMemory, Place, RunSize, words};

/// Bytes needed to make one picture with guidance at the size the model was trained for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MemoryNeed {
    /// Edges of that picture, in pixels.
    pub width: u64,
    pub height: u64,
    /// All weights in half precision, save the autoencoder's, which need single precision.
    pub weights_f16: u64,
    /// All weights in single precision.
    pub weights_f32: u64,
    /// What is held beside the weights on a GPU, in half precision.
    pub working_f16: u64,
    /// What is held beside the weights on the CPU, in single precision.
    pub working_f32: u64,
}

impl MemoryNeed {
    /// The configs are checked ones.
    pub(super) fn forecast(text_encoder: &ClipConfig, unet: &UnetConfig, vae: &AutoencoderConfig) -> Self {
        let (latent_height, latent_width) = match unet.sample_size {
            Some(SampleSize::Square(edge)) => (edge, edge),
            Some(SampleSize::HeightWidth([height, width])) => (height, width),
            None => (64, 64),
        };
        let edge = |cells: usize| u32::try_from(cells.saturating_mul(vae.downscale())).unwrap_or(u32::MAX);
        let (width, height) = (edge(latent_width), edge(latent_height));
        let run = RunSize { width, height, pictures: 1, guided: true };
        let model = ModelMemory::of_configs(text_encoder, unet, vae);
        let (half, full) = (model.forecast(run, Place::Gpu { half: true }), model.forecast(run, Place::Cpu));
        Self {
            width: u64::from(width),
            height: u64::from(height),
            weights_f16: half.weights,
            weights_f32: full.weights,
            working_f16: half.working,
            working_f32: full.working,
        }
    }
}

impl fmt::Display for MemoryNeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = words(self.weights_f16.saturating_add(self.working_f16));
        let full = words(self.weights_f32.saturating_add(self.working_f32));
        let (width, height) = (self.width, self.height);
        write!(
            f,
            "memory for a picture of {width} x {height}: about {half} in half precision on a GPU, {full} on the CPU"
        )
    }
}
