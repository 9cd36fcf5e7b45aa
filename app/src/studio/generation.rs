//! One run at a time: prepared on a thread, sent to the engine, followed through its events, turned into results.

use std::sync::Arc;
use std::time::{Duration, Instant};

use brushfire_engine::{BranchPoint, Event, Job, JobId, Recipe, Resume, Step};
use image::{GrayImage, RgbImage};

use super::Studio;
use super::mailbox::Message;
use super::parameters::{SeedChoice, fresh_seed};
use super::plan::{self, Plan, Prepared};
use super::results::FinishedPicture;
use super::tweaking::Told;
use super::tweaking_hints::ToldHints;
use crate::document::Document;
use crate::language::told;

/// Names one run for as long as the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RunId(pub u64);

/// Pictures of [`Studio::generate_variations`]: as many as are still seen well beside each other.
pub const VARIATIONS: u32 = 4;

/// A preview that was made into a result.
pub struct KeptPreview {
    run: RunId,
    picture: u64,
    plan: Plan,
    mask: Arc<GrayImage>,
    made: Vec<FinishedPicture>,
}

/// Where a run can be gone on from with other words: a step of it that was kept.
#[derive(Clone, Debug)]
pub struct Origin {
    plan: Plan,
    mask: Arc<GrayImage>,
    /// With the pictures and masks that the run began with.
    job: Arc<Job>,
    point: Arc<BranchPoint>,
}

impl Origin {
    /// Of the buffers it holds, not counting those that results share.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let masks = self.job.mask.iter().chain(&self.job.regions).map(|mask| mask.as_raw().len());
        masks.sum::<usize>() + self.job.init.as_ref().map_or(0, |init| init.as_raw().len())
    }
}

/// How far a run has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// The picture is being turned into buffers.
    Preparing,
    /// The engine has the job but has not begun it.
    Waiting,
    /// This model is being read.
    Loading(String),
    /// So many steps are done.
    Sampling { step: u32, steps: u32 },
    /// The picture is being decoded and cut.
    Decoding,
}

/// What the pictures of a run look like after some step.
pub struct Preview {
    /// Counts the previews of a run.
    pub number: u64,
    /// Steps done.
    pub step: u32,
    /// One for each picture, of the plan's whole picture at whatever size; at least one.
    pub pictures: Vec<Arc<RgbImage>>,
    /// The place after that step.
    branch: Option<Arc<BranchPoint>>,
}

/// A generation under way.
pub struct Run {
    pub id: RunId,
    /// Whose results they will be; see [`Studio::picture_number`].
    pub picture: u64,
    pub plan: Plan,
    pub phase: Phase,
    pub started: Instant,
    /// The forecast for what is left, and when it was made.
    remaining: Option<(Duration, Instant)>,
    /// Number and time of the steps after the first, which compiles kernels and is not typical.
    usual_steps: (u32, Duration),
    last_step_at: Option<Instant>,
    pub preview: Option<Preview>,
    /// Of the plan's region; there once the run is prepared.
    pub mask: Option<Arc<GrayImage>>,
    pub(super) job: Option<JobId>,
    /// What the engine was sent.
    pub(super) sent: Option<Arc<Job>>,
    pub(super) told: Told,
    /// As it was when the run began.
    document: Document,
    cancelled: bool,
}

impl Run {
    /// Between 0 and 1.
    #[must_use]
    pub fn progress(&self) -> f32 {
        match &self.phase {
            Phase::Preparing | Phase::Waiting | Phase::Loading(_) => 0.0,
            Phase::Sampling { step, steps } => *step as f32 / (*steps).max(1) as f32,
            Phase::Decoding => 1.0,
        }
    }

    /// What is left, by the run's steps so far.
    #[must_use]
    pub fn remaining(&self, now: Instant) -> Option<Duration> {
        let (remaining, at) = self.remaining?;
        Some(remaining.saturating_sub(now.saturating_duration_since(at)))
    }

    /// The mean time of its steps.
    fn usual_step(&self) -> Option<Duration> {
        let (count, time) = self.usual_steps;
        time.checked_div(count)
    }

    #[must_use]
    pub fn is_being_cancelled(&self) -> bool {
        self.cancelled
    }
}

impl Studio {
    /// Whether a run can begin now.
    #[must_use]
    pub fn can_generate(&self) -> bool {
        self.run.is_none() && self.engine.is_some() && self.recipe_problem().is_none()
    }

    /// Why the recipe cannot be followed, as one sentence.
    #[must_use]
    pub fn recipe_problem(&self) -> Option<String> {
        self.plan().recipe.check().err().map(|error| told(&error))
    }

    /// Begins a run with the seed that is chosen.
    pub fn generate(&mut self) {
        let seed = self.next_seed();
        self.generate_with(seed, self.recipe.batch);
    }

    /// Begins a run of [`VARIATIONS`] pictures at once, to choose from.
    pub fn generate_variations(&mut self) {
        let seed = self.next_seed();
        self.generate_with(seed, VARIATIONS);
    }

    fn next_seed(&self) -> u64 {
        match self.seed_choice {
            SeedChoice::Random => fresh_seed(),
            SeedChoice::Fixed => self.recipe.seed,
        }
    }

    /// Begins a run with another seed and takes the shown result off the canvas.
    pub fn reroll(&mut self) {
        self.generate_with(fresh_seed(), self.recipe.batch);
    }

    /// Begins a run that takes away what is under the mask; the recipe in the panels stays as it is.
    pub fn remove_masked(&mut self) {
        if !self.can_generate() || self.masks().main.is_none() {
            return;
        }
        let recipe = Recipe { seed: self.next_seed(), ..self.recipe.for_removal() };
        let mut plan = self.plan_of(&recipe);
        plan.recipe.regions.clear();
        plan.regions.clear();
        // They would bring back what is to go.
        let plan = plan.with_controls(vec![]);
        self.begin_run(plan);
    }

    fn generate_with(&mut self, seed: u64, batch: u32) {
        if !self.can_generate() {
            return;
        }
        if self.seed_choice == SeedChoice::Random {
            self.set_seed_silently(seed);
        }
        let mut plan = self.plan();
        plan.recipe.seed = seed;
        plan.recipe.batch = batch;
        self.begin_run(plan);
    }

    fn begin_run(&mut self, plan: Plan) {
        let (job_plan, document) = (plan.clone(), self.document.clone());
        let run = self.new_run(plan);
        let id = run.id;
        self.mailbox.spawn("prepare-job", move || {
            let Prepared { job, mask } = plan::prepare(&job_plan, &document);
            Message::Prepared { run: id, job: Box::new(job), mask: Arc::new(mask) }
        });
        self.run = Some(run);
    }

    /// Whether the result on the canvas is a kept step whose run can be gone on with.
    #[must_use]
    pub fn can_continue(&self) -> bool {
        self.can_generate() && self.results.shown().is_some_and(|result| result.origin.is_some())
    }

    /// Goes on from the kept step on the canvas, with the prompts and the guidance as they are now.
    pub fn continue_from_shown(&mut self) {
        self.resume_shown(Resume::Continue);
    }

    /// Makes a picture of the kept step on the canvas as it was, by the model's own decoder.
    pub fn finish_shown(&mut self) {
        self.resume_shown(Resume::Finish);
    }

    fn resume_shown(&mut self, resume: fn(Arc<BranchPoint>) -> Resume) {
        let origin = self.results.shown().filter(|_| self.can_continue()).and_then(|result| result.origin.clone());
        let (Some(origin), Some(engine)) = (origin, &self.engine) else { return };
        let resume = resume(Arc::clone(&origin.point));
        let recipe = match &resume {
            Resume::Finish(_) => origin.plan.recipe.clone(),
            Resume::Continue(_) => Recipe {
                prompt: self.recipe.prompt.clone(),
                negative_prompt: self.recipe.negative_prompt.clone(),
                guidance: self.recipe.guidance,
                guidance_rescale: self.recipe.guidance_rescale,
                ..origin.plan.recipe.clone()
            },
        };
        let job = Job { recipe: recipe.clone(), resume: Some(resume), ..(*origin.job).clone() };
        let sent = Arc::new(job.clone());
        let job = engine.submit(job);
        let run = self.new_run(Plan { recipe, ..origin.plan.clone() });
        let mask = Some(Arc::clone(&origin.mask));
        self.run = Some(Run { phase: Phase::Waiting, mask, job: Some(job), sent: Some(sent), ..run });
    }

    /// A run that is not begun yet; what lies on the canvas goes back to the strip.
    fn new_run(&mut self, plan: Plan) -> Run {
        self.results.show(None);
        self.runs_started += 1;
        let hints = ToldHints::of(&plan, &self.document);
        Run {
            id: RunId(self.runs_started),
            picture: self.picture_number,
            plan,
            phase: Phase::Preparing,
            started: Instant::now(),
            remaining: None,
            usual_steps: (0, Duration::ZERO),
            last_step_at: None,
            preview: None,
            mask: None,
            job: None,
            sent: None,
            document: self.document.clone(),
            told: Told::new(&self.document, &self.masks(), self.recipe.clone(), hints),
            cancelled: false,
        }
    }

    /// Cancels the run; the engine notices it between two blocks of its network.
    pub fn cancel(&mut self) {
        let Some(run) = &mut self.run else { return };
        run.cancelled = true;
        match (&self.engine, run.job) {
            (Some(engine), Some(job)) => engine.cancel(job),
            // The engine has not seen it yet, and will not.
            _ => self.run = None,
        }
    }

    /// Drops the run without waiting for its end: its picture has gone.
    pub(super) fn abandon_run(&mut self) {
        self.cancel();
        self.run = None;
    }

    pub(super) fn take_in_prepared(&mut self, id: RunId, job: Job, mask: Arc<GrayImage>) {
        let (Some(engine), Some(run)) = (&self.engine, &mut self.run) else { return };
        if run.id == id {
            run.mask = Some(mask);
            run.phase = Phase::Waiting;
            run.sent = Some(Arc::new(job.clone()));
            run.job = Some(engine.submit(job));
        }
    }

    /// Events of runs that were abandoned are ignored.
    pub(super) fn take_in_run_event(&mut self, event: Event) {
        let Some(run) = &mut self.run else { return };
        if run.job.is_none() || job_of(&event) != run.job {
            return;
        }
        match event {
            Event::Loading { what, .. } => run.phase = Phase::Loading(what),
            Event::Step(step) => self.take_in_step(step),
            Event::Decoding { .. } => run.phase = Phase::Decoding,
            Event::Finished { pictures, .. } => {
                run.phase = Phase::Decoding;
                let (id, plan, document) = (run.id, run.plan.clone(), run.document.clone());
                let Some(mask) = run.mask.clone() else { return };
                self.mailbox.spawn("finish-job", move || Message::Finished {
                    run: id,
                    pictures: plan::finish(&plan, &pictures, &mask, &document),
                });
            }
            Event::Failed { error, .. } => {
                self.run = None;
                self.notices.failed(&*error);
            }
            Event::Cancelled { .. } => self.run = None,
            // Hints are jobs of their own.
            Event::DeviceReady { .. }
            | Event::Notice { .. }
            | Event::HintProgress { .. }
            | Event::HintFinished { .. } => {}
        }
    }

    fn take_in_step(&mut self, step: Step) {
        let Some(run) = &mut self.run else { return };
        run.phase = Phase::Sampling { step: step.step, steps: step.steps };
        let now = Instant::now();
        run.last_step_at = Some(now);
        if step.step > 1 {
            run.usual_steps.0 += 1;
            run.usual_steps.1 += step.duration;
        }
        // All steps so far tell more than the last one.
        let by_steps = run.usual_step().map(|usual| usual * step.steps.saturating_sub(step.step));
        let by_earlier_runs = self.forecast.ending_of(&run.plan);
        let remaining = by_steps.zip(by_earlier_runs).map(|(steps, ending)| steps + ending);
        run.remaining = Some((remaining.unwrap_or(step.remaining), now));
        if !step.previews.is_empty() {
            let number = run.preview.as_ref().map_or(0, |preview| preview.number + 1);
            let pictures = step.previews.into_iter().map(Arc::new).collect();
            run.preview = Some(Preview { number, step: step.step, pictures, branch: step.branch });
        }
    }

    /// Makes what the pictures look like now results of their own; the run goes on.
    pub fn keep_preview(&mut self) {
        let Some(run) = &self.run else { return };
        let (Some(preview), Some(mask)) = (&run.preview, &run.mask) else { return };
        let (pictures, step, mask) = (preview.pictures.clone(), preview.step, Arc::clone(mask));
        let (id, picture, plan) = (run.id, run.picture, run.plan.clone());
        let origin = preview
            .branch
            .clone()
            .zip(run.sent.clone())
            .map(|(point, job)| Arc::new(Origin { plan: plan.clone(), mask: Arc::clone(&mask), job, point }));
        self.mailbox.spawn("keep-preview", move || {
            let mut made = plan::finish_previews(&plan, &pictures, step);
            made.iter_mut().for_each(|made| made.origin.clone_from(&origin));
            Message::Kept(Box::new(KeptPreview { run: id, picture, plan, mask, made }))
        });
    }

    pub(super) fn take_in_kept(&mut self, kept: KeptPreview) {
        if let Some(results) = self.results_of(kept.picture) {
            let shown = results.shown().map(|result| result.id);
            results.add(kept.run, kept.made, kept.plan.region, &kept.mask);
            // The canvas goes on showing the run.
            results.show(shown);
        }
    }

    pub(super) fn take_in_finished(&mut self, id: RunId, pictures: Vec<FinishedPicture>) {
        let Some(run) = self.run.take_if(|run| run.id == id) else { return };
        if let (Some(step), Some(last)) = (run.usual_step(), run.last_step_at) {
            self.forecast.learn(&run.plan, step, last.elapsed());
        }
        let Some(mask) = run.mask else { return };
        if let Some(results) = self.results_of(run.picture) {
            results.add(run.id, pictures, run.plan.region, &mask);
        }
    }
}

fn job_of(event: &Event) -> Option<JobId> {
    match event {
        Event::Step(step) => Some(step.job),
        Event::Loading { job, .. }
        | Event::Decoding { job }
        | Event::Finished { job, .. }
        | Event::HintProgress { job, .. }
        | Event::HintFinished { job, .. }
        | Event::Failed { job, .. }
        | Event::Cancelled { job } => Some(*job),
        Event::DeviceReady { .. } | Event::Notice { .. } => None,
    }
}
