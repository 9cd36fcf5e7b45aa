//! Denoising diffusion implicit models (Song et al. 2020), eta 0.

use super::{Evaluation, NoiseDraw, Outcome, SamplingError, Solver, combine};
use crate::sampling::inference_schedule::InferenceSchedule;

/// diffusers' `DDIMScheduler`.
#[derive(Clone)]
pub(super) struct Ddim;

impl Solver for Ddim {
    fn advance(&mut self, at: &Evaluation<'_>, _: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        let timestep = at.schedule.training_timestep(at.step);
        // A stride on, which with some spacings is not the next step's timestep; diffusers does the same.
        let ac_next = alpha_cumprod_a_stride_on(at.schedule, timestep, true);
        let noise = at.predicted_noise();
        Ok(Outcome::StepDone(combine([(ac_next.sqrt(), at.original), ((1.0 - ac_next).sqrt(), &noise)])))
    }
}

/// `alphas_cumprod` one stride below a timestep; below the first, what `set_alpha_to_one` says of the end of a run.
pub(super) fn alpha_cumprod_a_stride_on(schedule: &InferenceSchedule, timestep: usize, ends_at_one: bool) -> f64 {
    match timestep.checked_sub(schedule.stride) {
        Some(next) => schedule.training.alpha_cumprod(next),
        None if schedule.config.set_alpha_to_one.unwrap_or(ends_at_one) => 1.0,
        None => schedule.training.alpha_cumprod(0),
    }
}
