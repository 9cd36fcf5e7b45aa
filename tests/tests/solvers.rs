//! Every solver's whole trajectory against diffusers and k-diffusion in f64; see `reference/SOLVERS.md` and `solvers.py`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot read its goldens has failed")]

use std::collections::HashMap;
use std::path::PathBuf;

use brushfire_engine::sampling::{
    InferenceSchedule, ModelRequest, PredictionType, Sampler, Schedule, SchedulerConfig, SolverRun,
};
use safetensors::SafeTensors;
use serde::Deserialize;

#[derive(Deserialize)]
struct Goldens {
    configs: HashMap<String, serde_json::Value>,
    named_sigmas: HashMap<String, HashMap<String, Vec<f64>>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    sampler: Sampler,
    config: String,
    schedule: String,
    steps: u32,
    strength: Option<f32>,
    t_start: usize,
    init_noise_sigma: Option<f64>,
    timesteps: Vec<f64>,
    sigmas: Option<Vec<f64>>,
    model_timesteps: Vec<f64>,
    tolerance: f64,
}

fn golden(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn goldens() -> Goldens {
    serde_json::from_slice(&golden("solvers.json")).unwrap()
}

fn tensor(tensors: &SafeTensors<'_>, name: &str) -> Option<Vec<f64>> {
    let view = tensors.tensor(name).ok()?;
    assert_eq!(view.dtype(), safetensors::Dtype::F64, "{name}");
    Some(view.data().chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap())).collect())
}

/// The schedule's first and last alphas: the analytic model needs the training sigmas, which it finds by itself.
struct Model {
    prediction: PredictionType,
    log_sigmas: Vec<f64>,
}

impl Model {
    fn new(config: &SchedulerConfig) -> Self {
        // The training sigmas, read off a schedule that visits every timestep.
        let every = SchedulerConfig { timestep_spacing: None, use_karras_sigmas: false, ..config.clone() };
        let steps = u32::try_from(every.num_train_timesteps).unwrap();
        let schedule = InferenceSchedule::new(&every, Sampler::Euler, None, steps).unwrap();
        let log_sigmas = schedule.sigmas().iter().rev().skip(1).map(|sigma| sigma.ln()).collect();
        Self { prediction: config.prediction_type, log_sigmas }
    }

    fn sigma(&self, timestep: f64) -> f64 {
        let low = (timestep.floor() as usize).min(self.log_sigmas.len() - 2);
        let share = timestep - low as f64;
        (self.log_sigmas[low] + share * (self.log_sigmas[low + 1] - self.log_sigmas[low])).exp()
    }

    /// The stand-in for a UNet that `solvers.py` describes.
    fn evaluate(&self, request: &ModelRequest) -> Vec<f64> {
        let sigma = self.sigma(request.timestep);
        let a = 1.0 / (1.0 + sigma * sigma).sqrt();
        let b = sigma * a;
        let evaluate = |u: &f64| {
            let original = 0.8 * (0.7 * u + 0.25 * (request.timestep / 150.0).cos()).tanh();
            match self.prediction {
                PredictionType::Epsilon => (u - a * original) / b,
                PredictionType::VPrediction => (a * u - original) / b,
                PredictionType::Sample => original,
            }
        };
        request.input.iter().map(evaluate).collect()
    }
}

fn furthest(ours: &[f64], theirs: &[f64]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    ours.iter()
        .zip(theirs)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, |worst, d| if d > worst || d.is_nan() { d } else { worst })
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(1.0, |largest: f64, value| largest.max(value.abs()))
}

/// What a case's run made: whole steps' latents one after the other (the start first), and what the model was asked.
struct Trajectory {
    latents: Vec<f64>,
    inputs: Vec<f64>,
    timesteps: Vec<f64>,
}

fn run(case: &Case, config: &SchedulerConfig, schedule: InferenceSchedule, tensors: &SafeTensors<'_>) -> Trajectory {
    let start_noise = tensor(tensors, "start_noise").unwrap();
    let image = tensor(tensors, "image").unwrap();
    let first_step = case.strength.map_or(0, |strength| schedule.first_step(strength));
    assert_eq!(first_step, case.t_start, "{}", case.name);
    let latents = match case.strength {
        None => schedule.initial_latents(&start_noise),
        Some(_) => schedule.level(first_step).mix(&image, &start_noise),
    };
    let recorded = tensor(tensors, &format!("{}.noise", case.name)).unwrap_or_default();
    let mut draws = recorded.chunks_exact(start_noise.len());
    let mut noise = || draws.next().expect("more noise is drawn than the reference drew").to_vec();
    let model = Model::new(config);
    let mut run = SolverRun::new(schedule, first_step, latents);
    let total = run.evaluations_total();
    let mut made = Trajectory { latents: run.latents().to_vec(), inputs: Vec::new(), timesteps: Vec::new() };
    while let Some(request) = run.next_request() {
        made.inputs.extend(&request.input);
        made.timesteps.push(request.timestep);
        run.supply(&model.evaluate(&request), &mut noise).unwrap();
        if run.between_steps() {
            made.latents.extend(run.latents());
        }
    }
    assert_eq!(run.evaluations_done(), total, "{}", case.name);
    assert_eq!(run.steps_done(), run.steps_total(), "{}", case.name);
    made
}

fn schedule_of(case: &Case, config: &SchedulerConfig) -> InferenceSchedule {
    let schedule = (case.schedule != "none").then(|| case.schedule.parse::<Schedule>().unwrap());
    InferenceSchedule::new(config, case.sampler, schedule, case.steps).unwrap()
}

/// Everything a case records, and how far ours is from it, as one line each; empty where nothing is further than allowed.
fn complaints(case: &Case, config: &SchedulerConfig, tensors: &SafeTensors<'_>) -> Vec<String> {
    let schedule = schedule_of(case, config);
    let (of_timesteps, of_latents) = (1e-10, 1e-9_f64.max(case.tolerance / 100.0));
    let mut complaints = Vec::new();
    let mut compare = |what: &str, ours: &[f64], theirs: &[f64], allowed: f64| {
        if ours.len() != theirs.len() {
            complaints.push(format!("{}: {} {what}, not {}", case.name, ours.len(), theirs.len()));
            return;
        }
        let distance = furthest(ours, theirs) / largest(theirs);
        if distance.is_nan() || distance > allowed {
            complaints.push(format!("{}: {what} off by {distance:.2e}", case.name));
        }
    };
    compare("timesteps", &schedule.timesteps()[case.t_start..], &case.timesteps, of_timesteps);
    if let Some(sigmas) = &case.sigmas {
        compare("sigmas", &schedule.sigmas()[case.t_start..], sigmas, 1e-12);
    }
    if let Some(deviation) = case.init_noise_sigma {
        compare("initial noise", &schedule.initial_latents(&[1.0]), &[deviation], 1e-12);
    }
    let made = run(case, config, schedule, tensors);
    compare("model timesteps", &made.timesteps, &case.model_timesteps, of_timesteps);
    let recorded = |kind: &str| tensor(tensors, &format!("{}.{kind}", case.name));
    compare("trajectory", &made.latents, &recorded("x").unwrap(), of_latents);
    if let Some(inputs) = recorded("model_input") {
        compare("model input", &made.inputs, &inputs, of_latents);
    }
    complaints
}

#[test]
fn every_recorded_trajectory_is_reproduced() {
    let goldens = goldens();
    let bytes = golden("solvers.safetensors");
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut seen = std::collections::HashSet::new();
    let mut all = Vec::new();
    for case in &goldens.cases {
        let config = SchedulerConfig::from_json(&goldens.configs[&case.config].to_string()).unwrap();
        all.extend(complaints(case, &config, &tensors));
        seen.insert(case.sampler);
    }
    assert!(all.is_empty(), "{} complaints:\n{}", all.len(), all.join("\n"));
    assert_eq!(seen.len(), Sampler::ALL.len(), "the goldens leave solvers out");
}

#[test]
fn named_schedules_have_the_recorded_sigmas() {
    let goldens = goldens();
    assert_eq!(goldens.named_sigmas.len(), Schedule::ALL.len());
    for (name, by_steps) in &goldens.named_sigmas {
        for (steps, expected) in by_steps {
            let (schedule, steps) = (name.parse().unwrap(), steps.parse().unwrap());
            let made =
                InferenceSchedule::new(&SchedulerConfig::default(), Sampler::Euler, Some(schedule), steps).unwrap();
            let ours = &made.sigmas()[..expected.len()];
            let worst = ours.iter().zip(expected).map(|(a, b)| ((a - b) / b).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-9, "{name} with {steps} steps is off by {worst:.2e}");
        }
    }
}
