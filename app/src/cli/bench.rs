//! `brushfire bench`: how long things take on this machine.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail};
use brushfire_engine::{DeviceChoice, Engine, Event, Job, Recipe, STARTER_MODEL};
use serde_json::{Value, json};

use super::bench_inpaint::inpaint_2048;
use super::choices;
use crate::assets::engine_settings;
use crate::canvas::bench::layered_stroke_4096;
use crate::files::bench::openraster_4096;
use crate::paint::bench::{StrokeTimes, stroke_2048};

#[derive(Debug, clap::Args)]
pub(super) struct BenchArguments {
    /// Solver steps
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=i64::from(Recipe::MAX_STEPS)))]
    steps: u32,
    /// The model
    #[arg(long, default_value = STARTER_MODEL)]
    model: String,
    /// Width and height in pixels
    #[arg(long, default_value = "256", value_parser = choices::side)]
    size: u32,
    /// Where the engine computes
    #[arg(long, default_value = "auto", value_parser = choices::device())]
    device: DeviceChoice,
    /// Measure a brush stroke on a picture of 2048 x 2048 pixels instead
    #[arg(long, conflicts_with_all = ["steps", "model", "size", "device"])]
    stroke: bool,
    /// Measure a brush stroke on a picture of 4096 x 4096 pixels in 10 layers instead, with its compositing
    #[arg(long, conflicts_with_all = ["steps", "model", "size", "device", "stroke"])]
    layers: bool,
    /// Save and open an OpenRaster file of 4096 x 4096 pixels with ten layers instead
    #[arg(long, conflicts_with_all = ["steps", "model", "size", "device", "stroke"])]
    ora: bool,
    /// Measure everything around the model in an inpainting of a picture of 2048 x 2048 pixels instead
    #[arg(long, conflicts_with_all = ["steps", "model", "size", "device", "stroke", "layers", "ora"])]
    inpaint: bool,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &BenchArguments) -> anyhow::Result<()> {
    if arguments.stroke {
        measure_stroke(arguments.json);
        return Ok(());
    }
    if arguments.layers {
        measure_layers(arguments.json);
        return Ok(());
    }
    if arguments.ora {
        return measure_openraster(arguments.json);
    }
    if arguments.inpaint {
        measure_inpainting(arguments.json);
        return Ok(());
    }
    let times = measure_generation(arguments)?;
    if arguments.json {
        super::print_json(&times.as_json(arguments));
    } else {
        super::print(times.as_text(arguments));
    }
    Ok(())
}

fn measure_stroke(json: bool) {
    let times = stroke_2048();
    if json {
        super::print_json(&frames_as_json(&times));
    } else {
        super::print(times);
    }
}

fn measure_layers(json: bool) {
    let times = layered_stroke_4096();
    if json {
        super::print_json(&json!({
            "dabs": frames_as_json(&times.dabs),
            "composite": frames_as_json(&times.composite),
            "dabs_and_composite": frames_as_json(&times.dabs_and_composite),
            "upload": times.upload.as_ref().map(frames_as_json),
            "dabs_and_upload": times.dabs_and_upload.as_ref().map(frames_as_json),
            "device": times.device.as_ref().map(frames_as_json),
            "device_name": times.device_name,
        }));
    } else {
        super::print(times);
    }
}

fn frames_as_json(times: &StrokeTimes) -> Value {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    json!({
        "frames": times.frames.len(),
        "median_ms": milliseconds(times.median()),
        "percentile_99_ms": milliseconds(times.percentile_99()),
        "max_ms": milliseconds(times.max()),
    })
}

fn measure_inpainting(json: bool) {
    let [masked, whole] = inpaint_2048();
    if json {
        super::print_json(&json!({ "masked": masked.as_json(), "whole": whole.as_json() }));
    } else {
        super::print(format_args!("{masked}\n{whole}"));
    }
}

fn measure_openraster(json: bool) -> anyhow::Result<()> {
    let times = openraster_4096()?;
    if json {
        super::print_json(&json!({
            "save_seconds": times.save.as_secs_f64(),
            "open_seconds": times.open.as_secs_f64(),
            "file_bytes": times.file_bytes,
            "peak_memory_bytes": peak_memory(),
        }));
    } else {
        super::print(times);
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
    let second = measure_run(&engine, &events, job)?;
    times.load = first.before_steps.saturating_sub(second.before_steps);
    times.text = second.before_steps;
    times.steps = second.steps;
    times.decode = second.decode;
    Ok(times)
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
            Event::Failed { message, .. } => return Err(anyhow!(message)),
            Event::Cancelled { .. } => bail!("the run was cancelled"),
            Event::DeviceReady { .. } | Event::Notice { .. } | Event::Loading { .. } => {}
        }
    }
}

impl Times {
    fn median_step(&self) -> Duration {
        let mut sorted = self.steps.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
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
            "peak_memory_bytes": peak_memory(),
        })
    }

    fn as_text(&self, arguments: &BenchArguments) -> String {
        let memory = peak_memory().map_or_else(String::new, |bytes| format!("\npeak memory   {} MiB", bytes >> 20));
        format!(
            "{model}, {size} x {size}, {steps} steps on {device}\nstart         {start:.2} s\nload          {load:.2} s\ntext          {text:.3} s\nstep (median) {step:.3} s\ndecode        {decode:.3} s{memory}",
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

/// The most memory this process ever held, where the system says so (Linux).
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    peak_in(&status)
}

fn peak_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peak_memory_is_read_from_the_status_file() {
        assert_eq!(peak_in("VmPeak:\t 9 kB\nVmHWM:\t  2048 kB\nVmRSS:\t 1 kB\n"), Some(2 << 20));
        assert_eq!(peak_in("nothing"), None);
    }

    #[test]
    fn the_median_step_is_the_middle_one() {
        let steps = [5, 1, 9].map(Duration::from_secs).to_vec();
        assert_eq!(Times { steps, ..Times::default() }.median_step(), Duration::from_secs(5));
    }
}
