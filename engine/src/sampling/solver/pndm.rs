//! Pseudo numerical methods (Liu et al. 2022) without their Runge-Kutta start: "PLMS", Stable Diffusion's own solver.

use super::ddim::alpha_cumprod_a_stride_on;
use super::{Evaluation, NoiseDraw, Outcome, SamplingError, Solver, combine};
use crate::sampling::prediction::NoiseLevel;

/// diffusers' `PNDMScheduler` with `skip_prk_steps`. The first step is done twice: its output is averaged with that at its
/// end, as in Heun's method.
#[derive(Clone, Default)]
pub(super) struct Pndm {
    /// Model outputs at the starts of steps, newest first, at most four.
    outputs: Vec<Vec<f64>>,
    /// Latents of the first step's start, while it waits for its second evaluation.
    start: Option<Vec<f64>>,
}

impl Solver for Pndm {
    fn advance(&mut self, at: &Evaluation<'_>, _: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        let schedule = at.schedule;
        if let Some(start) = self.start.take() {
            // From the stride before the second timestep to that timestep.
            let timestep = schedule.training_timestep(at.step + 1);
            let ac = schedule.training.alpha_cumprod(timestep + schedule.stride);
            let ac_next = schedule.training.alpha_cumprod(timestep);
            let output = match self.outputs.first() {
                Some(first) => combine([(0.5, first), (0.5, at.output)]),
                None => at.output.to_vec(),
            };
            return Ok(Outcome::StepDone(transfer(at, &start, &output, ac, ac_next)));
        }
        self.outputs.truncate(3);
        self.outputs.insert(0, at.output.to_vec());
        let timestep = schedule.training_timestep(at.step);
        let ac_next = alpha_cumprod_a_stride_on(schedule, timestep, false);
        let latents = transfer(at, at.latents, &self.extended_output(), schedule.alpha_cumprod(at.step), ac_next);
        if at.steps_before == 0 && !at.is_last_step() {
            self.start = Some(at.latents.to_vec());
            return Ok(Outcome::Within(at.next_step_point(latents)));
        }
        Ok(Outcome::StepDone(latents))
    }
}

impl Pndm {
    /// The Adams-Bashforth formula of the highest order the history allows.
    fn extended_output(&self) -> Vec<f64> {
        match self.outputs.as_slice() {
            [] => Vec::new(),
            [e] => e.clone(),
            [e, e1] => combine([(1.5, e), (-0.5, e1)]),
            [e, e1, e2] => combine([(23.0 / 12.0, e), (-16.0 / 12.0, e1), (5.0 / 12.0, e2)]),
            [e, e1, e2, e3, ..] => {
                combine([(55.0 / 24.0, e), (-59.0 / 24.0, e1), (37.0 / 24.0, e2), (-9.0 / 24.0, e3)])
            }
        }
    }
}

/// From one level to another along a constant predicted noise: equation 9, in diffusers' arrangement. `output` is the model's,
/// or extended from several of them, and read at the level the step starts from.
fn transfer(at: &Evaluation<'_>, latents: &[f64], output: &[f64], ac: f64, ac_next: f64) -> Vec<f64> {
    let level = NoiseLevel::from_alpha_cumprod(ac);
    let noise = at.schedule.config.prediction_type.noise(latents, output, level);
    let denominator = ac * (1.0 - ac_next).sqrt() + (ac * (1.0 - ac) * ac_next).sqrt();
    combine([((ac_next / ac).sqrt(), latents), (-(ac_next - ac) / denominator, &noise)])
}
