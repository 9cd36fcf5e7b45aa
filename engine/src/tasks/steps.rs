//! The steps of one run: the model is asked, the solver goes on, and what was changed meanwhile is followed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::tensor::Tensor;
use image::{GrayImage, RgbImage};

use super::branch::BranchPoint;
use super::conditioning::Conditioning;
use super::control::{Controls, Evaluation, HintPictures};
use super::error::{JobPicture, TaskError};
use super::generate::Report;
use super::guidance::guide;
use super::picture::{composite, pictures_from_values};
use super::pipeline::Pipeline;
use super::regional::Regional;
use super::soft::{Progress, reach};
use super::start::{Given, LatentShape, Start};
use crate::hints::HintKind;
use crate::inpaint::{Fill, has_strengths, match_colors, repainted};
use crate::nn::{CancelToken, Compute};
use crate::recipe::Recipe;
use crate::sampling::{InferenceSchedule, SolverRun};
use crate::worker::{Job, Picture, Tweak};

/// A run's random numbers, and how often there were any.
pub(super) struct Draws<'run> {
    pub draw: &'run mut dyn FnMut() -> Vec<f32>,
    pub count: usize,
}

impl Draws<'_> {
    pub fn next(&mut self) -> Vec<f32> {
        self.count += 1;
        (self.draw)()
    }

    /// Draws what an earlier run had drawn.
    pub fn skip_to(&mut self, count: usize) {
        while self.count < count {
            let _ = self.next();
        }
    }
}

/// A run at the step its recipe's strength begins at, with latents as diffusers' pipelines make them.
pub(super) fn first_run(schedule: InferenceSchedule, given: &Given<'_>, start: &Start, noise: &[f32]) -> SolverRun {
    let first_step = if given.init.is_some() { schedule.first_step(given.strength) } else { 0 };
    let is_forgotten = first_step == 0 && start.forgets_at_full_strength() && !given.fill.is_of_pixels();
    let latents = match start.original() {
        Some(original) if !is_forgotten => schedule.level(first_step).mix(original, noise),
        _ => schedule.initial_latents(noise),
    };
    SolverRun::new(schedule, first_step, latents)
}

#[expect(clippy::cast_possible_truncation, reason = "models compute in single precision")]
pub(super) fn single_precision(latents: &[f64]) -> Vec<f32> {
    latents.iter().map(|value| *value as f32).collect()
}

/// What a run has before its first step.
pub(super) struct Begun<'run> {
    pub start: Start,
    pub controls: Controls,
    /// The initial noise.
    pub noise: Vec<f32>,
    pub draws: Draws<'run>,
}

/// Where a run repaints.
#[derive(Clone)]
struct Masks {
    /// The part of the recipe's own prompt.
    main: Option<GrayImage>,
    /// Those of the recipe's regions.
    regions: Vec<GrayImage>,
}

impl Masks {
    /// With a tweak's in their place. `recipe` is the one that the tweak leads to.
    fn tweaked(&self, tweak: &Tweak, recipe: &Recipe, has_init: bool) -> Result<Self, TaskError> {
        let main = tweak.mask.as_ref().filter(|_| has_init);
        let regions = tweak.region_masks.as_ref();
        let (width, height) = (recipe.width, recipe.height);
        let of_regions = regions.into_iter().flatten().map(|mask| (JobPicture::MaskOfRegion, mask));
        for (what, mask) in main.map(|mask| (JobPicture::Mask, mask)).into_iter().chain(of_regions) {
            let (found_width, found_height) = mask.dimensions();
            if (found_width, found_height) != (width, height) {
                return Err(TaskError::SizeMismatch { what, found_width, found_height, width, height });
            }
        }
        let masks =
            Self { main: main.or(self.main.as_ref()).cloned(), regions: regions.unwrap_or(&self.regions).clone() };
        let (regions, masks_of_regions) = (recipe.regions.len(), masks.regions.len());
        if regions != masks_of_regions {
            return Err(TaskError::RegionMasks { regions, masks: masks_of_regions });
        }
        Ok(masks)
    }
}

/// Everything the steps of one run share.
pub(super) struct Sampling<'run> {
    pipeline: &'run Pipeline,
    job: &'run Job,
    /// The job's, with what was changed since.
    recipe: Recipe,
    masks: Masks,
    /// All of the masks, as strengths.
    repainted: Option<GrayImage>,
    hints: Vec<Option<RgbImage>>,
    shape: LatentShape,
    start: Start,
    controls: Controls,
    conditioning: Conditioning,
    regional: Regional,
    /// The initial noise, put back with the original while inpainting.
    noise: Vec<f32>,
    draws: Draws<'run>,
    cancel: &'run CancelToken,
}

impl<'run> Sampling<'run> {
    pub fn new(
        pipeline: &'run Pipeline,
        job: &'run Job,
        repainted: Option<GrayImage>,
        shape: LatentShape,
        begun: Begun<'run>,
        cancel: &'run CancelToken,
    ) -> Self {
        let Begun { start, controls, noise, draws } = begun;
        let (recipe, hints) = (job.recipe.clone(), job.hints.clone());
        let masks = Masks { main: job.mask.clone(), regions: job.regions.clone() };
        // The number of steps is known when the first is made.
        let conditioning = Conditioning::new(&recipe, 1);
        let regional = Regional::default();
        Self {
            pipeline,
            job,
            recipe,
            masks,
            repainted,
            hints,
            shape,
            start,
            controls,
            conditioning,
            regional,
            noise,
            draws,
            cancel,
        }
    }

    pub fn sample(
        &mut self,
        mut run: SolverRun,
        report: &mut dyn FnMut(Report) -> Option<Tweak>,
    ) -> Result<Vec<f32>, TaskError> {
        self.conditioning.change(&self.recipe, run.steps_total());
        self.regional = Regional::new(&self.recipe, &self.masks.regions, self.pipeline.scale(), run.steps_total());
        let mut step_started = Instant::now();
        let mut spent = Spent::default();
        while let Some(request) = run.next_request() {
            let progress = Progress { done: request.step, steps: run.steps_total() };
            let output = self.predict(&request.input, request.timestep, progress)?;
            if output.iter().any(|value| !value.is_finite()) {
                return Err(TaskError::NotFinite { step: request.step + 1 });
            }
            let draws = &mut self.draws;
            run.supply(&output, &mut || draws.next().into_iter().map(f64::from).collect())?;
            let level = run.noise_level();
            let progress = Progress { done: run.steps_done(), steps: run.steps_total() };
            self.start.reimpose(run.latents_mut(), level, &self.noise, progress);
            if run.between_steps() {
                let duration = step_started.elapsed();
                spent.add(duration);
                let tweak = report(self.step_report(&run, duration, &spent)?);
                if let Some(tweak) = tweak.filter(|_| !run.is_done())
                    && let Err(why) = self.change(tweak, &mut run)
                {
                    if let TaskError::Cancelled = why {
                        return Err(why);
                    }
                    let _ = report(Report::NotChanged { why });
                }
                step_started = Instant::now();
            }
        }
        Ok(single_precision(run.latents()))
    }

    fn step_report(&self, run: &SolverRun, duration: Duration, spent: &Spent) -> Result<Report, TaskError> {
        let (step, steps) = (run.steps_done(), run.steps_total());
        let remaining = spent.forecast(steps - step.min(steps))
            + self.pipeline.decode_forecast(self.shape.cells() * self.shape.pictures);
        let place = || BranchPoint::new(run, &self.noise, self.draws.count, self.shape, &self.recipe);
        let branch = self.job.branches.then(|| Arc::new(place()));
        Ok(Report::Step { step, steps, duration, remaining, previews: self.previews(run)?, branch })
    }

    /// Follows a tweak from here on, or leaves all as it was. With another strength the run begins anew, at the step that
    /// belongs to it.
    fn change(&mut self, tweak: Tweak, run: &mut SolverRun) -> Result<(), TaskError> {
        let init = self.job.init.as_ref();
        let recipe = tweak.applied_to(&self.recipe);
        recipe.check()?;
        let masks = self.masks.tweaked(&tweak, &recipe, init.is_some())?;
        let restarts = recipe.strength != self.recipe.strength && init.is_some();
        let strengths = |recipe: &Recipe| recipe.regions.iter().map(|region| region.strength).collect::<Vec<_>>();
        let is_stronger = strengths(&recipe) != strengths(&self.recipe);
        let has_other_masks = tweak.mask.is_some() || tweak.region_masks.is_some();
        let is_masked_anew = (has_other_masks || is_stronger) && init.is_some();
        let mut hints = self.hints.clone();
        tweak.change_hints(&mut hints);
        let repainted = repainted(masks.main.as_ref(), &masks.regions, &recipe.regions);
        let given = Given::new(&recipe, init, repainted.as_ref());
        let pictures = HintPictures { hints: &hints, init, mask: repainted.as_ref() };
        let is_another = |place: usize| {
            tweak.hints.contains_key(&place)
                || (is_masked_anew
                    && recipe.controls.get(place).is_some_and(|control| control.kind == HintKind::Inpaint))
        };
        self.controls.change(&self.recipe, &recipe, pictures, is_another, self.cancel)?;
        let was_filled = self.recipe.fill.resolved(self.recipe.strength);
        if is_masked_anew && was_filled == Fill::Original && given.fill == Fill::Original {
            self.start.remask(self.pipeline, &given, self.shape, self.cancel)?;
        } else if is_masked_anew || given.fill != was_filled {
            self.start = Start::new(self.pipeline, &given, self.shape, &self.noise, self.cancel)?;
        }
        if restarts {
            *run = first_run(run.schedule().clone(), &given, &self.start, &self.noise);
        }
        self.conditioning.change(&recipe, run.steps_total());
        if tweak.region_masks.is_some() {
            self.regional = Regional::new(&recipe, &masks.regions, self.pipeline.scale(), run.steps_total());
        } else {
            self.regional.change(&recipe, run.steps_total());
        }
        (self.recipe, self.masks, self.repainted, self.hints) = (recipe, masks, repainted, hints);
        Ok(())
    }

    /// The guided prediction for one evaluation: both halves of the guidance in one pass, and a pass for each region.
    fn predict(&mut self, latents: &[f64], timestep: f64, progress: Progress) -> Result<Vec<f32>, TaskError> {
        let (pictures, step) = (self.shape.pictures, progress.done);
        let context = self.conditioning.at(self.pipeline, step, pictures, self.cancel)?;
        let output = self.evaluate(latents, timestep, context, progress)?;
        let is_guided = self.conditioning.is_guided();
        let guided = |output: &[f32]| guide(output, pictures, self.recipe.guidance, self.recipe.guidance_rescale);
        let mut prediction = if is_guided { guided(&output) } else { output.clone() };
        let regions = self.regional.parts().len();
        if regions > 0 {
            self.regional.keep_rest(&mut prediction);
        }
        for region in 0..regions {
            let conditioning = &mut self.regional.parts()[region].conditioning;
            let context = conditioning.at(self.pipeline, step, pictures, self.cancel)?;
            let mut own = self.evaluate(latents, timestep, context, progress)?;
            if is_guided {
                let mut both = output[..output.len() / 2].to_vec();
                both.append(&mut own);
                own = guide(&both, pictures, self.recipe.guidance, self.recipe.guidance_rescale);
            }
            self.regional.add(region, &own, &mut prediction);
        }
        Ok(prediction)
    }

    /// The model's answer, once for each picture and each half of the context.
    fn evaluate(
        &self,
        latents: &[f64],
        timestep: f64,
        context: Tensor<3>,
        progress: Progress,
    ) -> Result<Vec<f32>, TaskError> {
        let [pictures, _, rows, columns] = self.shape.array();
        let copies = context.dims()[0] / pictures.max(1);
        let unet = &self.pipeline.unet;
        let input = self.start.unet_input(latents, self.shape, copies);
        let input = unet.compute().tensor(input, [copies * pictures, unet.in_channels(), rows, columns]);
        let has_both_halves = copies == 2;
        let at = Evaluation { input: &input, timestep, context: &context, has_both_halves, progress };
        let residuals = self.controls.residuals(&self.recipe, &at, self.cancel)?;
        Ok(Compute::values(unet.forward(input, timestep, context, residuals.as_ref(), self.cancel)?)?)
    }

    fn previews(&self, run: &SolverRun) -> Result<Vec<RgbImage>, TaskError> {
        if !self.job.previews || run.is_done() {
            return Ok(Vec::new());
        }
        self.pipeline.preview(run.predicted_original(), self.shape, self.cancel)
    }

    /// Decodes one picture after the other, which bounds the memory a batch needs.
    pub fn pictures(&self, latents: &[f32]) -> Result<Vec<Picture>, TaskError> {
        let recipe = &self.recipe;
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
        let recipe = &self.recipe;
        let [_, channels, rows, columns] = self.shape.array();
        let latents = self.pipeline.autoencoder_compute().tensor(latents.to_vec(), [1, channels, rows, columns]);
        let values = Compute::values(self.pipeline.autoencoder.decode(latents, self.cancel)?)?;
        if values.iter().any(|value| !value.is_finite()) {
            return Err(TaskError::NotFinite { step: recipe.steps as usize });
        }
        let made = pictures_from_values(&values, recipe.width, recipe.height).pop().unwrap_or_default();
        let (Some(init), Some(mask)) = (init, &self.repainted) else { return Ok(made) };
        let mask = if has_strengths(recipe) { &reach(mask) } else { mask };
        let made = if recipe.color_match { match_colors(init, &made, mask) } else { made };
        Ok(composite(init, &made, mask))
    }
}

/// Time that steps took.
#[derive(Default)]
struct Spent {
    time: Duration,
    steps: u32,
}

impl Spent {
    fn add(&mut self, step: Duration) {
        self.time += step;
        self.steps += 1;
    }

    /// What so many more will take.
    fn forecast(&self, steps: usize) -> Duration {
        self.time / self.steps.max(1) * u32::try_from(steps).unwrap_or(u32::MAX)
    }
}
