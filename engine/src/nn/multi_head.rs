//! Multi-head attention as a layer: projections around [`Heads`].

use burn::tensor::Tensor;

use super::attention::Heads;
use super::compute::Compute;
use super::linear::Linear;
use super::weights::{ModelError, Weights};

/// What a checkpoint calls the four projections.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProjectionNames {
    pub q: &'static str,
    pub k: &'static str,
    pub v: &'static str,
    pub out: &'static str,
    /// Whether q, k and v have biases; `out` always has one.
    pub biases: bool,
}

impl ProjectionNames {
    /// A UNet's transformers, in diffusers.
    pub const UNET: Self = Self { q: "to_q", k: "to_k", v: "to_v", out: "to_out.0", biases: false };
    /// An autoencoder's mid block, in diffusers.
    pub const AUTOENCODER: Self = Self { biases: true, ..Self::UNET };
    /// A text encoder, in transformers.
    pub const CLIP: Self = Self { q: "q_proj", k: "k_proj", v: "v_proj", out: "out_proj", biases: true };
}

/// The attention layer.
#[derive(Clone, Debug)]
pub(crate) struct MultiHeadAttention {
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
    heads: Heads,
}

impl MultiHeadAttention {
    /// `width` of queries and output, `memory_width` of what keys and values are made from.
    ///
    /// # Errors
    /// A tensor is missing or has another shape, or the heads do not divide the width.
    pub fn load(
        weights: &Weights<'_>,
        names: ProjectionNames,
        (width, memory_width): (usize, usize),
        heads: Heads,
    ) -> Result<Self, ModelError> {
        if heads.count == 0 || !width.is_multiple_of(heads.count) {
            let (place, count) = (weights.place(), heads.count);
            return Err(ModelError::Config(format!("`{place}`: a width of {width} does not divide by {count} heads")));
        }
        let project = |name: &str, inputs: usize| {
            let weights = weights.sub(name);
            let load = if names.biases { Linear::load } else { Linear::load_without_bias };
            load(&weights, inputs, width)
        };
        Ok(Self {
            q: project(names.q, width)?,
            k: project(names.k, memory_width)?,
            v: project(names.v, memory_width)?,
            out: Linear::load(&weights.sub(names.out), width, width)?,
            heads,
        })
    }

    /// `x` `[N, L, width]` attends to itself.
    pub fn forward_self(&self, x: Tensor<3>, compute: &Compute) -> Tensor<3> {
        self.forward(x.clone(), x, compute)
    }

    /// `x` `[N, L, width]` attends to `memory` `[N, M, memory_width]`.
    pub fn forward(&self, x: Tensor<3>, memory: Tensor<3>, compute: &Compute) -> Tensor<3> {
        let (k, v) = (self.k.forward(memory.clone()), self.v.forward(memory));
        self.out.forward(self.heads.attend(self.q.forward(x), k, v, compute))
    }
}
