//! What is told while a job runs: a bar where somebody watches, a line now and then where nobody does, or JSON.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use brushfire_engine::{Event, JobId, Step};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

/// Between lines where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Tells of one job.
pub(super) struct Progress {
    voice: Voice,
    times: Times,
}

enum Voice {
    /// One object a line on stdout.
    Json,
    /// A bar on stderr.
    Bar(ProgressBar),
    /// Rare lines on stderr.
    Lines { last: Instant },
}

/// When the parts of a job began, by the events that mark them.
struct Times {
    started: Instant,
    device_ready: Option<Instant>,
    sampling: Option<Instant>,
    decoding: Option<Instant>,
    done: Option<Instant>,
}

impl Progress {
    pub fn new(json: bool) -> Self {
        let started = Instant::now();
        let voice = if json {
            Voice::Json
        } else if std::io::stderr().is_terminal() {
            Voice::Bar(bar())
        } else {
            Voice::Lines { last: started }
        };
        Self { voice, times: Times { started, device_ready: None, sampling: None, decoding: None, done: None } }
    }

    /// Tells of an event that is not the job's end; `previews` are the files written for it.
    pub fn event(&mut self, event: &Event, previews: &[PathBuf]) {
        self.times.note(event);
        if let Event::Notice { notice } = event {
            return self.notice(notice);
        }
        match &mut self.voice {
            Voice::Json => {
                if let Some(value) = as_json(event, previews) {
                    super::super::print_json(&value);
                }
            }
            Voice::Bar(bar) => show(bar, event),
            Voice::Lines { last } => {
                if let Event::Step(step) = event
                    && last.elapsed() >= LINE_INTERVAL
                {
                    *last = Instant::now();
                    line(&format!("step {} of {}, {} s left", step.step, step.steps, step.remaining.as_secs()));
                }
            }
        }
    }

    /// Tells something the user should know.
    pub fn notice(&self, text: &impl std::fmt::Display) {
        match &self.voice {
            Voice::Json => super::super::print_json(&json!({ "event": "notice", "text": text.to_string() })),
            Voice::Bar(bar) => bar.println(text.to_string()),
            Voice::Lines { .. } => line(&text.to_string()),
        }
    }

    /// The files are written.
    pub fn finished(&self, job: JobId, files: &[(PathBuf, u64)], seconds: f64) {
        let (load, sample, decode) = self.times.parts();
        if let Voice::Json = self.voice {
            let paths: Vec<_> = files.iter().map(|(path, _)| path.display().to_string()).collect();
            let seeds: Vec<u64> = files.iter().map(|(_, seed)| *seed).collect();
            super::super::print_json(&json!({
                "event": "finished",
                "job": job.0,
                "files": paths,
                "seed": seeds.first(),
                "seeds": seeds,
                "seconds": seconds,
                "load_seconds": load,
                "sample_seconds": sample,
                "decode_seconds": decode,
                "total_seconds": self.times.started.elapsed().as_secs_f64(),
            }));
            return;
        }
        if let Voice::Bar(bar) = &self.voice {
            bar.finish_and_clear();
        }
        for (path, seed) in files {
            super::super::print(format!("{}  seed {seed}", path.display()));
        }
        super::super::print(format!("{seconds:.1} s: loading {load:.1}, sampling {sample:.1}, decoding {decode:.1}"));
    }
}

impl Times {
    fn note(&mut self, event: &Event) {
        let now = Instant::now();
        match event {
            Event::DeviceReady { .. } => self.device_ready = Some(now),
            Event::Step(step) => {
                self.sampling.get_or_insert(now.checked_sub(step.duration).unwrap_or(now));
            }
            Event::Decoding { .. } => self.decoding = Some(now),
            Event::Finished { .. } => self.done = Some(now),
            _ => {}
        }
    }

    /// Seconds of loading (with reading the prompt and the picture), sampling and decoding.
    fn parts(&self) -> (f64, f64, f64) {
        let done = self.done.unwrap_or_else(Instant::now);
        let device_ready = self.device_ready.unwrap_or(self.started);
        let decoding = self.decoding.unwrap_or(done);
        let sampling = self.sampling.unwrap_or(decoding);
        let between = |from: Instant, to: Instant| to.saturating_duration_since(from).as_secs_f64();
        (between(device_ready, sampling), between(sampling, decoding), between(decoding, done))
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, event: &Event) {
    match event {
        Event::DeviceReady { name, .. } => bar.println(format!("Using {name}")),
        Event::Loading { what, .. } => bar.set_message(format!("Loading {what}")),
        Event::Step(Step { step, steps, remaining, .. }) => {
            bar.set_length(u64::from(*steps));
            bar.set_position(u64::from(*step));
            bar.set_message(format!("{} s left", remaining.as_secs()));
        }
        Event::Decoding { .. } => bar.set_message("Decoding"),
        Event::Finished { .. } | Event::Failed { .. } | Event::Cancelled { .. } => bar.finish_and_clear(),
        // Notices are told by `notice`, and no generation tells of hints.
        Event::Notice { .. } | Event::HintProgress { .. } | Event::HintFinished { .. } => {}
    }
}

/// `None` for the endings, which are told once the files are written or the error is known, and for notices, which
/// [`Progress::notice`] tells.
fn as_json(event: &Event, previews: &[PathBuf]) -> Option<Value> {
    Some(match event {
        Event::DeviceReady { name, .. } => json!({ "event": "device", "name": name }),
        Event::Loading { job, what } => json!({ "event": "loading", "job": job.0, "what": what }),
        Event::Step(step) => json!({
            "event": "step",
            "job": step.job.0,
            "step": step.step,
            "steps": step.steps,
            "step_seconds": step.duration.as_secs_f64(),
            "remaining_seconds": step.remaining.as_secs_f64(),
            "previews": previews.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        }),
        Event::Decoding { job } => json!({ "event": "decoding", "job": job.0 }),
        Event::Finished { .. }
        | Event::Failed { .. }
        | Event::Cancelled { .. }
        | Event::Notice { .. }
        | Event::HintProgress { .. }
        | Event::HintFinished { .. } => return None,
    })
}

fn line(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_told_with_its_times_and_previews() {
        let step = Step {
            job: JobId(3),
            step: 2,
            steps: 20,
            duration: Duration::from_millis(250),
            remaining: Duration::from_secs(9),
            previews: Vec::new(),
            branch: None,
        };
        let told = as_json(&Event::Step(step), &[PathBuf::from("p/step-0002.png")]).unwrap();
        let expected = json!({
            "event": "step", "job": 3, "step": 2, "steps": 20, "step_seconds": 0.25, "remaining_seconds": 9.0,
            "previews": ["p/step-0002.png"],
        });
        assert_eq!(told, expected);
    }

    #[test]
    fn the_parts_of_a_job_are_told_apart_by_its_events() {
        let mut progress = Progress::new(true);
        let began = progress.times.started;
        progress.times.device_ready = Some(began);
        progress.times.sampling = Some(began + Duration::from_secs(2));
        progress.times.decoding = Some(began + Duration::from_secs(12));
        progress.times.done = Some(began + Duration::from_secs(13));
        assert_eq!(progress.times.parts(), (2.0, 10.0, 1.0));
    }
}
