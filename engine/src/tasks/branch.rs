//! A place in a run from which another can go on.

use std::sync::Arc;

use super::error::TaskError;
use super::start::LatentShape;
use crate::recipe::Recipe;
use crate::sampling::SolverRun;

/// The state of a run after one of its steps: what a run with another prompt goes on from, and what a picture can be made
/// of as it is. Plain numbers on the CPU: a few hundred kilobytes for a picture of 512 x 512.
#[derive(Clone)]
pub struct BranchPoint {
    pub(super) run: SolverRun,
    /// The run's initial noise.
    pub(super) noise: Vec<f32>,
    /// Times the run had drawn random numbers by then.
    pub(super) draws: usize,
    pub(super) shape: LatentShape,
    sampling: Sampling,
}

/// What must be the same for one run to go on where another was.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sampling {
    sampler: crate::sampling::Sampler,
    schedule: Option<crate::sampling::Schedule>,
    steps: u32,
}

impl Sampling {
    fn of(recipe: &Recipe) -> Self {
        Self { sampler: recipe.sampler, schedule: recipe.schedule, steps: recipe.steps }
    }
}

impl std::fmt::Debug for BranchPoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BranchPoint").field("step", &self.step()).field("of", &self.sampling).finish_non_exhaustive()
    }
}

impl BranchPoint {
    pub(super) fn new(run: &SolverRun, noise: &[f32], draws: usize, shape: LatentShape, recipe: &Recipe) -> Self {
        Self { run: run.clone(), noise: noise.to_vec(), draws, shape, sampling: Sampling::of(recipe) }
    }

    /// Steps done by then, from 1.
    #[must_use]
    pub fn step(&self) -> usize {
        self.run.steps_done()
    }

    /// # Errors
    /// A recipe of another size, number of pictures, sampler, schedule or number of steps.
    pub(super) fn check(&self, recipe: &Recipe, shape: LatentShape) -> Result<(), TaskError> {
        if self.shape == shape && self.sampling == Sampling::of(recipe) { Ok(()) } else { Err(TaskError::OtherRun) }
    }
}

/// What to make of an earlier run.
#[derive(Clone, Debug)]
pub enum Resume {
    /// Goes on with the steps that were left, as the job now says.
    Continue(Arc<BranchPoint>),
    /// Makes a picture of what the model took the result to be at that step.
    Finish(Arc<BranchPoint>),
}

impl Resume {
    /// Where it goes on.
    #[must_use]
    pub fn point(&self) -> &Arc<BranchPoint> {
        match self {
            Self::Continue(point) | Self::Finish(point) => point,
        }
    }
}
