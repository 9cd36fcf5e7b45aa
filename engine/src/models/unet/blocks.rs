//! A UNet's blocks: down, mid, up.

use burn::tensor::Tensor;

use super::transformer::{Transformer, TransformerShape};
use crate::models::resnet::{Resnet, ResnetShape};
use crate::nn::{CancelToken, Compute, Conv2d, Conv2dShape, Interrupted, ModelError, Weights, resize_nearest};

/// What every block needs besides its input.
#[derive(Clone, Copy)]
pub(super) struct Conditions<'a> {
    /// `silu` of the time embedding, `[1 or N, width]`.
    pub time: &'a Tensor<2>,
    /// `[N, L, text_width]`.
    pub text: &'a Tensor<3>,
    pub compute: &'a Compute,
    pub cancel: &'a CancelToken,
}

/// A resnet and, in blocks with cross-attention, the transformer behind it.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    resnet: Resnet,
    transformer: Option<Transformer>,
}

impl Layer {
    pub fn load(
        weights: &Weights<'_>,
        index: usize,
        resnet: ResnetShape,
        transformer: Option<TransformerShape>,
    ) -> Result<Self, ModelError> {
        let transformer =
            transformer.map(|shape| Transformer::load(&weights.sub(&format!("attentions.{index}")), shape));
        Ok(Self {
            resnet: Resnet::load(&weights.sub(&format!("resnets.{index}")), resnet)?,
            transformer: transformer.transpose()?,
        })
    }

    fn forward(&self, x: Tensor<4>, given: Conditions<'_>) -> Result<Tensor<4>, Interrupted> {
        given.cancel.check()?;
        let x = self.resnet.forward(x, Some(given.time));
        let Some(transformer) = &self.transformer else { return Ok(x) };
        given.cancel.check()?;
        Ok(transformer.forward(x, given.text, given.compute))
    }
}

/// `DownBlock2D` and `CrossAttnDownBlock2D`.
#[derive(Clone, Debug)]
pub(super) struct Down {
    pub layers: Vec<Layer>,
    /// Halves height and width, rounding up; not in the last block.
    pub downsampler: Option<Conv2d>,
}

impl Down {
    /// Every intermediate result also goes onto `skips`. `feature` is added to the last layer's.
    pub fn forward(
        &self,
        mut x: Tensor<4>,
        skips: &mut Vec<Tensor<4>>,
        feature: Option<&Tensor<4>>,
        given: Conditions<'_>,
    ) -> Result<Tensor<4>, Interrupted> {
        for (index, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x, given)?;
            if let Some(feature) = feature.filter(|_| index + 1 == self.layers.len()) {
                x = x + feature.clone();
            }
            skips.push(x.clone());
        }
        if let Some(conv) = &self.downsampler {
            x = conv.forward(x);
            skips.push(x.clone());
        }
        Ok(x)
    }
}

/// `UNetMidBlock2DCrossAttn`: a resnet, then layers that attend *before* their resnet.
#[derive(Clone, Debug)]
pub(super) struct Mid {
    first: Resnet,
    transformer: Transformer,
    second: Resnet,
}

impl Mid {
    pub fn load(weights: &Weights<'_>, resnet: ResnetShape, transformer: TransformerShape) -> Result<Self, ModelError> {
        Ok(Self {
            first: Resnet::load(&weights.sub("resnets.0"), resnet)?,
            transformer: Transformer::load(&weights.sub("attentions.0"), transformer)?,
            second: Resnet::load(&weights.sub("resnets.1"), resnet)?,
        })
    }

    pub fn forward(&self, x: Tensor<4>, given: Conditions<'_>) -> Result<Tensor<4>, Interrupted> {
        given.cancel.check()?;
        let x = self.first.forward(x, Some(given.time));
        given.cancel.check()?;
        let x = self.transformer.forward(x, given.text, given.compute);
        given.cancel.check()?;
        Ok(self.second.forward(x, Some(given.time)))
    }
}

/// `UpBlock2D` and `CrossAttnUpBlock2D`.
#[derive(Clone, Debug)]
pub(super) struct Up {
    pub layers: Vec<Layer>,
    /// The convolution after the enlargement; not in the last block.
    pub upsampler: Option<Conv2d>,
}

impl Up {
    /// Takes one skip a layer from the end of `skips`; the result has the size of the next one, so that odd sizes that
    /// were rounded up on the way down fit again.
    pub fn forward(
        &self,
        mut x: Tensor<4>,
        skips: &mut Vec<Tensor<4>>,
        given: Conditions<'_>,
    ) -> Result<Tensor<4>, Interrupted> {
        for layer in &self.layers {
            if let Some(skip) = skips.pop() {
                x = Tensor::cat(vec![x, skip], 1);
            }
            x = layer.forward(x, given)?;
        }
        if let (Some(conv), Some(next)) = (&self.upsampler, skips.last()) {
            given.cancel.check()?;
            let [_, _, height, width] = next.dims();
            x = conv.forward(resize_nearest(x, [height, width]));
        }
        Ok(x)
    }
}

/// The 3x3 convolution after an enlargement.
pub(super) fn upsampler(weights: &Weights<'_>, channels: usize) -> Result<Conv2d, ModelError> {
    Conv2d::load(&weights.sub("upsamplers.0.conv"), Conv2dShape::three(channels, channels))
}

/// The 3x3 convolution that halves.
pub(super) fn downsampler(weights: &Weights<'_>, channels: usize, padding: usize) -> Result<Conv2d, ModelError> {
    Conv2d::load(&weights.sub("downsamplers.0.conv"), Conv2dShape::halving(channels, padding))
}
