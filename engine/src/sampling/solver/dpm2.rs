//! DPM-Solver-2 in Karras's form: the slope half a step ahead serves for the whole step.

use super::euler::{ancestral_split, euler, with_noise};
use super::{Evaluation, NoiseDraw, Outcome, Point, SamplingError, Solver, combine};

/// diffusers' `KDPM2DiscreteScheduler`; k-diffusion's `sample_dpm_2` without churn.
#[derive(Clone, Default)]
pub(super) struct Dpm2 {
    midpoint: Midpoint,
}

impl Solver for Dpm2 {
    fn advance(&mut self, at: &Evaluation<'_>, _: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        Ok(self.midpoint.advance(at, at.sigma_next()))
    }
}

/// diffusers' `KDPM2AncestralDiscreteScheduler`; k-diffusion's `sample_dpm_2_ancestral` with eta 1.
#[derive(Clone, Default)]
pub(super) struct Dpm2Ancestral {
    midpoint: Midpoint,
}

impl Solver for Dpm2Ancestral {
    fn advance(&mut self, at: &Evaluation<'_>, noise: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        let (down, up) = ancestral_split(at.sigma(), at.sigma_next());
        match self.midpoint.advance(at, down) {
            Outcome::StepDone(latents) => Ok(Outcome::StepDone(with_noise(latents, up, noise)?)),
            within => Ok(within),
        }
    }
}

/// The deterministic step both share.
#[derive(Clone, Default)]
struct Midpoint {
    /// Latents at the start of a step that waits for its second evaluation.
    start: Option<Vec<f64>>,
}

impl Midpoint {
    /// Towards sigma `to`, by way of the sigma half-way in the logarithm. To 0 it is Euler's step.
    fn advance(&mut self, at: &Evaluation<'_>, to: f64) -> Outcome {
        let sigma = at.sigma();
        if to == 0.0 {
            return Outcome::StepDone(euler(at.latents, at.original, sigma, to));
        }
        let middle = (sigma * to).sqrt();
        if let Some(start) = self.start.take() {
            let factor = (to - sigma) / middle;
            return Outcome::StepDone(combine([(1.0, &start), (factor, at.latents), (-factor, at.original)]));
        }
        self.start = Some(at.latents.to_vec());
        Outcome::Within(Point::of_sigma(at.schedule, middle, euler(at.latents, at.original, sigma, middle)))
    }
}
