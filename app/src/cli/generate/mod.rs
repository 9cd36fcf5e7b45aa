//! `brushfire generate`: one job, from flags to files.

mod arguments;
mod controls;
mod files;
mod model;
mod progress;
mod start;
mod tensors;

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{anyhow, bail};
use brushfire_engine::{Engine, EngineSettings, Event, Job, JobId, Latents, Picture, Recipe};
use serde_json::json;

pub(super) use arguments::GenerateArguments;

use super::interrupt::{CtrlC, Interrupted};
use crate::assets::engine_settings;
use controls::Hint;
use files::OutputFiles;
use progress::Progress;
use start::{PlannedStart, Start};

/// How long Ctrl+C may go unnoticed.
const PATIENCE: Duration = Duration::from_millis(50);

pub(super) fn run(arguments: &GenerateArguments) -> anyhow::Result<()> {
    let done = generate(arguments);
    if let Err(error) = &done
        && arguments.json
    {
        let event = if error.is::<Interrupted>() { "cancelled" } else { "failed" };
        super::print_json(&json!({ "event": event, "message": super::one_line(error) }));
    }
    done
}

fn generate(arguments: &GenerateArguments) -> anyhow::Result<()> {
    let mut progress = Progress::new(arguments.json);
    // What can go wrong before the engine starts is found before a minute is spent.
    let recipe = arguments.recipe()?;
    let outputs = OutputFiles::new(arguments, recipe.batch)?;
    let files = Start::open(arguments)?;
    let hints = arguments.controls.open(&recipe.controls)?;
    outputs.check()?;
    let settings = engine_settings(arguments.device);
    let model = model::check_model(&recipe, &settings)?;
    let start = files.map(|files| files.planned(&recipe, model));
    let job = job(arguments, recipe, start.as_ref(), hints)?;
    let outcome = work(settings, job, &outputs, &mut progress)?;

    let mut written = Vec::new();
    for (path, Picture { image, recipe }) in outputs.pictures().zip(&outcome.pictures) {
        let finished = match &start {
            Some(start) => start.finish(image)?,
            None => image.clone().into(),
        };
        if let Some(notice) = crate::files::save_picture(&path, &finished, Some(recipe))?.notice {
            progress.notice(&notice);
        }
        written.push((path, recipe.seed));
    }
    if let Some(path) = &arguments.latents {
        tensors::write_latents(path, &outcome.latents)?;
    }
    progress.finished(outcome.job, &written, outcome.seconds);
    Ok(())
}

fn job(
    arguments: &GenerateArguments,
    recipe: Recipe,
    start: Option<&PlannedStart>,
    hints: Vec<Hint>,
) -> anyhow::Result<Job> {
    let job = match start {
        Some(start) => start.job(recipe),
        None => {
            Job { regions: start::region_masks(arguments, (recipe.width, recipe.height))?, recipe, ..Job::default() }
        }
    };
    job.recipe.check()?;
    let noise = arguments.noise.as_deref().map(tensors::read_noise).transpose()?;
    let seen = |Hint { control, picture }: Hint| match (start, picture) {
        (Some(start), Some(picture)) => Some(start.hint(&picture, &control)),
        (_, picture) => picture,
    };
    let hints = hints.into_iter().map(seen).collect();
    Ok(Job { noise, hints, previews: arguments.previews.is_some(), ..job })
}

/// What the engine made.
struct Outcome {
    job: JobId,
    pictures: Vec<Picture>,
    latents: Latents,
    seconds: f64,
}

/// Has the engine do the job, and tells of it.
fn work(settings: EngineSettings, job: Job, outputs: &OutputFiles, progress: &mut Progress) -> anyhow::Result<Outcome> {
    let ctrl_c = CtrlC::listen().inspect_err(|error| log::warn!("Ctrl+C will end the program at once: {error}")).ok();
    let (sender, events) = channel();
    // A receiver that is gone means that the work is over.
    let engine = Engine::start(settings, move |event| drop(sender.send(event)))?;
    let id = engine.submit(job);
    loop {
        if ctrl_c.as_ref().is_some_and(CtrlC::is_pressed) {
            engine.cancel(id);
        }
        let event = match events.recv_timeout(PATIENCE) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => bail!("the engine stopped without an answer; try --device cpu"),
        };
        let previews = match &event {
            Event::Step(step) => outputs.write_previews(step)?,
            _ => Vec::new(),
        };
        progress.event(&event, &previews);
        match event {
            Event::Finished { job, pictures, latents, seconds } => {
                return Ok(Outcome { job, pictures, latents, seconds });
            }
            Event::Failed { error, .. } => return Err(anyhow!(error.to_string())),
            Event::Cancelled { .. } => return Err(Interrupted.into()),
            _ => {}
        }
    }
}
