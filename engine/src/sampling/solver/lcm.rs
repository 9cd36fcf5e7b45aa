//! The solver of latent consistency models (Luo et al. 2023): jump to the end, noise back to the next level.

use super::euler::with_noise;
use super::{Evaluation, NoiseDraw, Outcome, SamplingError, Solver, combine};

/// diffusers' `LCMScheduler`.
#[derive(Clone)]
pub(super) struct Lcm;

impl Solver for Lcm {
    fn advance(&mut self, at: &Evaluation<'_>, noise: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        /// The deviation of the data in the boundary condition (Song et al. 2023, appendix C).
        const SIGMA_DATA: f64 = 0.5;
        let scaled_timestep = at.schedule.timesteps()[at.step] * at.schedule.config.timestep_scaling;
        let deviation = scaled_timestep.hypot(SIGMA_DATA);
        let latents_factor = (SIGMA_DATA / deviation).powi(2);
        let denoised = combine([(scaled_timestep / deviation, at.original), (latents_factor, at.latents)]);
        if at.is_last_step() {
            return Ok(Outcome::StepDone(denoised));
        }
        let next = at.schedule.level(at.step + 1);
        let latents = combine([(next.signal, denoised.as_slice())]);
        Ok(Outcome::StepDone(with_noise(latents, next.noise, noise)?))
    }
}
