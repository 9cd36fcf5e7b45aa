//! UniPC (Zhao et al. 2023): each evaluation first corrects the latents it was made of, then predicts the next ones.

use super::{Evaluation, NoiseDraw, Outcome, SamplingError, Solver, combine};

/// diffusers' `UniPCMultistepScheduler` (order 2, B(h) = expm1(h), predicting the original, last step of first order).
#[derive(Clone, Default)]
pub(super) struct UniPc {
    /// Newest first, at most two.
    before: Vec<StepBefore>,
}

/// What is remembered of a step.
#[derive(Clone)]
struct StepBefore {
    /// The corrected latents it started from.
    latents: Vec<f64>,
    /// The original predicted there.
    original: Vec<f64>,
    sigma: f64,
    order: usize,
}

const ORDER: usize = 2;

impl Solver for UniPc {
    fn advance(&mut self, at: &Evaluation<'_>, _: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        let corrected = self.correct(at);
        let steps_left = at.schedule.steps() - at.step;
        let order = ORDER.min(steps_left).min(at.steps_before + 1);
        let next = self.predict(at, &corrected, order);
        self.before.truncate(ORDER - 1);
        let original = at.original.to_vec();
        self.before.insert(0, StepBefore { latents: corrected, original, sigma: at.sigma(), order });
        Ok(Outcome::StepDone(next))
    }
}

impl UniPc {
    /// UniC: the step that led here done again, now that the original predicted at its end is known too.
    fn correct(&self, at: &Evaluation<'_>) -> Vec<f64> {
        let Some(last) = self.before.first() else { return at.latents.to_vec() };
        let h = log_ratio(last.sigma, at.sigma());
        let growth = (-h).exp_m1();
        let change = combine([(1.0, at.original), (-1.0, &last.original)]);
        let correction = match self.before.get(1) {
            Some(older) if last.order == ORDER => {
                let r = log_ratio(last.sigma, older.sigma) / h;
                let (older_weight, change_weight) = corrector_weights(h, r);
                combine([
                    (older_weight / r, &older.original),
                    (-older_weight / r, &last.original),
                    (change_weight, &change),
                ])
            }
            _ => combine([(0.5, change.as_slice())]),
        };
        let kept = at.level.noise / at.schedule.level_of_sigma(last.sigma).noise;
        let factor = -at.level.signal * growth;
        combine([(kept, &last.latents), (factor, &last.original), (factor, &correction)])
    }

    /// UniP.
    fn predict(&self, at: &Evaluation<'_>, latents: &[f64], order: usize) -> Vec<f64> {
        if at.is_last_step() {
            return at.original.to_vec();
        }
        let next = at.schedule.level_of_sigma(at.sigma_next());
        let h = log_ratio(at.sigma(), at.sigma_next());
        let factor = -next.signal * (-h).exp_m1();
        let kept = next.noise / at.level.noise;
        match self.before.first() {
            Some(last) if order == ORDER => {
                let r = log_ratio(at.sigma(), last.sigma) / h;
                let extension = 0.5 * factor / r;
                combine([(kept, latents), (factor - extension, at.original), (extension, &last.original)])
            }
            _ => combine([(kept, latents), (factor, at.original)]),
        }
    }
}

/// `ln(from / to)`: the step in the logarithm of signal over noise.
fn log_ratio(from: f64, to: f64) -> f64 {
    (from / to).ln()
}

/// The two weights of the second-order corrector, for the differences to the step before (at `r` steps) and to the end of the
/// step: the solution of `[[1, 1], [r, 1]] weights = b` (equation 10).
fn corrector_weights(h: f64, r: f64) -> (f64, f64) {
    let growth = (-h).exp_m1();
    let phi_1 = growth / -h - 1.0;
    let phi_2 = phi_1 / -h - 0.5;
    let (b1, b2) = (phi_1 / growth, 2.0 * phi_2 / growth);
    let older = (b1 - b2) / (1.0 - r);
    (older, b1 - older)
}
