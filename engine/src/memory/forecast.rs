//! What a model takes: its weights, and what is held beside them while a picture is made.
//!
//! Measured on the CPU with a model of Stable Diffusion 1.5's size (4.27 GB of weights in f32), guidance on: at 256 x 256
//! the process held 4.61 GB of its own at most, at 512 x 512 5.22 GB, at 768 x 768 6.24 GB. While a model is read, its file
//! is held as well as a copy that the system takes back when memory runs short; it is not counted. What GPUs take beyond
//! the CPU is estimated.

use std::path::Path;

use super::controls::ControlMemory;
use crate::checkpoint::config::{AutoencoderConfig, ClipConfig, UnetConfig};
use crate::checkpoint::expected::{self, Expected};
use crate::checkpoint::{CheckpointError, ControlConfig, ModelFiles, open_model};
use crate::models::AutoencoderKl;
use crate::nn::ATTENTION_BUDGET;
use crate::recipe::Recipe;

/// Where a model computes, and in which precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Main memory, always in single precision.
    Cpu,
    /// A graphics adapter; `half`: text encoder and UNet are in half precision.
    Gpu { half: bool },
}

/// What of a recipe decides how much memory it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunSize {
    /// Of one picture, in pixels.
    pub width: u32,
    pub height: u32,
    /// Made at once.
    pub pictures: u32,
    /// Predictions are made with and without the prompt, in one batch.
    pub guided: bool,
}

impl RunSize {
    #[must_use]
    pub fn of(recipe: &Recipe) -> Self {
        let guided = recipe.is_guided();
        Self { width: recipe.width, height: recipe.height, pictures: recipe.batch, guided }
    }

    fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// Bytes that a generation takes at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryForecast {
    /// All weights; they stay as long as the model is loaded.
    pub weights: u64,
    /// What is held beside them while the picture is made.
    pub working: u64,
}

impl MemoryForecast {
    #[must_use]
    pub fn total(self) -> u64 {
        self.weights.saturating_add(self.working)
    }
}

/// All that the forecast needs to know of a model.
#[derive(Clone, Debug)]
pub struct ModelMemory {
    /// Numbers in the text encoder and the UNet.
    halvable_weights: u64,
    /// Numbers in the autoencoder, which is never in half precision.
    autoencoder_weights: u64,
    /// Numbers in the largest tensor, which is held twice while it is laid out for the kernels.
    largest_tensor: u64,
    unet: UnetConfig,
    autoencoder: AutoencoderConfig,
    /// Networks for hints.
    controls: Vec<ControlMemory>,
}

/// Tokenizer, scratch of the norms and other small things.
const SMALL_THINGS: u64 = 16 << 20;
/// Maps of a level's size alive at once beside the skip connections, in a transformer: the residuals, the doubled hidden
/// layer of the feed-forward (eight) and what the gate leaves of it (four); a resnet on the way up, its input three times
/// as wide, comes to as much with the scratch of its convolutions.
const MAPS_ALIVE: u64 = 16;
/// On GPUs, norms work on copies in f32: three of an input three times as wide as the level.
const MAPS_IN_NORMS: u64 = 9;
/// GPU memory is kept in pools and handed out in pages: a fifth is lost.
const fn with_pools(bytes: u64) -> u64 {
    bytes.saturating_add(bytes / 5)
}
/// Numbers a pixel of a finished picture: as planes of f32 twice, and as bytes.
const BYTES_PER_PICTURE_PIXEL: u64 = 3 * (4 + 4 + 1);

impl ModelMemory {
    /// Of an opened model; reads nothing.
    #[must_use]
    pub fn of(files: &ModelFiles) -> Self {
        Self::of_configs(&files.text_encoder.config, &files.unet.config, &files.vae.config)
    }

    /// Opens a model and looks at its configs or shapes only: milliseconds, but not for a window's thread.
    ///
    /// # Errors
    /// It is no model, or an incomplete one.
    pub fn read(location: &Path) -> Result<Self, CheckpointError> {
        Ok(Self::of(&open_model(location)?))
    }

    pub(crate) fn of_configs(text_encoder: &ClipConfig, unet: &UnetConfig, autoencoder: &AutoencoderConfig) -> Self {
        let lists = [expected::clip(text_encoder), expected::unet(unet), expected::autoencoder(autoencoder)];
        let [text_encoder_weights, unet_weights, autoencoder_weights] = lists.each_ref().map(|list| numbers(list));
        Self {
            halvable_weights: text_encoder_weights.saturating_add(unet_weights),
            autoencoder_weights,
            largest_tensor: lists.iter().flatten().map(elements).max().unwrap_or(0),
            unet: unet.clone(),
            autoencoder: autoencoder.clone(),
            controls: Vec::new(),
        }
    }

    /// The same model with networks for hints, one for each of a recipe's controls, instead of those it had.
    #[must_use]
    pub fn with_controls<'a>(&self, configs: impl IntoIterator<Item = &'a ControlConfig>) -> Self {
        Self { controls: configs.into_iter().map(ControlMemory::of).collect(), ..self.clone() }
    }

    /// What making these pictures takes.
    #[must_use]
    pub fn forecast(&self, run: RunSize, place: Place) -> MemoryForecast {
        let number = if place == (Place::Gpu { half: true }) { 2 } else { 4 };
        let controls = self.controls.iter().map(|control| control.weights).fold(0, u64::saturating_add);
        let halvable = self.halvable_weights.saturating_add(controls);
        let weights = halvable.saturating_mul(number).saturating_add(self.autoencoder_weights * 4);
        let unet = self.unet_bytes(run, place, number).saturating_add(self.results_bytes(run, number));
        let looking =
            self.controls.iter().map(|control| control.looking(run).saturating_mul(number)).max().unwrap_or(0);
        let coding = self.coding_bytes(run, place);
        // Some of what the UNet took is still held, in pieces, when the picture is decoded.
        let running = unet.max(coding.saturating_add(unet / 2)).max(looking);
        let finished = run.pixels().saturating_mul(BYTES_PER_PICTURE_PIXEL).saturating_mul(u64::from(run.pictures));
        let largest = self.controls.iter().map(|control| control.largest_tensor).fold(self.largest_tensor, u64::max);
        let loading = largest.saturating_mul(4);
        let most = running.saturating_add(finished).max(loading);
        MemoryForecast { weights, working: most.saturating_add(SMALL_THINGS) }
    }

    /// Bytes of what networks add to the UNet: the sum, and where there are several the next one's results.
    fn results_bytes(&self, run: RunSize, number: u64) -> u64 {
        let cells = self.cells(run);
        let mut results: Vec<u64> = self.controls.iter().map(|control| control.results(run, cells)).collect();
        results.sort_unstable();
        results.iter().rev().take(2).fold(0_u64, |sum, results| sum.saturating_add(*results)).saturating_mul(number)
    }

    /// Places of the latents of one picture.
    fn cells(&self, run: RunSize) -> u64 {
        let scale = (self.autoencoder.downscale() as u64).max(1);
        (u64::from(run.width) / scale).saturating_mul(u64::from(run.height) / scale)
    }

    /// Bytes alive at once in the UNet's largest layer, with all skip connections. `number`: bytes of one number.
    fn unet_bytes(&self, run: RunSize, place: Place, number: u64) -> u64 {
        let cells = self.cells(run);
        let batch = u64::from(run.pictures) * if run.guided { 2 } else { 1 };
        let (mut skips, mut largest, mut scores) = (0u64, 0u64, 0u64);
        for (level, &channels) in self.unet.block_out_channels.iter().enumerate() {
            let cells = (cells >> (2 * level)).max(1);
            let map = cells.saturating_mul(channels as u64).saturating_mul(batch);
            skips = skips.saturating_add(map.saturating_mul(self.unet.layers(level) as u64 + 1));
            largest = largest.max(map);
            if self.unet.attends(level) {
                let heads = self.unet.heads(level) as u64;
                scores = scores.max(cells.saturating_mul(cells).saturating_mul(heads).saturating_mul(batch));
            }
        }
        let maps = skips.saturating_add(largest.saturating_mul(MAPS_ALIVE)).saturating_mul(number);
        match place {
            // Attention's scores stay in the caches.
            Place::Cpu => maps,
            Place::Gpu { .. } => {
                let norms = largest.saturating_mul(4 * MAPS_IN_NORMS);
                // Scores, and their softmax.
                let scores = scores.saturating_mul(4).min(ATTENTION_BUDGET as u64).saturating_mul(2);
                with_pools(maps.saturating_add(norms).saturating_add(scores))
            }
        }
    }

    /// Bytes alive at once in the autoencoder, which codes one picture after the other.
    fn coding_bytes(&self, run: RunSize, place: Place) -> u64 {
        let bytes = AutoencoderKl::working_bytes(&self.autoencoder, run.height as usize, run.width as usize) as u64;
        match place {
            // Tiles are cut by a cautious figure; three quarters of it were measured.
            Place::Cpu => bytes / 4 * 3,
            Place::Gpu { .. } => with_pools(bytes.saturating_add(bytes / 2)),
        }
    }
}

fn numbers(list: &[Expected]) -> u64 {
    list.iter().map(elements).fold(0, u64::saturating_add)
}

fn elements(tensor: &Expected) -> u64 {
    tensor.shape.iter().map(|&edge| edge as u64).fold(1, u64::saturating_mul)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checkpoint::config::PerBlock;

    /// Stable Diffusion 1.5's configs.
    pub fn stable_diffusion_1_5() -> ModelMemory {
        let text_encoder =
            ClipConfig { hidden_size: 768, intermediate_size: 3072, num_attention_heads: 12, ..ClipConfig::default() };
        let unet = UnetConfig { cross_attention_dim: PerBlock::All(768), ..UnetConfig::default() };
        let autoencoder = AutoencoderConfig {
            block_out_channels: vec![128, 256, 512, 512],
            down_block_types: vec!["DownEncoderBlock2D".to_owned(); 4],
            up_block_types: vec!["UpDecoderBlock2D".to_owned(); 4],
            layers_per_block: 2,
            ..AutoencoderConfig::default()
        };
        ModelMemory::of_configs(&text_encoder, &unet, &autoencoder)
    }

    pub fn square(edge: u32, pictures: u32) -> RunSize {
        RunSize { width: edge, height: edge, pictures, guided: true }
    }

    /// Peaks of anonymous memory of `brushfire generate --steps 1 --device cpu`, sampled every 30 ms from
    /// `/proc/PID/status`; the model was written by `tests/reference/full_size.py`.
    #[test]
    fn the_forecast_is_within_a_tenth_of_what_was_measured() {
        let model = stable_diffusion_1_5();
        let unguided = RunSize { guided: false, ..square(1024, 1) };
        let measured = [
            (square(256, 1), 4.61e9),
            (square(512, 1), 5.22e9),
            (square(512, 4), 5.28e9),
            (square(768, 1), 6.24e9),
            (unguided, 7.63e9),
        ];
        for (run, measured) in measured {
            let forecast = model.forecast(run, Place::Cpu).total() as f64;
            assert!((forecast / measured - 1.0).abs() < 0.1, "{run:?}: {forecast:.3e} instead of {measured:.3e}");
        }
    }

    #[test]
    fn half_precision_halves_all_weights_but_the_autoencoders() {
        let model = stable_diffusion_1_5();
        let full = model.forecast(square(512, 1), Place::Gpu { half: false }).weights;
        let half = model.forecast(square(512, 1), Place::Gpu { half: true }).weights;
        // 859 520 964 + 123 060 480 + 83 653 863 numbers.
        assert_eq!((full, half), (4 * 1_066_235_307, 2 * (859_520_964 + 123_060_480) + 4 * 83_653_863));
    }

    #[test]
    fn more_and_larger_pictures_take_more_and_nothing_overflows() {
        let model = stable_diffusion_1_5();
        for place in [Place::Cpu, Place::Gpu { half: false }, Place::Gpu { half: true }] {
            let working = |run| model.forecast(run, place).working;
            assert!(working(square(512, 1)) < working(square(768, 1)));
            assert!(working(square(512, 8)) > working(square(512, 1)));
            assert!(working(square(768, 4)) > working(RunSize { guided: false, ..square(768, 4) }));
            let absurd = RunSize { width: u32::MAX, height: u32::MAX, pictures: u32::MAX, guided: true };
            assert!(working(absurd) > working(square(8192, 64)));
        }
    }
}
