//! DPM-Solver++ that learns from the steps before (Lu et al. 2022b), and its stochastic forms.
//!
//! Throughout, h is the step in the logarithm of signal over noise: `h = ln(sigma / sigma_next)`.

use super::euler::with_noise;
use super::{Evaluation, NoiseDraw, Outcome, SamplingError, Solver, combine};

/// diffusers' `DPMSolverMultistepScheduler` (dpmsolver++, order 2, midpoint, last step of first order); the same as
/// k-diffusion's `sample_dpmpp_2m`.
#[derive(Clone, Default)]
pub(super) struct Dpmpp2m {
    before: Option<StepBefore>,
}

impl Solver for Dpmpp2m {
    fn advance(&mut self, at: &Evaluation<'_>, _: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        if at.is_last_step() {
            return Ok(Outcome::StepDone(at.original.to_vec()));
        }
        let h = log_step(at);
        let next = at.schedule.level_of_sigma(at.sigma_next());
        let original = second_order_original(at, h, self.before.as_ref());
        self.before = Some(StepBefore { original: at.original.to_vec(), h });
        let kept = next.noise / at.level.noise;
        Ok(Outcome::StepDone(combine([(kept, at.latents), (-next.signal * (-h).exp_m1(), &original)])))
    }
}

/// diffusers' `DPMSolverMultistepScheduler` (sde-dpmsolver++, order 2, midpoint).
#[derive(Clone, Default)]
pub(super) struct Dpmpp2mSde {
    before: Option<StepBefore>,
}

impl Solver for Dpmpp2mSde {
    fn advance(&mut self, at: &Evaluation<'_>, noise: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        if at.is_last_step() {
            return Ok(Outcome::StepDone(at.original.to_vec()));
        }
        let h = log_step(at);
        let next = at.schedule.level_of_sigma(at.sigma_next());
        let original = second_order_original(at, h, self.before.as_ref());
        self.before = Some(StepBefore { original: at.original.to_vec(), h });
        let renewed = -(-2.0 * h).exp_m1();
        let kept = next.noise / at.level.noise * (-h).exp();
        let latents = combine([(kept, at.latents), (next.signal * renewed, &original)]);
        Ok(Outcome::StepDone(with_noise(latents, next.noise * renewed.sqrt(), noise)?))
    }
}

/// k-diffusion's `sample_dpmpp_3m_sde` with eta 1.
#[derive(Clone, Default)]
pub(super) struct Dpmpp3mSde {
    /// Newest first, at most two.
    before: Vec<StepBefore>,
}

impl Solver for Dpmpp3mSde {
    fn advance(&mut self, at: &Evaluation<'_>, noise: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        if at.is_last_step() {
            return Ok(Outcome::StepDone(at.original.to_vec()));
        }
        let h = log_step(at);
        let renewed = -(-2.0 * h).exp_m1();
        let mut latents = combine([((-2.0 * h).exp(), at.latents), (renewed, at.original)]);
        for (factor, difference) in self.higher_orders(at.original, h) {
            latents = combine([(1.0, &latents), (factor, &difference)]);
        }
        self.before.truncate(1);
        self.before.insert(0, StepBefore { original: at.original.to_vec(), h });
        Ok(Outcome::StepDone(with_noise(latents, at.sigma_next() * renewed.sqrt(), noise)?))
    }
}

impl Dpmpp3mSde {
    /// The terms of the second and third order, as far as the history goes: factors and what they multiply.
    fn higher_orders(&self, original: &[f64], h: f64) -> Vec<(f64, Vec<f64>)> {
        let h_eta = 2.0 * h;
        let phi_2 = (-h_eta).exp_m1() / h_eta + 1.0;
        match self.before.as_slice() {
            [] => Vec::new(),
            [first] => vec![(phi_2 * h / first.h, combine([(1.0, original), (-1.0, &first.original)]))],
            [first, second, ..] => {
                let phi_3 = phi_2 / h_eta - 0.5;
                let (r0, r1) = (first.h / h, second.h / h);
                let newer = combine([(1.0 / r0, original), (-1.0 / r0, &first.original)]);
                let older = combine([(1.0 / r1, &first.original), (-1.0 / r1, &second.original)]);
                let change = combine([(1.0 / (r0 + r1), &newer), (-1.0 / (r0 + r1), &older)]);
                let slope = combine([(1.0, &newer), (r0, &change)]);
                vec![(phi_2, slope), (-phi_3, change)]
            }
        }
    }
}

/// What a multistep solver remembers of a step.
#[derive(Clone)]
struct StepBefore {
    /// The original predicted at its start.
    original: Vec<f64>,
    h: f64,
}

fn log_step(at: &Evaluation<'_>) -> f64 {
    (at.sigma() / at.sigma_next()).ln()
}

/// The predicted original in the middle of the step, extended from the last two.
fn second_order_original(at: &Evaluation<'_>, h: f64, before: Option<&StepBefore>) -> Vec<f64> {
    match before {
        None => at.original.to_vec(),
        Some(before) => {
            let extension = h / (2.0 * before.h);
            combine([(1.0 + extension, at.original), (-extension, &before.original)])
        }
    }
}
