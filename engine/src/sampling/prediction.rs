//! What a model's output means, and the noise level it belongs to.

use serde::{Deserialize, Serialize};

/// What a model was trained to predict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PredictionType {
    /// The noise.
    #[default]
    Epsilon,
    /// `v = sqrt(ac) * noise - sqrt(1 - ac) * original` (Salimans and Ho 2022).
    VPrediction,
    /// The original.
    Sample,
}

/// How much original and how much noise latents hold: `latents = signal * original + noise * normal`.
///
/// The pair is in the scale of the solver: `signal^2 + noise^2 = 1` for some, `signal = 1` for others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoiseLevel {
    pub signal: f64,
    pub noise: f64,
}

impl NoiseLevel {
    /// No noise at all: where every run ends.
    pub const CLEAN: Self = Self { signal: 1.0, noise: 0.0 };

    /// The original with `sigma` times the noise added.
    pub(super) fn variance_exploding(sigma: f64) -> Self {
        Self { signal: 1.0, noise: sigma }
    }

    /// The same ratio of noise to original, at variance 1.
    pub(super) fn variance_preserving(sigma: f64) -> Self {
        let signal = 1.0 / sigma.hypot(1.0);
        Self { signal, noise: sigma * signal }
    }

    pub(super) fn from_alpha_cumprod(alpha_cumprod: f64) -> Self {
        Self { signal: alpha_cumprod.sqrt(), noise: (1.0 - alpha_cumprod).sqrt() }
    }

    /// The deviation of latents at this level: what they are divided by before the model sees them.
    pub(super) fn deviation(self) -> f64 {
        self.signal.hypot(self.noise)
    }

    /// The original noised to this level: where image to image starts, and what stands outside the mask while inpainting.
    /// Both lists have one length; a longer one is cut to the shorter.
    #[must_use]
    pub fn mix<T: Copy + Into<f64>, U: Copy + Into<f64>>(self, original: &[T], noise: &[U]) -> Vec<f64> {
        let pairs = original.iter().zip(noise);
        pairs.map(|(original, noise)| self.signal * (*original).into() + self.noise * (*noise).into()).collect()
    }
}

impl PredictionType {
    /// The predicted original, from the latents (in their own scale) and the model's output for them.
    pub(super) fn original(self, latents: &[f64], output: &[f64], level: NoiseLevel) -> Vec<f64> {
        let NoiseLevel { signal, noise } = level;
        match self {
            Self::Epsilon => zip(latents, output, |x, output| (x - noise * output) / signal),
            Self::VPrediction => {
                let square = level.deviation() * level.deviation();
                let (x_share, output_share) = (signal / square, noise / level.deviation());
                zip(latents, output, |x, output| x_share * x - output_share * output)
            }
            Self::Sample => output.to_vec(),
        }
    }

    /// The predicted noise, likewise.
    pub(super) fn noise(self, latents: &[f64], output: &[f64], level: NoiseLevel) -> Vec<f64> {
        let NoiseLevel { signal, noise } = level;
        match self {
            Self::Epsilon => output.to_vec(),
            Self::VPrediction => {
                let square = level.deviation() * level.deviation();
                let (x_share, output_share) = (noise / square, signal / level.deviation());
                zip(latents, output, |x, output| x_share * x + output_share * output)
            }
            Self::Sample => zip(latents, output, |x, output| (x - signal * output) / noise),
        }
    }
}

fn zip(a: &[f64], b: &[f64], f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| f(*a, *b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever a perfect model predicts, original and noise come back.
    #[test]
    fn the_three_kinds_of_prediction_say_the_same() {
        let (original, noise) = (0.7, -1.3);
        for level in [NoiseLevel::variance_exploding(2.5), NoiseLevel::variance_preserving(2.5)] {
            let latents = level.mix(&[original], &[noise]);
            let unit = NoiseLevel::variance_preserving(2.5);
            for (kind, output) in [
                (PredictionType::Epsilon, noise),
                (PredictionType::VPrediction, unit.signal * noise - unit.noise * original),
                (PredictionType::Sample, original),
            ] {
                assert!((kind.original(&latents, &[output], level)[0] - original).abs() < 1e-14, "{kind:?} {level:?}");
                assert!((kind.noise(&latents, &[output], level)[0] - noise).abs() < 1e-14, "{kind:?} {level:?}");
            }
        }
    }
}
