//! From coarse features to fine ones (RefineNet, Lin et al. 2017), as MiDaS and what came of it do.

use burn::tensor::{Tensor, activation};

use crate::nn::{Conv2d, Conv2dShape, ModelError, Smooth, Weights, resize_smoothly};

/// What a checkpoint calls the parts of a [`Fusion`].
#[derive(Clone, Copy, Debug)]
pub struct FusionNames {
    pub units: [&'static str; 2],
    pub convs: [&'static str; 2],
    pub out: &'static str,
}

impl FusionNames {
    /// MiDaS and Depth Anything as published.
    pub const MIDAS: Self =
        Self { units: ["resConfUnit1", "resConfUnit2"], convs: ["conv1", "conv2"], out: "out_conv" };
    /// Depth Anything in transformers.
    pub const TRANSFORMERS: Self = Self {
        units: ["residual_layer1", "residual_layer2"],
        convs: ["convolution1", "convolution2"],
        out: "projection",
    };
}

/// Takes finer features in, and enlarges.
#[derive(Clone, Debug)]
pub struct Fusion {
    /// For the finer features; the coarsest level has none to take in.
    first: Unit,
    second: Unit,
    out: Conv2d,
}

impl Fusion {
    /// `outputs` channels are made of `inputs`.
    ///
    /// # Errors
    /// A tensor is missing or of another shape.
    pub fn load(
        weights: &Weights<'_>,
        names: FusionNames,
        (inputs, outputs): (usize, usize),
    ) -> Result<Self, ModelError> {
        let [first, second] = names.units.map(|name| Unit::load(&weights.sub(name), names, inputs));
        let out = Conv2d::load(&weights.sub(names.out), Conv2dShape::one(inputs, outputs))?;
        Ok(Self { first: first?, second: second?, out })
    }

    /// `x` and `finer`, `[1, C, h, w]` both -> `[1, outputs, height, width]`.
    pub fn forward(&self, x: Tensor<4>, finer: Option<Tensor<4>>, size: [usize; 2]) -> Tensor<4> {
        let x = match finer {
            Some(finer) => x + self.first.forward(finer),
            None => x,
        };
        self.out.forward(resize_smoothly(self.second.forward(x), size, Smooth::BilinearByCorners))
    }
}

/// Twice ReLU and a convolution, beside what comes in.
#[derive(Clone, Debug)]
struct Unit {
    convs: [Conv2d; 2],
}

impl Unit {
    fn load(weights: &Weights<'_>, names: FusionNames, channels: usize) -> Result<Self, ModelError> {
        let [first, second] =
            names.convs.map(|name| Conv2d::load(&weights.sub(name), Conv2dShape::three(channels, channels)));
        Ok(Self { convs: [first?, second?] })
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [first, second] = &self.convs;
        let inner = activation::relu(first.forward(activation::relu(x.clone())));
        second.forward_and_add(inner, None, Some(x))
    }
}
