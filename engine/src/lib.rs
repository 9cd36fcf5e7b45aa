//! Stable Diffusion on burn: checkpoints, models, sampling, and the thread that runs them. Knows nothing of windows.
//!
//! A client needs [`Engine`], [`Job`], [`Recipe`] and [`Event`]; the rest is public for tests and for the command line.

pub mod checkpoint;
pub mod device;
pub mod memory;
pub mod models;
pub mod nn;
pub mod recipe;
pub mod sampling;
pub mod tasks;
pub mod text;
pub mod worker;

pub use device::DeviceChoice;
pub use recipe::{Recipe, RecipeError, STARTER_MODEL};
pub use sampling::{NoiseSource, Sampler, Schedule};
pub use worker::{
    Engine, EngineSettings, Event, Job, JobId, KnownModel, Latents, Picture, Step, find_model, known_models,
};
