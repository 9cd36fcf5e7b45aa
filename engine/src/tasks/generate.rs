//! One generation, from a job to finished pictures.

use std::sync::Arc;
use std::time::{Duration, Instant};

use image::RgbImage;

use super::branch::{BranchPoint, Resume};
use super::control::{Controls, HintPictures};
use super::error::{JobPicture, TaskError};
use super::pipeline::Pipeline;
use super::start::{Given, LatentShape, Start};
use super::steps::{Begun, Draws, Sampling, first_run, single_precision};
use crate::inpaint::repainted;
use crate::nn::CancelToken;
use crate::recipe::Recipe;
use crate::sampling::{BatchNoise, InferenceSchedule};
use crate::worker::{Job, Latents, Picture, Tweak};

/// Progress of a generation. Whoever hears it may answer with a [`Tweak`] of what comes next.
pub enum Report {
    /// A tweak could not be followed.
    NotChanged { why: TaskError },
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
        /// The place after this step, where branches are wanted.
        branch: Option<Arc<BranchPoint>>,
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
    report: &mut dyn FnMut(Report) -> Option<Tweak>,
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
    report: &mut dyn FnMut(Report) -> Option<Tweak>,
) -> Result<Outcome, TaskError> {
    let shape = check(pipeline, job)?;
    let mut draws = Draws { draw, count: 0 };
    let noise = match (&job.resume, &job.noise) {
        (Some(resume), _) => resume.point().noise.clone(),
        (None, Some(given)) => given.values.clone(),
        (None, None) => draws.next(),
    };
    let repainted = repainted(job.mask.as_ref(), &job.regions, &job.recipe.regions);
    let given = Given::new(&job.recipe, job.init.as_ref(), repainted.as_ref());
    let start = Start::new(pipeline, &given, shape, &noise, cancel)?;
    let run = match &job.resume {
        Some(resume) => {
            resume.point().check(&job.recipe, shape)?;
            draws.skip_to(resume.point().draws);
            resume.point().run.clone()
        }
        None => {
            let Recipe { sampler, schedule, steps, .. } = job.recipe;
            let schedule = InferenceSchedule::new(&pipeline.scheduler, sampler, schedule, steps)?;
            first_run(schedule, &given, &start, &noise)
        }
    };
    let hints = HintPictures { hints: &job.hints, init: job.init.as_ref(), mask: repainted.as_ref() };
    let controls = Controls::new(pipeline, &job.recipe, hints, cancel)?;
    let mut sampling = Sampling::new(pipeline, job, repainted, shape, Begun { start, controls, noise, draws }, cancel);
    let latents = match &job.resume {
        Some(Resume::Finish(point)) => single_precision(point.run.predicted_original()),
        _ => sampling.sample(run, report)?,
    };

    // Too late for a tweak.
    let _ = report(Report::Decoding);
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
    let init = job.init.as_ref().map(|init| (JobPicture::Start, init.dimensions()));
    let mask = job.mask.as_ref().map(|mask| (JobPicture::Mask, mask.dimensions()));
    let regions = job.regions.iter().map(|mask| (JobPicture::MaskOfRegion, mask.dimensions()));
    for (what, (found_width, found_height)) in init.into_iter().chain(mask).chain(regions) {
        if (found_width, found_height) != (recipe.width, recipe.height) {
            let (width, height) = (recipe.width, recipe.height);
            return Err(TaskError::SizeMismatch { what, found_width, found_height, width, height });
        }
    }
    let (regions, masks) = (recipe.regions.len(), job.regions.len());
    if regions != masks {
        return Err(TaskError::RegionMasks { regions, masks });
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
