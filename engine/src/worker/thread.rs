//! The engine's thread.

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::EngineSettings;
use super::controls_folder::find_control;
use super::error::JobError;
use super::event::{Event, Step};
use super::job::{HintJob, Job, JobId};
use super::mailbox::{Letter, Mailbox, Work};
use super::models_folder::{find_model, own_hints_folder};
use super::notice::Notice;
use crate::checkpoint::{CheckpointError, ControlBase, open_control};
use crate::device::{ChosenDevice, DeviceChoice, DeviceNotice, SelfTester, choose};
use crate::hints::{Context, HintError, HintFolders, MadeHint, Watch, make};
use crate::memory::{ModelMemory, Place, RunSize, available_memory, check};
use crate::models::ModelError;
use crate::nn::{CancelToken, Compute, Precision};
use crate::recipe::Recipe;
use crate::tasks::{Outcome, Pipeline, Report, TaskError, Vocabulary, generate};

/// Works until the handle closes the mailbox.
pub(super) fn run(settings: &EngineSettings, mailbox: &Mailbox, say: Box<dyn FnMut(Event) + Send>) {
    let mut worker = Worker { settings, mailbox, say, device: None, single_precision: false, pipeline: None };
    worker.device();
    loop {
        match mailbox.next() {
            Letter::Run(id, work, cancel) => {
                match work {
                    Work::Generate(job) => worker.work(id, &job, &cancel),
                    Work::MakeHint(job) => worker.make_hint(id, &job, &cancel),
                }
                mailbox.done();
            }
            Letter::Cancelled(ids) => ids.into_iter().for_each(|job| (worker.say)(Event::Cancelled { job })),
            Letter::Close => break,
        }
    }
}

struct Worker<'engine> {
    settings: &'engine EngineSettings,
    mailbox: &'engine Mailbox,
    say: Box<dyn FnMut(Event) + Send>,
    device: Option<ChosenDevice>,
    /// Half precision made values that are no numbers with the present model.
    single_precision: bool,
    pipeline: Option<Loaded>,
}

struct Loaded {
    path: PathBuf,
    pipeline: Pipeline,
}

impl Worker<'_> {
    /// The device, chosen at the first call.
    fn device(&mut self) -> ChosenDevice {
        if let Some(device) = &self.device {
            return device.clone();
        }
        let settings = self.settings;
        let mailbox = self.mailbox;
        let say = &mut self.say;
        // Listing adapters runs the drivers' code, and opening one burn's; neither may take the engine down.
        let chosen = catch_unwind(AssertUnwindSafe(|| {
            let tester = settings.self_test_program.clone().map(SelfTester::new);
            let closed = || mailbox.is_closed();
            choose(settings.device, &settings.cache_folder, tester.as_ref(), &closed, &mut |notice| {
                say(Event::Notice { notice: Notice::Device(notice) });
            })
        }));
        let chosen =
            chosen.unwrap_or_else(|panic| ChosenDevice::cpu(vec![DeviceNotice::NoGpu { why: words(&*panic) }]));
        for notice in chosen.notices.iter().cloned() {
            (self.say)(Event::Notice { notice: Notice::Device(notice) });
        }
        self.device = Some(chosen.clone());
        let place = self.place();
        (self.say)(Event::DeviceReady { name: chosen.name.clone(), place });
        chosen
    }

    /// Does one job and reports exactly one ending.
    fn work(&mut self, id: JobId, job: &Job, cancel: &CancelToken) {
        let started = Instant::now();
        let mut done = self.attempt(id, job, cancel);
        if matches!(done, Ok(Err(TaskError::NotFinite { .. }))) && self.used_half_precision() {
            (self.say)(Event::Notice { notice: Notice::HalfPrecisionOverflowed });
            self.single_precision = true;
            self.unload();
            done = self.attempt(id, job, cancel);
        }
        let event = match done {
            Ok(Ok(Outcome { pictures, latents })) => {
                Event::Finished { job: id, pictures, latents, seconds: started.elapsed().as_secs_f64() }
            }
            Ok(Err(TaskError::Cancelled)) => Event::Cancelled { job: id },
            Ok(Err(error)) => {
                if matches!(error, TaskError::Model(ModelError::ReadBack(_))) {
                    self.give_up_device();
                }
                failed(id, JobError::Generation(error))
            }
            Err(panic) => {
                self.give_up_device();
                failed(id, JobError::GenerationBrokeDown { why: words(&*panic) })
            }
        };
        (self.say)(event);
    }

    fn used_half_precision(&self) -> bool {
        !self.single_precision && self.device.as_ref().is_some_and(|device| device.f16)
    }

    /// A panic anywhere inside becomes its message.
    fn attempt(
        &mut self,
        id: JobId,
        job: &Job,
        cancel: &CancelToken,
    ) -> Result<Result<Outcome, TaskError>, Box<dyn Any + Send>> {
        catch_unwind(AssertUnwindSafe(|| self.generate(id, job, cancel)))
    }

    fn generate(&mut self, id: JobId, job: &Job, cancel: &CancelToken) -> Result<Outcome, TaskError> {
        job.recipe.check()?;
        self.load(id, &job.recipe, cancel)?;
        let Some(loaded) = &mut self.pipeline else { return Err(TaskError::Cancelled) };
        let (say, mailbox) = (&mut self.say, self.mailbox);
        generate(&mut loaded.pipeline, job, cancel, &mut |report| {
            say(event(id, report));
            mailbox.take_tweak()
        })
    }

    /// Makes the named model and the networks of its hints the loaded ones. Only one model is held at a time: memory is what
    /// runs out first.
    fn load(&mut self, id: JobId, recipe: &Recipe, cancel: &CancelToken) -> Result<(), TaskError> {
        let path = find_model(&recipe.model, self.settings);
        let controls = self.find_controls(&path, recipe)?;
        self.require_memory(&path, &controls, RunSize::of(recipe))?;
        if self.pipeline.as_ref().is_none_or(|loaded| loaded.path != path) {
            (self.say)(Event::Loading { job: id, what: recipe.model.clone() });
            if self.pipeline.is_some() {
                self.unload();
                self.single_precision = false;
            }
            self.device().device.memory_cleanup();
            let compute = self.compute();
            let vocabulary = Vocabulary(self.settings.vocabulary.clone());
            let pipeline = Pipeline::load(&path, &vocabulary, &compute, cancel)?;
            self.pipeline = Some(Loaded { path, pipeline });
        }
        let Some(Loaded { pipeline, .. }) = &mut self.pipeline else { return Ok(()) };
        for control in controls.iter().filter(|control| !pipeline.has_control(control)) {
            let what = control.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (self.say)(Event::Loading { job: id, what });
        }
        pipeline.load_controls(&controls, cancel)
    }

    /// The networks that the recipe's hints mean.
    fn find_controls(&self, model: &Path, recipe: &Recipe) -> Result<Vec<PathBuf>, TaskError> {
        if recipe.controls.is_empty() {
            return Ok(Vec::new());
        }
        let base = match self.pipeline.as_ref().filter(|loaded| loaded.path == model) {
            Some(loaded) => loaded.pipeline.control_base().clone(),
            None => ControlBase::read(model)?,
        };
        let find = |control| find_control(control, &recipe.model, &base, self.settings);
        Ok(recipe.controls.iter().map(find).collect::<Result<_, _>>()?)
    }

    /// Makes one hint and reports exactly one ending. The model that is loaded stays.
    fn make_hint(&mut self, id: JobId, job: &HintJob, cancel: &CancelToken) {
        let started = Instant::now();
        let uses_device = job.recipe.processor.weights().is_some();
        let event = match catch_unwind(AssertUnwindSafe(|| self.attempt_hint(id, job, cancel))) {
            Ok(Ok(MadeHint { picture: hint, people })) => {
                Event::HintFinished { job: id, hint, people, seconds: started.elapsed().as_secs_f64() }
            }
            Ok(Err(HintError::Cancelled)) => Event::Cancelled { job: id },
            Ok(Err(error)) => {
                if matches!(error, HintError::Model(ModelError::ReadBack(_))) {
                    self.give_up_device();
                }
                failed(id, JobError::Hint(error))
            }
            Err(panic) => {
                if uses_device {
                    self.give_up_device();
                }
                failed(id, JobError::HintBrokeDown { why: words(&*panic) })
            }
        };
        (self.say)(event);
    }

    fn attempt_hint(&mut self, id: JobId, job: &HintJob, cancel: &CancelToken) -> Result<MadeHint, HintError> {
        let compute = self.compute();
        let folders = HintFolders { shipped: self.settings.hints_folder.clone(), own: own_hints_folder(self.settings) };
        let say = &mut self.say;
        let mut progress = |share| say(Event::HintProgress { job: id, share });
        let watch = Watch::new(&mut progress, cancel);
        make(&job.recipe, &job.picture, &mut Context { watch, compute: &compute, folders: &folders })
    }

    /// How the next network computes.
    fn compute(&mut self) -> Compute {
        let half = self.place() == Place::Gpu { half: true };
        Compute::new(&self.device().device, if half { Precision::F16 } else { Precision::F32 })
    }

    /// Refuses what this machine's memory cannot hold, before anything is read or given up for it.
    fn require_memory(&mut self, path: &Path, controls: &[PathBuf], run: RunSize) -> Result<(), TaskError> {
        let (device, place) = (self.device(), self.place());
        let Some(available) = available_memory().filter(|_| !device.own_memory) else { return Ok(()) };
        let loaded = self.pipeline.as_ref();
        let held = loaded.map_or(0, |loaded| loaded.pipeline.memory().forecast(run, place).weights);
        let model = match loaded.filter(|loaded| loaded.path == path) {
            Some(loaded) => loaded.pipeline.memory().clone(),
            None => ModelMemory::read(path)?,
        };
        let distinct: BTreeSet<&PathBuf> = controls.iter().collect();
        let networks = distinct.into_iter().map(|path| Ok(open_control(path)?.network.config));
        let networks = networks.collect::<Result<Vec<_>, CheckpointError>>()?;
        let notice = check(&model.with_controls(&networks), run, place, held, available)?;
        if let Some(notice) = notice {
            (self.say)(Event::Notice { notice: Notice::Swap(notice) });
        }
        Ok(())
    }

    /// Where the next model computes.
    fn place(&mut self) -> Place {
        let device = self.device();
        if device.gpu { Place::Gpu { half: device.f16 && !self.single_precision } } else { Place::Cpu }
    }

    /// Gives the model's memory back. On a device that was lost even that can panic, which must not end the thread.
    fn unload(&mut self) {
        let pipeline = self.pipeline.take();
        if catch_unwind(AssertUnwindSafe(|| drop(pipeline))).is_err() {
            log::warn!("the model could not be unloaded in order");
        }
    }

    /// A device that broke once is not trusted again in this process.
    fn give_up_device(&mut self) {
        self.unload();
        if self.device.as_ref().is_some_and(|device| device.gpu) && self.settings.device != DeviceChoice::Cpu {
            let device = self.device.take().map(|device| device.name).unwrap_or_default();
            (self.say)(Event::Notice { notice: Notice::DeviceLost { device } });
            self.device = Some(ChosenDevice::cpu(Vec::new()));
            (self.say)(Event::DeviceReady { name: "CPU".to_owned(), place: Place::Cpu });
        }
    }
}

fn event(job: JobId, report: Report) -> Event {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    match report {
        Report::Step { step, steps, duration, remaining, previews, branch } => {
            Event::Step(Step { job, step: count(step), steps: count(steps), duration, remaining, previews, branch })
        }
        Report::Decoding => Event::Decoding { job },
        Report::NotChanged { why } => Event::Notice { notice: Notice::NotChanged { why: Arc::new(why) } },
    }
}

fn failed(job: JobId, error: JobError) -> Event {
    Event::Failed { job, error: Arc::new(error) }
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "for an unknown reason".to_owned())
}
