//! What a text says as a whole (`TextTimeEmbedding` and `AttentionPooling` of diffusers, from DeepFloyd IF).

use burn::tensor::Tensor;

use crate::nn::{Compute, Heads, LayerNorm, Linear, ModelError, Weights};

const NORM_EPSILON: f64 = 1e-5;

/// Norm, pooling by attention, projection to the time embedding's width, norm.
#[derive(Clone, Debug)]
pub(super) struct TextEmbedding {
    norm_1: LayerNorm,
    pool: AttentionPooling,
    project: Linear,
    norm_2: LayerNorm,
}

impl TextEmbedding {
    /// `heads` divides the width of the text.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(
        weights: &Weights<'_>,
        (text_width, time_width): (usize, usize),
        heads: usize,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            norm_1: LayerNorm::load(&weights.sub("norm1"), text_width, NORM_EPSILON)?,
            pool: AttentionPooling::load(&weights.sub("pool"), text_width, heads)?,
            project: Linear::load(&weights.sub("proj"), text_width, time_width)?,
            norm_2: LayerNorm::load(&weights.sub("norm2"), time_width, NORM_EPSILON)?,
        })
    }

    /// Text states `[N, L, text_width]` -> `[N, time_width]`.
    pub fn forward(&self, text: Tensor<3>, compute: &Compute) -> Tensor<2> {
        let pooled = self.pool.forward(self.norm_1.forward(text), compute);
        self.norm_2.forward(self.project.forward(pooled)).squeeze_dim(1)
    }
}

/// The mean state, moved by a learnt vector, attends to itself and to all states.
#[derive(Clone, Debug)]
struct AttentionPooling {
    /// `[1, 1, width]`.
    position: Tensor<3>,
    q: Linear,
    k: Linear,
    v: Linear,
    heads: Heads,
}

impl AttentionPooling {
    fn load(weights: &Weights<'_>, width: usize, heads: usize) -> Result<Self, ModelError> {
        let project = |name: &str| Linear::load(&weights.sub(name), width, width);
        Ok(Self {
            position: weights.tensor::<2>("positional_embedding", [1, width])?.unsqueeze(),
            q: project("q_proj")?,
            k: project("k_proj")?,
            v: project("v_proj")?,
            // With a single query f32 costs nothing.
            heads: Heads { count: heads, causal: false, upcast: true },
        })
    }

    /// `[N, L, width]` -> `[N, 1, width]`.
    fn forward(&self, states: Tensor<3>, compute: &Compute) -> Tensor<3> {
        let mean = states.clone().mean_dim(1) + self.position.clone();
        let states = Tensor::cat(vec![mean.clone(), states], 1);
        let (k, v) = (self.k.forward(states.clone()), self.v.forward(states));
        self.heads.attend(self.q.forward(mean), k, v, compute)
    }
}
