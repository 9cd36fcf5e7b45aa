//! Denoising diffusion probabilistic models (Ho et al. 2020): the very process that is trained, taken backwards.

use super::euler::with_noise;
use super::{Evaluation, NoiseDraw, Outcome, SamplingError, Solver, combine};

/// diffusers' `DDPMScheduler` with its variance `fixed_small`.
#[derive(Clone)]
pub(super) struct Ddpm;

impl Solver for Ddpm {
    fn advance(&mut self, at: &Evaluation<'_>, noise: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        /// What diffusers puts in the place of no variance at all.
        const LEAST_VARIANCE: f64 = 1e-20;
        let ac = at.schedule.alpha_cumprod(at.step);
        let ac_next = if at.is_last_step() { 1.0 } else { at.schedule.alpha_cumprod(at.step + 1) };
        let alpha = ac / ac_next;
        let (beta, noise_share, noise_share_next) = (1.0 - alpha, 1.0 - ac, 1.0 - ac_next);
        // The mean of the posterior, equation 7.
        let original_factor = ac_next.sqrt() * beta / noise_share;
        let latents_factor = alpha.sqrt() * noise_share_next / noise_share;
        let mean = combine([(original_factor, at.original), (latents_factor, at.latents)]);
        if at.schedule.training_timestep(at.step) == 0 {
            return Ok(Outcome::StepDone(mean));
        }
        let variance = (noise_share_next / noise_share * beta).max(LEAST_VARIANCE);
        Ok(Outcome::StepDone(with_noise(mean, variance.sqrt(), noise)?))
    }
}
