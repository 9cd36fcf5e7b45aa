//! How long the parts of a generation take.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail};
use brushfire_engine::{ControlRecipe, Engine, Event, HintKind, Job, Recipe};
use image::{Rgb, RgbImage};
use serde_json::{Value, json};

use super::BenchArguments;
use super::memory::peak_memory;
use crate::assets::engine_settings;

pub(super) fn run(arguments: &BenchArguments) -> anyhow::Result<()> {
    let times = measure_generation(arguments)?;
    if arguments.json {
        crate::cli::print_json(&times.as_json(arguments));
    } else {
        crate::cli::print(times.as_text(arguments));
    }
    Ok(())
}

/// Durations of the parts of one generation.
#[derive(Default)]
struct Times {
    device_name: String,
    /// From the engine's start to a chosen device.
    start: Duration,
    /// From the job to the first step of a run: reading the model, and the text.
    load: Duration,
    /// The same in a second run, with the model in memory: the text alone.
    text: Duration,
    /// Every step of the second run.
    steps: Vec<Duration>,
    decode: Duration,
    hinted: Option<Hinted>,
}

/// The steps of a third run, which follows a hint.
struct Hinted {
    kind: HintKind,
    /// From the job to the first step of the first such run: reading the network.
    load: Duration,
    steps: Vec<Duration>,
    /// The program's peak before there was a network.
    peak_memory_before: Option<u64>,
}

fn measure_generation(arguments: &BenchArguments) -> anyhow::Result<Times> {
    let (sender, events) = channel();
    let started = Instant::now();
    let engine = Engine::start(engine_settings(arguments.device), move |event| drop(sender.send(event)))?;
    let mut times = Times::default();
    let job = Job {
        recipe: Recipe {
            model: arguments.model.clone(),
            prompt: "a red apple on a blue background".to_owned(),
            steps: arguments.steps,
            width: arguments.size,
            height: arguments.size,
            ..Recipe::default()
        },
        ..Job::default()
    };
    times.device_name = wait_for_device(&events)?;
    times.start = started.elapsed();
    // The first run reads the model and, on a GPU, tunes kernels; the second shows what a painter waits for.
    let first = measure_run(&engine, &events, job.clone())?;
    let second = measure_run(&engine, &events, job.clone())?;
    times.load = first.before_steps.saturating_sub(second.before_steps);
    times.text = second.before_steps;
    times.steps = second.steps;
    times.decode = second.decode;
    if let Some(kind) = arguments.control {
        times.hinted = Some(measure_hinted(&engine, &events, job, kind)?);
    }
    Ok(times)
}

fn measure_hinted(engine: &Engine, events: &Receiver<Event>, job: Job, kind: HintKind) -> anyhow::Result<Hinted> {
    let peak_memory_before = peak_memory();
    let side = job.recipe.width;
    let hint = RgbImage::from_fn(side, side, |x, y| Rgb([if x.abs_diff(y) < 3 { 255 } else { 0 }; 3]));
    let controls = vec![ControlRecipe { kind, ..ControlRecipe::default() }];
    let job = Job { recipe: Recipe { controls, ..job.recipe }, hints: vec![Some(hint)], ..Job::default() };
    let first = measure_run(engine, events, job.clone())?;
    let second = measure_run(engine, events, job)?;
    let load = first.before_steps.saturating_sub(second.before_steps);
    Ok(Hinted { kind, load, steps: second.steps, peak_memory_before })
}

fn wait_for_device(events: &Receiver<Event>) -> anyhow::Result<String> {
    loop {
        if let Event::DeviceReady { name, .. } = events.recv()? {
            return Ok(name);
        }
    }
}

struct Run {
    before_steps: Duration,
    steps: Vec<Duration>,
    decode: Duration,
}

fn measure_run(engine: &Engine, events: &Receiver<Event>, job: Job) -> anyhow::Result<Run> {
    let started = Instant::now();
    engine.submit(job);
    let mut run = Run { before_steps: Duration::ZERO, steps: Vec::new(), decode: Duration::ZERO };
    let mut decoding = None;
    loop {
        match events.recv()? {
            Event::Step(step) => {
                if run.steps.is_empty() {
                    run.before_steps = started.elapsed().saturating_sub(step.duration);
                }
                run.steps.push(step.duration);
            }
            Event::Decoding { .. } => decoding = Some(Instant::now()),
            Event::Finished { .. } => {
                run.decode = decoding.map_or(Duration::ZERO, |decoding| decoding.elapsed());
                return Ok(run);
            }
            Event::Failed { error, .. } => return Err(anyhow!(error.to_string())),
            Event::Cancelled { .. } => bail!("the run was cancelled"),
            Event::DeviceReady { .. }
            | Event::Notice { .. }
            | Event::Loading { .. }
            | Event::HintProgress { .. }
            | Event::HintFinished { .. } => {}
        }
    }
}

fn median(steps: &[Duration]) -> Duration {
    let mut sorted = steps.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

impl Hinted {
    /// How many times as long as a plain step.
    fn ratio(&self, plain: Duration) -> f64 {
        median(&self.steps).as_secs_f64() / plain.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    fn as_json(&self, plain: Duration) -> Value {
        json!({
            "kind": self.kind.name(),
            "load_seconds": self.load.as_secs_f64(),
            "step_seconds": median(&self.steps).as_secs_f64(),
            "ratio": self.ratio(plain),
            "peak_memory_before_bytes": self.peak_memory_before,
        })
    }

    fn as_text(&self, plain: Duration) -> String {
        let before = self.peak_memory_before.map_or_else(String::new, |bytes| format!(", before {} MiB", bytes >> 20));
        format!(
            "\n{kind} hint: load {load:.2} s, step (median) {step:.3} s, {ratio:.2} times a plain one{before}",
            kind = self.kind,
            load = self.load.as_secs_f64(),
            step = median(&self.steps).as_secs_f64(),
            ratio = self.ratio(plain),
        )
    }
}

impl Times {
    fn median_step(&self) -> Duration {
        median(&self.steps)
    }

    fn as_json(&self, arguments: &BenchArguments) -> Value {
        json!({
            "device": self.device_name,
            "model": arguments.model,
            "size": arguments.size,
            "steps": arguments.steps,
            "start_seconds": self.start.as_secs_f64(),
            "load_seconds": self.load.as_secs_f64(),
            "text_seconds": self.text.as_secs_f64(),
            "step_seconds": self.median_step().as_secs_f64(),
            "decode_seconds": self.decode.as_secs_f64(),
            "hint": self.hinted.as_ref().map(|hinted| hinted.as_json(self.median_step())),
            "peak_memory_bytes": peak_memory(),
        })
    }

    fn as_text(&self, arguments: &BenchArguments) -> String {
        let memory = peak_memory().map_or_else(String::new, |bytes| format!("\npeak memory   {} MiB", bytes >> 20));
        let hinted = self.hinted.as_ref().map_or_else(String::new, |hinted| hinted.as_text(self.median_step()));
        format!(
            "{model}, {size} x {size}, {steps} steps on {device}\nstart         {start:.2} s\nload          {load:.2} s\ntext          {text:.3} s\nstep (median) {step:.3} s\ndecode        {decode:.3} s{hinted}{memory}",
            model = arguments.model,
            size = arguments.size,
            steps = arguments.steps,
            device = self.device_name,
            start = self.start.as_secs_f64(),
            load = self.load.as_secs_f64(),
            text = self.text.as_secs_f64(),
            step = self.median_step().as_secs_f64(),
            decode = self.decode.as_secs_f64(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_step_is_the_middle_one() {
        let steps = [5, 1, 9].map(Duration::from_secs).to_vec();
        assert_eq!(Times { steps, ..Times::default() }.median_step(), Duration::from_secs(5));
    }
}
