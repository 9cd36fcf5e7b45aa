//! Stable Diffusion on burn: checkpoints, models, sampling, and the thread that runs them. Knows nothing of windows.
//!
//! A client needs [`Engine`], [`Job`], [`Recipe`] and [`Event`]; the rest is public for tests and for the command line.

pub mod checkpoint;
pub mod control;
pub mod device;
pub mod hints;
pub mod inpaint;
pub mod memory;
pub mod models;
pub mod nn;
pub mod recipe;
pub mod sampling;
pub mod tasks;
pub mod text;
pub mod worker;

pub use device::DeviceChoice;
pub use hints::{HintKind, HintProcessor, HintRecipe};
pub use inpaint::{Area, CropPlan, Fill};
pub use recipe::{ControlMode, ControlRecipe, HintFit, Recipe, RecipeError, RecipeField, RegionRecipe, STARTER_MODEL};
pub use sampling::{NoiseSource, Sampler, Schedule};
pub use tasks::{BranchPoint, Resume};
pub use worker::{
    Engine, EngineSettings, Event, HintJob, Job, JobError, JobId, KnownControl, KnownModel, Latents, Notice, Picture,
    Step, Tweak, find_control, find_model, known_controls, known_models,
};
