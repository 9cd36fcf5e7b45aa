//! What a client asks for.

use image::{GrayImage, RgbImage};

use crate::recipe::Recipe;

/// Names one job for as long as the engine lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// One generation: a recipe and the pictures it starts from.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// What to make. `width` and `height` must be those of `init` and `mask` where these are given.
    pub recipe: Recipe,
    /// The picture that is changed (image to image, inpainting).
    pub init: Option<RgbImage>,
    /// Where it is changed: white (255) is repainted, black (0) is kept bit for bit; see [`Recipe::soft`] for greys.
    pub mask: Option<GrayImage>,
    /// Initial noise instead of the seed's, `[N, C, h, w]`.
    pub noise: Option<Latents>,
    /// Send a preview picture with every step.
    pub previews: bool,
}

/// Latents on the CPU, row-major `[N, C, h, w]`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Latents {
    pub shape: [usize; 4],
    pub values: Vec<f32>,
}
