//! The linear multistep method (Adams-Bashforth on uneven steps).

use std::collections::VecDeque;

use super::{Evaluation, NoiseDraw, Outcome, SamplingError, Solver, combine};

/// diffusers' `LMSDiscreteScheduler` and k-diffusion's `sample_lms`, order 4.
#[derive(Clone, Default)]
pub(super) struct Lms {
    /// Slopes of the latents over sigma, newest first.
    slopes: VecDeque<Vec<f64>>,
}

const ORDER: usize = 4;

impl Solver for Lms {
    fn advance(&mut self, at: &Evaluation<'_>, _: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError> {
        let sigma = at.sigma();
        self.slopes.truncate(ORDER - 1);
        self.slopes.push_front(combine([(1.0 / sigma, at.latents), (-1.0 / sigma, at.original)]));
        let nodes: Vec<f64> = (0..self.slopes.len()).map(|age| at.schedule.sigmas[at.step - age]).collect();
        let mut latents = at.latents.to_vec();
        for (index, slope) in self.slopes.iter().enumerate() {
            let weight = integrate(sigma, at.sigma_next(), |tau| lagrange_basis(&nodes, index, tau));
            latents = combine([(1.0, &latents), (weight, slope)]);
        }
        Ok(Outcome::StepDone(latents))
    }
}

/// The polynomial that is 1 at the node of `index` and 0 at the others.
fn lagrange_basis(nodes: &[f64], index: usize, tau: f64) -> f64 {
    let own = nodes[index];
    let others = nodes.iter().enumerate().filter(|(other, _)| *other != index);
    others.map(|(_, other)| (tau - other) / (own - other)).product()
}

/// Gauss and Legendre's rule with two points: exact up to degree 3, which is that of four nodes.
fn integrate(from: f64, to: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    let offset = half / 3.0_f64.sqrt();
    half * (f(middle - offset) + f(middle + offset))
}
