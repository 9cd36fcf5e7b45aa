//! The transformer inside a UNet's blocks (`Transformer2DModel` and `BasicTransformerBlock` of diffusers): every place of
//! the picture attends to all places, then to the text.

use burn::tensor::Tensor;

use crate::nn::{
    Compute, GroupNorm, Heads, LayerNorm, Linear, ModelError, MultiHeadAttention, ProjectionNames, Weights, geglu,
};

/// Norms inside transformers have this epsilon whatever the config says.
const NORM_EPSILON: f64 = 1e-6;
const LAYER_NORM_EPSILON: f64 = 1e-5;
/// The feed-forward's inner width over its outer one.
const FEED_FORWARD: usize = 4;

/// Group norm, projection, layers, projection, beside a residual.
#[derive(Clone, Debug)]
pub(super) struct Transformer {
    norm: GroupNorm,
    /// 1x1 convolutions in SD 1.x, linear layers in 2.x: the same numbers applied to places laid out in rows.
    proj_in: Linear,
    layers: Vec<TransformerLayer>,
    proj_out: Linear,
}

/// What a [`Transformer`] looks like.
#[derive(Clone, Copy, Debug)]
pub(super) struct TransformerShape {
    pub channels: usize,
    pub heads: Heads,
    pub layers: usize,
    pub text_width: usize,
    pub groups: usize,
}

impl Transformer {
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(weights: &Weights<'_>, shape: TransformerShape) -> Result<Self, ModelError> {
        let TransformerShape { channels, layers, groups, .. } = shape;
        let layer = |i| TransformerLayer::load(&weights.sub(&format!("transformer_blocks.{i}")), shape);
        Ok(Self {
            norm: GroupNorm::load(&weights.sub("norm"), channels, groups, NORM_EPSILON)?,
            proj_in: Linear::load(&weights.sub("proj_in"), channels, channels)?,
            layers: (0..layers).map(layer).collect::<Result<_, _>>()?,
            proj_out: Linear::load(&weights.sub("proj_out"), channels, channels)?,
        })
    }

    /// `x` `[N, C, H, W]`, `text` `[N, L, text_width]` -> `[N, C, H, W]`.
    pub fn forward(&self, x: Tensor<4>, text: &Tensor<3>, compute: &Compute) -> Tensor<4> {
        let mut rows = self.proj_in.forward_from_channels(self.norm.forward(x.clone()));
        for layer in &self.layers {
            rows = layer.forward(rows, text, compute);
        }
        self.proj_out.forward_to_channels(rows, x)
    }
}

/// Self-attention, attention to the text, gated feed-forward.
#[derive(Clone, Debug)]
struct TransformerLayer {
    norm_1: LayerNorm,
    self_attention: MultiHeadAttention,
    norm_2: LayerNorm,
    text_attention: MultiHeadAttention,
    norm_3: LayerNorm,
    /// Value and gate side by side (GEGLU).
    value_and_gate: Linear,
    out: Linear,
}

impl TransformerLayer {
    fn load(weights: &Weights<'_>, shape: TransformerShape) -> Result<Self, ModelError> {
        let TransformerShape { channels: width, heads, text_width, .. } = shape;
        let norm = |name: &str| LayerNorm::load(&weights.sub(name), width, LAYER_NORM_EPSILON);
        let attention = |name: &str, memory_width| {
            MultiHeadAttention::load(&weights.sub(name), ProjectionNames::UNET, (width, memory_width), heads)
        };
        let inner = FEED_FORWARD * width;
        Ok(Self {
            norm_1: norm("norm1")?,
            self_attention: attention("attn1", width)?,
            norm_2: norm("norm2")?,
            text_attention: attention("attn2", text_width)?,
            norm_3: norm("norm3")?,
            value_and_gate: Linear::load(&weights.sub("ff.net.0.proj"), width, 2 * inner)?,
            out: Linear::load(&weights.sub("ff.net.2"), inner, width)?,
        })
    }

    fn forward(&self, x: Tensor<3>, text: &Tensor<3>, compute: &Compute) -> Tensor<3> {
        let x = x.clone() + self.self_attention.forward_self(self.norm_1.forward(x), compute);
        let x = x.clone() + self.text_attention.forward(self.norm_2.forward(x), text.clone(), compute);
        x.clone() + self.out.forward(geglu(self.value_and_gate.forward(self.norm_3.forward(x)), compute))
    }
}
