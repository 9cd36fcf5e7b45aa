//! The residual block that UNets and autoencoders are made of (`ResnetBlock2D` of diffusers).

use burn::tensor::Tensor;

use crate::nn::{Conv2d, Conv2dShape, GroupNorm, Linear, ModelError, Weights};

/// Twice norm, SiLU, 3x3 convolution, beside a shortcut; between the halves the time embedding is added a channel, or
/// scales and shifts each channel behind the second norm.
#[derive(Clone, Debug)]
pub(crate) struct Resnet {
    norm_1: GroupNorm,
    conv_1: Conv2d,
    time: Option<Linear>,
    time_scales: bool,
    norm_2: GroupNorm,
    conv_2: Conv2d,
    shortcut: Option<Conv2d>,
    output_scale: f64,
}

/// What a [`Resnet`] looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResnetShape {
    pub inputs: usize,
    pub outputs: usize,
    /// `None` in autoencoders.
    pub time: Option<TimeShape>,
    pub groups: usize,
    pub epsilon: f64,
    /// The sum of both branches is divided by this.
    pub output_scale: f64,
}

/// The time embedding that a [`Resnet`] takes in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeShape {
    pub width: usize,
    /// It scales as well as shifts (Dhariwal & Nichol 2021).
    pub scales: bool,
}

impl Resnet {
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(weights: &Weights<'_>, shape: ResnetShape) -> Result<Self, ModelError> {
        let ResnetShape { inputs, outputs, time, groups, epsilon, output_scale } = shape;
        let time_scales = time.is_some_and(|time| time.scales);
        let from_time = if time_scales { 2 * outputs } else { outputs };
        let time = time.map(|time| Linear::load(&weights.sub("time_emb_proj"), time.width, from_time));
        let shortcut =
            (inputs != outputs).then(|| Conv2d::load(&weights.sub("conv_shortcut"), Conv2dShape::one(inputs, outputs)));
        Ok(Self {
            norm_1: GroupNorm::load(&weights.sub("norm1"), inputs, groups, epsilon)?,
            conv_1: Conv2d::load(&weights.sub("conv1"), Conv2dShape::three(inputs, outputs))?,
            time: time.transpose()?,
            time_scales,
            norm_2: GroupNorm::load(&weights.sub("norm2"), outputs, groups, epsilon)?,
            conv_2: Conv2d::load(&weights.sub("conv2"), Conv2dShape::three(outputs, outputs))?,
            shortcut: shortcut.transpose()?,
            output_scale,
        })
    }

    /// `[N, in, H, W]` -> `[N, out, H, W]`; `time` is `silu` of the time embedding, `[1 or N, width]`.
    pub fn forward(&self, x: Tensor<4>, time: Option<&Tensor<2>>) -> Tensor<4> {
        let from_time = self.time.as_ref().zip(time).map(|(project, time)| project.forward(time.clone()));
        let (shift, scale_and_shift) = if self.time_scales { (None, from_time) } else { (from_time, None) };
        let inner = self.conv_1.forward_and_add(self.norm_1.forward_silu(x.clone()), shift, None);
        let residual = match &self.shortcut {
            Some(conv) => conv.forward(x),
            None => x,
        };
        let inner = match scale_and_shift {
            Some(scale_and_shift) => self.norm_2.forward_scaled_silu(inner, scale_and_shift),
            None => self.norm_2.forward_silu(inner),
        };
        let sum = self.conv_2.forward_and_add(inner, None, Some(residual));
        if self.output_scale == 1.0 { sum } else { sum / self.output_scale }
    }
}
