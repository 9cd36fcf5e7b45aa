//! Noise, noise schedules and solvers: plain numbers on the CPU, no tensors of burn.

mod beta_distribution;
mod config;
mod error;
mod inference_schedule;
pub(crate) mod names;
mod noise;
mod philox;
mod prediction;
mod sampler;
mod solver;
mod torch_cpu;
mod training_schedule;

pub use config::{BetaSchedule, SchedulerConfig, TimestepSpacing};
pub use error::SamplingError;
pub use inference_schedule::InferenceSchedule;
pub use names::UnknownName;
pub use noise::{BatchNoise, NoiseGenerator, NoiseSource};
pub use prediction::{NoiseLevel, PredictionType};
pub use sampler::{Sampler, Schedule};
pub use solver::{ModelRequest, SolverRun};
