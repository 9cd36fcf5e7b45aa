//! The sizes a model works at.

use std::path::Path;

use crate::checkpoint::config::{AutoencoderConfig, SampleSize, UnetConfig};
use crate::checkpoint::{CheckpointError, ModelFiles, open_model};
use crate::recipe::Recipe;

/// What a model asks of a picture's size, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelSize {
    /// The side of the square it was trained on; it is at its best where width times height are about this squared.
    pub best_side: u32,
    /// Width and height must be multiples of this.
    pub multiple: u32,
}

impl Default for ModelSize {
    /// Stable Diffusion 1.x.
    fn default() -> Self {
        Self { best_side: 512, multiple: 8 }
    }
}

impl ModelSize {
    /// Of an opened model.
    #[must_use]
    pub fn of(files: &ModelFiles) -> Self {
        Self::of_configs(&files.unet.config, &files.vae.config)
    }

    /// Opens a model and looks at its configs or shapes only: milliseconds, but not for a window's thread.
    ///
    /// # Errors
    /// It is no model, or an incomplete one.
    pub fn read(location: &Path) -> Result<Self, CheckpointError> {
        Ok(Self::of(&open_model(location)?))
    }

    fn of_configs(unet: &UnetConfig, autoencoder: &AutoencoderConfig) -> Self {
        let cells = match unet.sample_size {
            Some(SampleSize::Square(edge)) => edge,
            Some(SampleSize::HeightWidth([height, width])) => height.saturating_mul(width).isqrt(),
            None => DEFAULT_CELLS,
        };
        let scale = autoencoder.downscale();
        let pixels = |side: usize| u32::try_from(side).unwrap_or(Recipe::MAX_SIDE);
        // Recipes speak of multiples of 8, whatever a model would be content with.
        let multiple = pixels(scale).max(8);
        let best_side = pixels(cells.saturating_mul(scale)).clamp(Recipe::MIN_SIDE, MAX_BEST_SIDE);
        Self { best_side: best_side.next_multiple_of(multiple), multiple }
    }
}

/// diffusers' models without a `sample_size` take 64 cells.
const DEFAULT_CELLS: usize = 64;

/// No model is trained on larger pictures; a config that says so is wrong.
const MAX_BEST_SIDE: u32 = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_best_at_the_size_it_was_trained_on() {
        let autoencoder = AutoencoderConfig { block_out_channels: vec![1; 4], ..AutoencoderConfig::default() };
        let size = |sample_size| {
            ModelSize::of_configs(&UnetConfig { sample_size, ..UnetConfig::default() }, &autoencoder).best_side
        };
        assert_eq!(size(Some(SampleSize::Square(96))), 768);
        assert_eq!(size(Some(SampleSize::HeightWidth([64, 64]))), 512);
        assert_eq!(size(None), 512);
        assert_eq!(size(Some(SampleSize::Square(1))), Recipe::MIN_SIDE, "a tiny model of tests");
        assert_eq!(size(Some(SampleSize::Square(usize::MAX))), MAX_BEST_SIDE);
    }
}
