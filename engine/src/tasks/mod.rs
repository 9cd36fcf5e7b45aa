//! A [`Job`](crate::worker::Job) becomes steps: text to image, image to image, inpainting.
//!
//! Latents live on the CPU between steps (64 KB at 512 x 512), so that solvers are plain code which is the same on every
//! device; only the UNet and the autoencoder see the device.

mod branch;
mod conditioning;
mod control;
mod error;
mod generate;
mod guidance;
mod picture;
mod pipeline;
mod preview;
mod regional;
mod soft;
mod start;
mod steps;

pub use crate::inpaint::soft_coverage;
pub use branch::{BranchPoint, Resume};
pub use error::{JobPicture, TaskError};
pub use generate::{Outcome, Report, generate, generate_from_noise};
pub use picture::{composite, mask_in_latents};
pub use pipeline::{Pipeline, Vocabulary};
pub use preview::LinearPreview;
