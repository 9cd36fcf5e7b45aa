//! One generation, from a job to finished pictures.

use std::time::{Duration, Instant};

use image::RgbImage;

use super::conditioning::Conditioning;
use super::error::TaskError;
use super::guidance::guide;
use super::picture::{composite, pictures_from_values};
use super::pipeline::Pipeline;
use super::soft::{Progress, reach};
use super::start::{LatentShape, Start};
use crate::nn::{CancelToken, Compute};
use crate::recipe::Recipe;
use crate::sampling::{BatchNoise, InferenceSchedule, SolverRun};
use crate::worker::{Job, Latents, Picture};

/// Progress of a generation.
pub enum Report {
    /// A step is done.
    Step {
        /// Steps done, from 1.
        step: usize,
        steps: usize,
        duration: Duration,
        /// Forecast for the rest, decoding included.
        remaining: Duration,
        /// One a picture; empty where none are wanted.
        previews: Vec<RgbImage>,
    },
    /// All steps are done.
    Decoding,
}

/// What a generation made.
#[derive(Debug)]
pub struct Outcome {
    pub pictures: Vec<Picture>,
    pub latents: Latents,
}

/// Does the job with a loaded model.
///
/// # Errors
/// A job that does not fit the model or itself, cancellation, and arithmetic that broke down.
pub fn generate(
    pipeline: &mut Pipeline,
    job: &Job,
    cancel: &CancelToken,
    report: &mut dyn FnMut(Report),
) -> Result<Outcome, TaskError> {
    let shape = check(pipeline, job)?;
    let mut noise = BatchNoise::new(job.recipe.rng, job.recipe.seed, shape.pictures, shape.of_one());
    generate_from_noise(pipeline, job, &mut || noise.draw(), cancel, report)
}

/// The same with random numbers from elsewhere: `draw` gives `[N, C, h, w]` values at a time, the initial noise first
/// (unless the job brings its own), then what the solver adds between steps.
///
/// # Errors
/// As [`generate`].
pub fn generate_from_noise(
    pipeline: &mut Pipeline,
    job: &Job,
    draw: &mut dyn FnMut() -> Vec<f32>,
    cancel: &CancelToken,
    report: &mut dyn FnMut(Report),
) -> Result<Outcome, TaskError> {
    let shape = check(pipeline, job)?;
    let schedule =
        InferenceSchedule::new(&pipeline.scheduler, job.recipe.sampler, job.recipe.schedule, job.recipe.steps)?;
    let first_step = if job.init.is_some() { schedule.first_step(job.recipe.strength) } else { 0 };
    let start = Start::new(pipeline, job, shape, cancel)?;
    let steps = schedule.steps() - first_step.min(schedule.steps());
    let conditioning = Conditioning::new(&job.recipe, steps);

    let noise = match &job.noise {
        Some(given) => given.values.clone(),
        None => draw(),
    };
    let latents = first_latents(&schedule, first_step, &start, &noise);
    let run = SolverRun::new(schedule, first_step, latents);
    let mut sampling = Sampling { pipeline, job, shape, start, conditioning, noise, draw, cancel };
    let latents = sampling.sample(run, report)?;

    report(Report::Decoding);
    let started = Instant::now();
    let pictures = sampling.pictures(&latents)?;
    pipeline.note_decode(started.elapsed(), shape.cells() * shape.pictures);
    Ok(Outcome { pictures, latents: Latents { shape: shape.array(), values: latents } })
}

fn check(pipeline: &Pipeline, job: &Job) -> Result<LatentShape, TaskError> {
    let recipe = &job.recipe;
    recipe.check()?;
    let multiple = pipeline.scale();
    if !recipe.width.is_multiple_of(multiple) || !recipe.height.is_multiple_of(multiple) {
        return Err(TaskError::NotMultiple { width: recipe.width, height: recipe.height, multiple });
    }
    let init = job.init.as_ref().map(|init| ("picture to start from", init.dimensions()));
    let mask = job.mask.as_ref().map(|mask| ("mask", mask.dimensions()));
    for (what, (found_width, found_height)) in init.into_iter().chain(mask) {
        if (found_width, found_height) != (recipe.width, recipe.height) {
            let (width, height) = (recipe.width, recipe.height);
            return Err(TaskError::SizeMismatch { what, found_width, found_height, width, height });
        }
    }
    let shape = LatentShape {
        pictures: recipe.batch as usize,
        channels: pipeline.autoencoder.latent_channels(),
        rows: (recipe.height / multiple) as usize,
        columns: (recipe.width / multiple) as usize,
    };
    match &job.noise {
        Some(noise) if noise.shape != shape.array() || noise.values.len() != shape.len() => {
            Err(TaskError::NoiseShape { found: noise.shape, expected: shape.array() })
        }
        _ => Ok(shape),
    }
}

/// The latents before the first step, as diffusers' pipelines make them.
fn first_latents(schedule: &InferenceSchedule, first_step: usize, start: &Start, noise: &[f32]) -> Vec<f64> {
    match start.original() {
        Some(original) if first_step > 0 || !start.forgets_at_full_strength() => {
            schedule.level(first_step).mix(original, noise)
        }
        _ => schedule.initial_latents(noise),
    }
}

/// Everything the steps of one run share.
struct Sampling<'run> {
    pipeline: &'run Pipeline,
    job: &'run Job,
    shape: LatentShape,
    start: Start,
    conditioning: Conditioning,
    /// The initial noise, put back with the original while inpainting.
    noise: Vec<f32>,
    draw: &'run mut dyn FnMut() -> Vec<f32>,
    cancel: &'run CancelToken,
}

impl Sampling<'_> {
    fn sample(&mut self, mut run: SolverRun, report: &mut dyn FnMut(Report)) -> Result<Vec<f32>, TaskError> {
        let mut step_started = Instant::now();
        let mut spent = Duration::ZERO;
        while let Some(request) = run.next_request() {
            let output = self.predict(&request.input, request.timestep, request.step)?;
            if output.iter().any(|value| !value.is_finite()) {
                return Err(TaskError::NotFinite { step: request.step + 1 });
            }
            let draw = &mut *self.draw;
            run.supply(&output, &mut || draw().into_iter().map(f64::from).collect())?;
            let level = run.noise_level();
            let progress = Progress { done: run.steps_done(), steps: run.steps_total() };
            self.start.reimpose(run.latents_mut(), level, &self.noise, progress);
            if run.between_steps() {
                let duration = step_started.elapsed();
                spent += duration;
                let (step, steps) = (run.steps_done(), run.steps_total());
                let remaining = self.remaining(spent, step, steps);
                let previews = self.previews(&run)?;
                report(Report::Step { step, steps, duration, remaining, previews });
                step_started = Instant::now();
            }
        }
        #[expect(clippy::cast_possible_truncation, reason = "models compute in single precision")]
        Ok(run.into_latents().into_iter().map(|value| value as f32).collect())
    }

    /// The guided prediction for one evaluation: both halves of the guidance in one pass.
    fn predict(&mut self, latents: &[f64], timestep: f64, step: usize) -> Result<Vec<f32>, TaskError> {
        let recipe = &self.job.recipe;
        let copies = if self.conditioning.is_guided() { 2 } else { 1 };
        let input = self.start.unet_input(latents, self.shape, copies);
        let [pictures, _, rows, columns] = self.shape.array();
        let unet = &self.pipeline.unet;
        let input = unet.compute().tensor(input, [copies * pictures, unet.in_channels(), rows, columns]);
        let context = self.conditioning.at(self.pipeline, step, pictures, self.cancel)?;
        let output = Compute::values(unet.forward(input, timestep, context, None, self.cancel)?)?;
        if copies == 1 {
            return Ok(output);
        }
        Ok(guide(&output, pictures, recipe.guidance, recipe.guidance_rescale))
    }

    fn previews(&self, run: &SolverRun) -> Result<Vec<RgbImage>, TaskError> {
        if !self.job.previews || run.is_done() {
            return Ok(Vec::new());
        }
        self.pipeline.preview(run.predicted_original(), self.shape, self.cancel)
    }

    fn remaining(&self, spent: Duration, step: usize, steps: usize) -> Duration {
        let a_step = spent / u32::try_from(step.max(1)).unwrap_or(u32::MAX);
        let left = u32::try_from(steps - step.min(steps)).unwrap_or(u32::MAX);
        a_step * left + self.pipeline.decode_forecast(self.shape.cells() * self.shape.pictures)
    }

    /// Decodes one picture after the other, which bounds the memory a batch needs.
    fn pictures(&self, latents: &[f32]) -> Result<Vec<Picture>, TaskError> {
        let recipe = &self.job.recipe;
        let model_hash = self.pipeline.model_hash();
        let mut pictures = Vec::with_capacity(self.shape.pictures);
        for (index, of_one) in latents.chunks_exact(self.shape.of_one().max(1)).enumerate() {
            let image = match &self.job.init {
                // Nothing was asked to change, so nothing does: not even by the autoencoder's rounding.
                Some(init) if recipe.strength == 0.0 => init.clone(),
                init => self.decode(of_one, init.as_ref())?,
            };
            let seed = recipe.seed.wrapping_add(index as u64);
            pictures.push(Picture {
                image,
                recipe: Recipe { seed, batch: 1, model_hash: model_hash.clone(), ..recipe.clone() },
            });
        }
        Ok(pictures)
    }

    fn decode(&self, latents: &[f32], init: Option<&RgbImage>) -> Result<RgbImage, TaskError> {
        let recipe = &self.job.recipe;
        let [_, channels, rows, columns] = self.shape.array();
        let latents = self.pipeline.autoencoder_compute().tensor(latents.to_vec(), [1, channels, rows, columns]);
        let values = Compute::values(self.pipeline.autoencoder.decode(latents, self.cancel)?)?;
        if values.iter().any(|value| !value.is_finite()) {
            return Err(TaskError::NotFinite { step: recipe.steps as usize });
        }
        let made = pictures_from_values(&values, recipe.width, recipe.height).pop().unwrap_or_default();
        Ok(match (init, &self.job.mask) {
            (Some(init), Some(mask)) if recipe.soft => composite(init, &made, &reach(mask)),
            (Some(init), Some(mask)) => composite(init, &made, mask),
            _ => made,
        })
    }
}
