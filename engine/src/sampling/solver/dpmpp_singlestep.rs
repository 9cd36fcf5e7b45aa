//! DPM-Solver++ that looks half a step ahead, with fresh noise.

use super::euler::{ancestral_split, euler, with_noise};
use super::{Evaluation, NoiseDraw, Outcome, Point, SamplingError, Solver, combine};

/// k-diffusion's `sample_dpmpp_2s_ancestral` with eta 1.
#[derive(Clone, Default)]
pub(super) struct Dpmpp2sAncestral {
    /// Latents at the start of a step that waits for its second evaluation.
    start: Option<Vec<f64>>,
}

impl Solver for Dpmpp2sAncestral {
    fn advance(&mut self, at: &Evaluation<'_>, noise: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        let sigma = at.sigma();
        let (down, up) = ancestral_split(sigma, at.sigma_next());
        if down == 0.0 {
            return Ok(Outcome::StepDone(euler(at.latents, at.original, sigma, down)));
        }
        // In the logarithm of sigma, the exponential step to any sigma is Euler's; half-way is the geometric mean.
        if let Some(start) = self.start.take() {
            return Ok(Outcome::StepDone(with_noise(euler(&start, at.original, sigma, down), up, noise)?));
        }
        self.start = Some(at.latents.to_vec());
        let middle = (sigma * down).sqrt();
        Ok(Outcome::Within(Point::of_sigma(at.schedule, middle, euler(at.latents, at.original, sigma, middle))))
    }
}

/// diffusers' `DPMSolverSDEScheduler`, which is k-diffusion's `sample_dpmpp_sde` with eta 1 and r 1/2.
///
/// The two noises of a step belong to one Brownian path, that to the middle and that to the end. The references take it from
/// torchsde's tree; here it is made of two independent draws a step, to the middle and on from there: the same law, other
/// numbers, so that a seed does not give the references' picture with this solver.
#[derive(Clone, Default)]
pub(super) struct DpmppSde {
    /// Latents at the start of a step that waits for its second evaluation, and the noise drawn for its first half.
    start: Option<(Vec<f64>, Vec<f64>)>,
}

impl Solver for DpmppSde {
    fn advance(&mut self, at: &Evaluation<'_>, noise: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        let (sigma, sigma_next) = (at.sigma(), at.sigma_next());
        if at.is_last_step() {
            return Ok(Outcome::StepDone(euler(at.latents, at.original, sigma, sigma_next)));
        }
        let middle = (sigma * sigma_next).sqrt();
        if let Some((start, first_noise)) = self.start.take() {
            let (down, up) = ancestral_split(sigma, sigma_next);
            let second_noise = noise.next()?;
            let whole = sigma - sigma_next;
            let first_share = up * ((sigma - middle) / whole).sqrt();
            let second_share = up * ((middle - sigma_next) / whole).sqrt();
            let latents = euler(&start, at.original, sigma, down);
            let noises = [(1.0, latents.as_slice()), (first_share, &first_noise), (second_share, &second_noise)];
            return Ok(Outcome::StepDone(combine(noises)));
        }
        let (down, up) = ancestral_split(sigma, middle);
        let first_noise = noise.next()?;
        let latents = combine([(1.0, &euler(at.latents, at.original, sigma, down)), (up, &first_noise)]);
        self.start = Some((at.latents.to_vec(), first_noise));
        Ok(Outcome::Within(Point::of_sigma(at.schedule, middle, latents)))
    }
}
