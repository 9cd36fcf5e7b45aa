//! How a UNet is told how noisy its input is.

use burn::tensor::Tensor;

use super::activation::Activation;
use super::compute::Compute;
use super::linear::Linear;
use super::weights::{ModelError, Weights};

/// Sines and cosines of the timestep (diffusers' `Timesteps`), then two linear layers (`TimestepEmbedding`).
#[derive(Clone, Debug)]
pub(crate) struct TimestepEmbedding {
    frequencies: usize,
    cosines_first: bool,
    freq_shift: f64,
    linear_1: Linear,
    linear_2: Linear,
}

impl TimestepEmbedding {
    /// Reads `linear_1` (`channels` -> `width`) and `linear_2`. `channels` is even; see `flip_sin_to_cos` and
    /// `freq_shift` in a UNet's config.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(
        weights: &Weights<'_>,
        (channels, width): (usize, usize),
        cosines_first: bool,
        freq_shift: f64,
    ) -> Result<Self, ModelError> {
        let linear_1 = Linear::load(&weights.sub("linear_1"), channels, width)?;
        let linear_2 = Linear::load(&weights.sub("linear_2"), width, width)?;
        Ok(Self { frequencies: channels / 2, cosines_first, freq_shift, linear_1, linear_2 })
    }

    /// `[1, width]` for a timestep in training steps; fractions are fine.
    pub fn forward(&self, timestep: f64, compute: &Compute) -> Tensor<2> {
        let waves = sinusoids(timestep, self.frequencies, self.cosines_first, self.freq_shift);
        let x = self.linear_1.forward(compute.tensor(waves, [1, 2 * self.frequencies]));
        self.linear_2.forward(Activation::Silu.forward(x))
    }
}

/// Vaswani et al. 2017 in the arrangement of diffusers' `get_timestep_embedding`: angles `t * 10000^(-i / (half - shift))`,
/// all sines then all cosines, or the other way round. Exponent and angle are rounded to f32 where PyTorch rounds them.
fn sinusoids(timestep: f64, half: usize, cosines_first: bool, freq_shift: f64) -> Vec<f32> {
    let angle = |i: usize| {
        let exponent = (-(10000f64.ln()) as f32 * i as f32) / (half as f64 - freq_shift) as f32;
        timestep as f32 * exponent.exp()
    };
    let sines = (0..half).map(|i| angle(i).sin());
    let cosines = (0..half).map(|i| angle(i).cos());
    if cosines_first { cosines.chain(sines).collect() } else { sines.chain(cosines).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `diffusers.models.embeddings.get_timestep_embedding(torch.tensor([981]), 6, flip_sin_to_cos, downscale_freq_shift)`
    #[test]
    fn sinusoids_are_those_of_diffusers() {
        let close = |a: Vec<f32>, b: [f32; 6]| {
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5), "{a:?}");
        };
        close(sinusoids(981.0, 3, true, 0.0), EXPECTED_COSINES_FIRST);
        close(sinusoids(981.0, 3, false, 1.0), EXPECTED_SINES_FIRST_SHIFTED);
    }

    const EXPECTED_COSINES_FIRST: [f32; 6] =
        [0.679_957_2, 0.019_103_363, -0.516_453_56, 0.733_251_8, 0.999_817_5, 0.856_315_2];
    const EXPECTED_SINES_FIRST_SHIFTED: [f32; 6] =
        [0.733_251_8, -0.375_764_43, 0.097_942_725, 0.679_957_2, -0.926_715_2, 0.995_192_05];
}
