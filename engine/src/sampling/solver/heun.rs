//! Heun's method: an Euler step, and its slope averaged with the one at its end.

use super::euler::euler;
use super::{Evaluation, NoiseDraw, Outcome, SamplingError, Solver};

/// diffusers' `HeunDiscreteScheduler`; k-diffusion's `sample_heun` without churn. The last step is Euler's.
#[derive(Clone, Default)]
pub(super) struct Heun {
    /// Latents and slope at the start of a step that waits for its second evaluation.
    start: Option<(Vec<f64>, Vec<f64>)>,
}

impl Solver for Heun {
    fn advance(&mut self, at: &Evaluation<'_>, _: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        let (sigma, sigma_next) = (at.sigma(), at.sigma_next());
        if let Some((start, first_slope)) = self.start.take() {
            let slopes = first_slope.iter().zip(slope(at, sigma_next));
            let half_step = 0.5 * (sigma_next - sigma);
            let latents = start.iter().zip(slopes).map(|(x, (first, second))| x + (first + second) * half_step);
            return Ok(Outcome::StepDone(latents.collect()));
        }
        let latents = euler(at.latents, at.original, sigma, sigma_next);
        if at.is_last_step() {
            return Ok(Outcome::StepDone(latents));
        }
        self.start = Some((at.latents.to_vec(), slope(at, sigma).collect()));
        Ok(Outcome::Within(at.next_step_point(latents)))
    }
}

/// The change of the latents with sigma.
fn slope<'a>(at: &'a Evaluation<'_>, sigma: f64) -> impl Iterator<Item = f64> + 'a {
    at.latents.iter().zip(at.original).map(move |(x, original)| (x - original) / sigma)
}
