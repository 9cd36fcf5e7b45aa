//! How much memory a model needs while it makes a picture.

use std::fmt;

use serde::Serialize;

use super::super::config::{AutoencoderConfig, DownBlock, SampleSize, UnetConfig};
use super::megabytes;

/// Bytes needed to make one picture with guidance at the size the model was trained for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MemoryNeed {
    /// Edges of that picture, in pixels.
    pub width: u64,
    pub height: u64,
    /// All weights in half precision.
    pub weights_f16: u64,
    /// All weights in full precision.
    pub weights_f32: u64,
    /// Estimate of what is held beside the weights, in half precision.
    pub working_f16: u64,
    /// The same in full precision.
    pub working_f32: u64,
}

/// The conditional and the unconditional prediction are made in one batch.
const BATCH: u64 = 2;
/// Feature maps of a layer's size that are alive at once beside the skip connections: input, output, the scratch of norms
/// and of the convolution between them, and the doubled hidden layer of a transformer (four times the width, twice).
const MAPS_ALIVE: u64 = 12;
/// Attention scores are made for some of the queries at a time, in blocks of at most this.
const MAX_SCORES: u64 = 256 << 20;
/// Edge of the tiles, in latent pixels, in which larger pictures are decoded.
const DECODER_TILE: u64 = 64;

impl MemoryNeed {
    /// `weights` is the number of all components' parameters; the configs are checked ones.
    pub(super) fn estimate(weights: u64, unet: &UnetConfig, vae: &AutoencoderConfig) -> Self {
        let (latent_height, latent_width) = match unet.sample_size {
            Some(SampleSize::Square(edge)) => (edge as u64, edge as u64),
            Some(SampleSize::HeightWidth([height, width])) => (height as u64, width as u64),
            None => (64, 64),
        };
        let scale = vae.downscale() as u64;
        let unet_maps = unet_elements(unet, latent_height.saturating_mul(latent_width));
        let vae_maps = vae_elements(vae, latent_height.min(DECODER_TILE) * latent_width.min(DECODER_TILE));
        // The decoder runs after the UNet, and in full precision where half would overflow.
        let vae_size = if vae.force_upcast { 4 } else { 2 };
        Self {
            width: latent_width.saturating_mul(scale),
            height: latent_height.saturating_mul(scale),
            weights_f16: weights.saturating_mul(2),
            weights_f32: weights.saturating_mul(4),
            working_f16: unet_maps.saturating_mul(2).max(vae_maps.saturating_mul(vae_size)),
            working_f32: unet_maps.max(vae_maps).saturating_mul(4),
        }
    }
}

/// Numbers alive at once in the UNet's largest layer, with all skip connections.
fn unet_elements(unet: &UnetConfig, latent_pixels: u64) -> u64 {
    let mut skips = 0u64;
    let mut largest = 0u64;
    let mut scores = 0u64;
    for (level, &channels) in unet.block_out_channels.iter().enumerate() {
        let pixels = (latent_pixels >> (2 * level)).max(1);
        let map = pixels.saturating_mul(channels as u64);
        skips = skips.saturating_add(map.saturating_mul(unet.layers(level) as u64 + 1));
        largest = largest.max(map);
        if unet.down_block_types.get(level) == Some(&DownBlock::CrossAttention) {
            scores = scores.max(pixels.saturating_mul(pixels).saturating_mul(unet.heads(level) as u64));
        }
    }
    let maps = skips.saturating_add(largest.saturating_mul(MAPS_ALIVE)).saturating_mul(BATCH);
    maps.saturating_add(scores.saturating_mul(BATCH).min(MAX_SCORES / 4))
}

/// Numbers alive at once where the decoder is largest: a few maps at the picture's resolution, as wide as the second block,
/// whose upsampler makes them.
fn vae_elements(vae: &AutoencoderConfig, latent_pixels: u64) -> u64 {
    let pixels = latent_pixels.saturating_mul((vae.downscale() as u64).pow(2));
    let width = vae.block_out_channels.get(1).or(vae.block_out_channels.first()).copied().unwrap_or(0) as u64;
    pixels.saturating_mul(width).saturating_mul(3)
}

impl fmt::Display for MemoryNeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = megabytes(self.weights_f16.saturating_add(self.working_f16));
        let full = megabytes(self.weights_f32.saturating_add(self.working_f32));
        let (width, height) = (self.width, self.height);
        write!(f, "memory for a picture of {width} x {height}: about {half} in half precision, {full} in full")
    }
}
