//! Euler's method on the probability-flow equation, without and with fresh noise (Karras et al. 2022).

use super::{Evaluation, NoiseDraw, Outcome, SamplingError, Solver, combine};

/// diffusers' `EulerDiscreteScheduler`; k-diffusion's `sample_euler` without churn.
#[derive(Clone)]
pub(super) struct Euler;

impl Solver for Euler {
    fn advance(&mut self, at: &Evaluation<'_>, _: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        Ok(Outcome::StepDone(euler(at.latents, at.original, at.sigma(), at.sigma_next())))
    }
}

/// diffusers' `EulerAncestralDiscreteScheduler`; k-diffusion's `sample_euler_ancestral` with eta 1.
#[derive(Clone)]
pub(super) struct EulerAncestral;

impl Solver for EulerAncestral {
    fn advance(&mut self, at: &Evaluation<'_>, noise: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        let (down, up) = ancestral_split(at.sigma(), at.sigma_next());
        let latents = euler(at.latents, at.original, at.sigma(), down);
        Ok(Outcome::StepDone(with_noise(latents, up, noise)?))
    }
}

/// From `sigma` to `to` along the line through the predicted original.
pub(super) fn euler(latents: &[f64], original: &[f64], sigma: f64, to: f64) -> Vec<f64> {
    let kept = to / sigma;
    combine([(kept, latents), (1.0 - kept, original)])
}

/// How far down a step from sigma `from` to `to` goes before noise of deviation `up` brings it back up: (down, up), with
/// `down^2 + up^2 = to^2` (k-diffusion's `get_ancestral_step`, eta 1, whose `down` simplifies to this).
pub(super) fn ancestral_split(from: f64, to: f64) -> (f64, f64) {
    let down = to * (to / from);
    (down, (to * to - down * down).max(0.0).sqrt())
}

/// Adds noise of a deviation; draws none where that is 0.
pub(super) fn with_noise(
    latents: Vec<f64>,
    deviation: f64,
    noise: &mut NoiseDraw<'_>,
) -> Result<Vec<f64>, SamplingError> {
    if deviation == 0.0 { Ok(latents) } else { Ok(combine([(1.0, &latents), (deviation, &noise.next()?)])) }
}
