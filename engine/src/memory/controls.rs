//! What networks for hints take.

use super::forecast::RunSize;
use crate::checkpoint::ControlConfig;
use crate::checkpoint::expected;

/// What one network takes.
#[derive(Clone, Debug)]
pub(super) struct ControlMemory {
    /// Numbers of all its tensors, and of the largest.
    pub weights: u64,
    pub largest_tensor: u64,
    /// Channels of what it adds to each level's layers, the outermost level first.
    results: Vec<u64>,
    /// Channels of the first thing it makes of a hint, at the hint's own size.
    first_map: u64,
    /// What it adds is made anew at every evaluation, for both halves of the guidance.
    is_evaluated: bool,
}

impl ControlMemory {
    pub fn of(config: &ControlConfig) -> Self {
        let (list, results, first_map, is_evaluated) = match config {
            ControlConfig::ControlNet(config) => {
                let unet = &config.unet;
                let levels = unet.block_out_channels.iter().enumerate();
                let results = levels.map(|(level, &channels)| channels * (unet.layers(level) + 1)).collect();
                let first = config.embedding_channels().first().copied().unwrap_or(0);
                (expected::controlnet(config), results, first, true)
            }
            ControlConfig::Adapter(config) => (expected::adapter(config), config.features(), config.in_channels, false),
        };
        let elements = |shape: &[usize]| shape.iter().map(|&edge| edge as u64).fold(1, u64::saturating_mul);
        let sizes = || list.iter().map(|tensor| elements(&tensor.shape));
        Self {
            weights: sizes().fold(0, u64::saturating_add),
            largest_tensor: sizes().max().unwrap_or(0),
            results: results.into_iter().map(|channels: usize| channels as u64).collect(),
            first_map: first_map as u64,
            is_evaluated,
        }
    }

    /// Numbers that it adds to the UNet in one evaluation; outermost, latents have `cells` places.
    pub fn results(&self, run: RunSize, cells: u64) -> u64 {
        let halves = if run.guided && self.is_evaluated { 2 } else { 1 };
        let batch = u64::from(run.pictures) * halves;
        let levels = self.results.iter().enumerate();
        let maps = levels.map(|(level, channels)| (cells >> (2 * level)).max(1).saturating_mul(*channels));
        maps.fold(0, u64::saturating_add).saturating_mul(batch)
    }

    /// Numbers alive at once while it looks at a hint: a map, its activation, and the next.
    pub fn looking(&self, run: RunSize) -> u64 {
        let pixels = u64::from(run.width) * u64::from(run.height);
        pixels.saturating_mul(self.first_map).saturating_mul(3)
    }
}
