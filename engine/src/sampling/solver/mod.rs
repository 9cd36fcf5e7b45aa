//! A run of a solver, as a machine that is asked what the model should see next and given the model's answer.
//!
//! There is no callback into the model, so its owner can look for cancellation and changed parameters between evaluations,
//! noise the original into the latents while inpainting, show what is predicted so far, or clone a run and branch it.
//!
//! ```text
//! let schedule = InferenceSchedule::new(&config, Sampler::Dpmpp2m, None, 20)?;
//! let latents = schedule.initial_latents(&noise.draw());
//! let mut run = SolverRun::new(schedule, 0, latents);
//! while let Some(request) = run.next_request() {
//!     let output = model(&request.input, request.timestep);
//!     run.supply(&output, &mut || noise.draw_f64())?;
//! }
//! let latents = run.into_latents();
//! ```

mod ddim;
mod ddpm;
mod dpm2;
mod dpmpp_multistep;
mod dpmpp_singlestep;
mod euler;
mod heun;
mod lcm;
mod lms;
mod pndm;
mod unipc;

#[cfg(test)]
mod tests;

use super::error::SamplingError;
use super::inference_schedule::InferenceSchedule;
use super::prediction::NoiseLevel;
use super::sampler::{LatentScale, Sampler};

/// One evaluation of the model that a run waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelRequest {
    /// The latents as the model sees them, scaled; as long as the run's latents.
    pub input: Vec<f64>,
    /// Fractional for some solvers.
    pub timestep: f64,
    /// The step this belongs to, counted from 0 in this run.
    pub step: usize,
    /// Evaluations before this one in this run.
    pub evaluation: usize,
}

/// A solver on its way through an [`InferenceSchedule`]. Latents are flat, of whatever shape and batch.
#[derive(Clone)]
pub struct SolverRun {
    schedule: InferenceSchedule,
    solver: Box<dyn Solver>,
    /// Steps left out at the start (image to image).
    first_step: usize,
    /// The step in hand, counted in the whole schedule.
    step: usize,
    /// What the next evaluation sees: the latents of the step's start, or those at a point within it.
    point: Point,
    within_step: bool,
    predicted_original: Vec<f64>,
    evaluations: usize,
}

impl SolverRun {
    /// A run from the start of `first_step` (0, or [`InferenceSchedule::first_step`]) with latents at that step's level,
    /// in the solver's scale: [`InferenceSchedule::initial_latents`] or [`NoiseLevel::mix`].
    #[must_use]
    pub fn new(schedule: InferenceSchedule, first_step: usize, latents: Vec<f64>) -> Self {
        let first_step = first_step.min(schedule.steps());
        let point = Point::of_step(&schedule, first_step, latents);
        Self {
            solver: solver(schedule.sampler),
            schedule,
            first_step,
            step: first_step,
            point,
            within_step: false,
            predicted_original: Vec::new(),
            evaluations: 0,
        }
    }

    /// What the model should see next, or `None` when the run is done. The same until it is answered.
    #[must_use]
    pub fn next_request(&self) -> Option<ModelRequest> {
        if self.is_done() {
            return None;
        }
        let deviation = match self.schedule.sampler.scale() {
            LatentScale::VarianceExploding => self.point.level.deviation(),
            LatentScale::VariancePreserving => 1.0,
        };
        Some(ModelRequest {
            input: self.point.latents.iter().map(|value| value / deviation).collect(),
            timestep: self.point.timestep,
            step: self.steps_done(),
            evaluation: self.evaluations,
        })
    }

    /// Takes the model's output (after guidance) for [`Self::next_request`] and goes on to the next evaluation. `noise`
    /// makes as many normal values as there are latents; stochastic solvers call it in the order the reference does.
    ///
    /// # Errors
    /// An output or noise of another length than the latents; a run that is done. The run is then as it was.
    pub fn supply<T: Copy + Into<f64>>(
        &mut self,
        model_output: &[T],
        noise: &mut dyn FnMut() -> Vec<f64>,
    ) -> Result<(), SamplingError> {
        if self.is_done() {
            return Err(SamplingError::RunIsDone);
        }
        let length = self.point.latents.len();
        check_length("the model's output", model_output.len(), length)?;
        let output: Vec<f64> = model_output.iter().map(|value| (*value).into()).collect();
        let original = self.predict_original(&output);
        let evaluation = Evaluation {
            schedule: &self.schedule,
            step: self.step,
            steps_before: self.step - self.first_step,
            latents: &self.point.latents,
            level: self.point.level,
            output: &output,
            original: &original,
        };
        let mut solver = self.solver.clone();
        let outcome = solver.advance(&evaluation, &mut NoiseDraw { draw: noise, length })?;
        self.solver = solver;
        self.predicted_original = original;
        self.evaluations += 1;
        match outcome {
            Outcome::Within(point) => {
                self.point = point;
                self.within_step = true;
            }
            Outcome::StepDone(latents) => {
                self.step += 1;
                self.point = Point::of_step(&self.schedule, self.step, latents);
                self.within_step = false;
            }
        }
        Ok(())
    }

    fn predict_original(&self, output: &[f64]) -> Vec<f64> {
        let config = &self.schedule.config;
        let mut original = config.prediction_type.original(&self.point.latents, output, self.point.level);
        // Of diffusers' classes, only these know `clip_sample`.
        let clips = matches!(self.schedule.sampler, Sampler::Heun | Sampler::Ddim | Sampler::Ddpm | Sampler::Lcm);
        if clips && config.clip_sample {
            let range = config.clip_sample_range;
            original.iter_mut().for_each(|value| *value = value.clamp(-range, range));
        }
        original
    }

    /// The latents the next evaluation sees, in the solver's scale; at the end, the finished ones.
    #[must_use]
    pub fn latents(&self) -> &[f64] {
        &self.point.latents
    }

    /// [`Self::latents`], to put the original noised to [`Self::noise_level`] back outside a mask. diffusers does so after
    /// every evaluation, those within a step included.
    #[must_use]
    pub fn latents_mut(&mut self) -> &mut [f64] {
        &mut self.point.latents
    }

    /// The level of [`Self::latents`]; [`NoiseLevel::CLEAN`] at the end.
    #[must_use]
    pub fn noise_level(&self) -> NoiseLevel {
        self.point.level
    }

    /// What the last evaluation took the finished latents to be, for previews. Empty before the first evaluation.
    #[must_use]
    pub fn predicted_original(&self) -> &[f64] {
        &self.predicted_original
    }

    /// Whether a step is done and the next not begun; false between the evaluations of one step.
    #[must_use]
    pub fn between_steps(&self) -> bool {
        !self.within_step
    }

    #[must_use]
    pub fn is_done(&self) -> bool {
        self.step >= self.schedule.steps()
    }

    /// Whole steps done in this run.
    #[must_use]
    pub fn steps_done(&self) -> usize {
        self.step - self.first_step
    }

    /// Steps of this run; fewer than the schedule's in image to image.
    #[must_use]
    pub fn steps_total(&self) -> usize {
        self.schedule.steps() - self.first_step
    }

    #[must_use]
    pub fn evaluations_done(&self) -> usize {
        self.evaluations
    }

    /// Model evaluations of the whole run, for forecasts.
    #[must_use]
    pub fn evaluations_total(&self) -> usize {
        let steps = self.steps_total();
        match self.schedule.sampler {
            // The first step takes two, unless it is the last.
            Sampler::Pndm if steps > 1 => steps + 1,
            // The last step, to no noise at all, takes one.
            sampler => (steps * sampler.evaluations_per_step() as usize)
                .saturating_sub(sampler.evaluations_per_step() as usize - 1),
        }
    }

    /// The schedule the run goes through.
    #[must_use]
    pub fn schedule(&self) -> &InferenceSchedule {
        &self.schedule
    }

    /// The latents, finished if the run is done.
    #[must_use]
    pub fn into_latents(self) -> Vec<f64> {
        self.point.latents
    }
}

/// Where the model is evaluated.
#[derive(Clone)]
struct Point {
    latents: Vec<f64>,
    level: NoiseLevel,
    timestep: f64,
}

impl Point {
    /// The start of a step, or the end of the run.
    fn of_step(schedule: &InferenceSchedule, step: usize, latents: Vec<f64>) -> Self {
        let timestep = schedule.timesteps().get(step).copied().unwrap_or_default();
        Self { latents, level: schedule.level(step), timestep }
    }

    /// A sigma between two steps.
    fn of_sigma(schedule: &InferenceSchedule, sigma: f64, latents: Vec<f64>) -> Self {
        Self { latents, level: schedule.level_of_sigma(sigma), timestep: schedule.training.timestep(sigma) }
    }
}

/// One formula for going down a step, with what it remembers of earlier ones.
trait Solver: Send + Sync + CloneSolver {
    fn advance(&mut self, at: &Evaluation<'_>, noise: &mut NoiseDraw<'_>) -> Result<Outcome, SamplingError>;
}

/// What a solver makes of an evaluation.
enum Outcome {
    /// It wants another evaluation before the step is done.
    Within(Point),
    /// The latents at the start of the next step.
    StepDone(Vec<f64>),
}

/// An evaluation of the model and where it was made.
struct Evaluation<'a> {
    schedule: &'a InferenceSchedule,
    /// In the whole schedule.
    step: usize,
    /// Steps this run has done; its history is that long.
    steps_before: usize,
    /// What was evaluated, in the solver's scale.
    latents: &'a [f64],
    level: NoiseLevel,
    output: &'a [f64],
    /// The predicted original.
    original: &'a [f64],
}

impl Evaluation<'_> {
    /// Sigma at the start of the step.
    fn sigma(&self) -> f64 {
        self.schedule.sigmas[self.step]
    }

    /// Sigma at the end of the step, 0 for the last.
    fn sigma_next(&self) -> f64 {
        self.schedule.sigmas[self.step + 1]
    }

    fn is_last_step(&self) -> bool {
        self.step + 1 == self.schedule.steps()
    }

    /// The start of the next step with these latents, as a point within this one.
    fn next_step_point(&self, latents: Vec<f64>) -> Point {
        Point::of_step(self.schedule, self.step + 1, latents)
    }

    fn predicted_noise(&self) -> Vec<f64> {
        self.schedule.config.prediction_type.noise(self.latents, self.output, self.level)
    }
}

/// The owner's noise, checked for its length.
struct NoiseDraw<'a> {
    draw: &'a mut dyn FnMut() -> Vec<f64>,
    length: usize,
}

impl NoiseDraw<'_> {
    fn next(&mut self) -> Result<Vec<f64>, SamplingError> {
        let noise = (self.draw)();
        check_length("the noise", noise.len(), self.length)?;
        Ok(noise)
    }
}

fn check_length(what: &'static str, given: usize, expected: usize) -> Result<(), SamplingError> {
    if given == expected { Ok(()) } else { Err(SamplingError::WrongLength { what, given, expected }) }
}

/// The sum of vectors times factors, element by element.
fn combine<const N: usize>(terms: [(f64, &[f64]); N]) -> Vec<f64> {
    let length = terms.iter().map(|(_, values)| values.len()).min().unwrap_or_default();
    (0..length).map(|i| terms.iter().map(|(factor, values)| factor * values[i]).sum()).collect()
}

fn solver(sampler: Sampler) -> Box<dyn Solver> {
    match sampler {
        Sampler::Euler => Box::new(euler::Euler),
        Sampler::EulerA => Box::new(euler::EulerAncestral),
        Sampler::Heun => Box::new(heun::Heun::default()),
        Sampler::Dpm2 => Box::new(dpm2::Dpm2::default()),
        Sampler::Dpm2A => Box::new(dpm2::Dpm2Ancestral::default()),
        Sampler::Dpmpp2m => Box::new(dpmpp_multistep::Dpmpp2m::default()),
        Sampler::Dpmpp2mSde => Box::new(dpmpp_multistep::Dpmpp2mSde::default()),
        Sampler::Dpmpp3mSde => Box::new(dpmpp_multistep::Dpmpp3mSde::default()),
        Sampler::DpmppSde => Box::new(dpmpp_singlestep::DpmppSde::default()),
        Sampler::Dpmpp2sA => Box::new(dpmpp_singlestep::Dpmpp2sAncestral::default()),
        Sampler::Lms => Box::new(lms::Lms::default()),
        Sampler::Ddim => Box::new(ddim::Ddim),
        Sampler::Ddpm => Box::new(ddpm::Ddpm),
        Sampler::Pndm => Box::new(pndm::Pndm::default()),
        Sampler::Unipc => Box::new(unipc::UniPc::default()),
        Sampler::Lcm => Box::new(lcm::Lcm),
    }
}

/// Lets a boxed solver be cloned with its history.
trait CloneSolver {
    fn clone_boxed(&self) -> Box<dyn Solver>;
}

impl<T: Solver + Clone + 'static> CloneSolver for T {
    fn clone_boxed(&self) -> Box<dyn Solver> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Solver> {
    fn clone(&self) -> Self {
        (**self).clone_boxed()
    }
}
