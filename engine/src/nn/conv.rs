//! Two-dimensional convolution.

use burn::tensor::ops::ConvOptions;
use burn::tensor::{Tensor, module};

use super::weights::{ModelError, Weights};

/// What a convolution looks like; the kernel is square.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Conv2dShape {
    pub inputs: usize,
    pub outputs: usize,
    pub kernel: usize,
    pub stride: usize,
    /// Zeros before and after each row and each column.
    pub padding: (usize, usize),
    pub bias: bool,
}

impl Conv2dShape {
    /// 3x3 that keeps height and width.
    pub fn three(inputs: usize, outputs: usize) -> Self {
        Self { inputs, outputs, kernel: 3, stride: 1, padding: (1, 1), bias: true }
    }

    /// 1x1.
    pub fn one(inputs: usize, outputs: usize) -> Self {
        Self { inputs, outputs, kernel: 1, stride: 1, padding: (0, 0), bias: true }
    }

    /// 3x3 with stride 2. `padding` 1 is symmetric; 0 means diffusers' `(0, 1)`: nothing before, one zero after.
    pub fn halving(channels: usize, padding: usize) -> Self {
        let padding = if padding == 0 { (0, 1) } else { (padding, padding) };
        Self { inputs: channels, outputs: channels, kernel: 3, stride: 2, padding, bias: true }
    }

    /// The same without a bias.
    pub fn without_bias(self) -> Self {
        Self { bias: false, ..self }
    }
}

/// A convolution layer.
#[derive(Clone, Debug)]
pub(crate) struct Conv2d {
    /// `[out, in, k, k]`.
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    shape: Conv2dShape,
}

impl Conv2d {
    /// Reads `weight` (`[out, in, k, k]`, or `[out, in]` where a checkpoint has a linear layer for a 1x1 convolution) and
    /// `bias`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(weights: &Weights<'_>, shape: Conv2dShape) -> Result<Self, ModelError> {
        let Conv2dShape { inputs, outputs, kernel, .. } = shape;
        let full: &[usize] = &[outputs, inputs, kernel, kernel];
        let flat: &[usize] = &[outputs, inputs];
        let allowed: &[&[usize]] = if kernel == 1 { &[full, flat] } else { &[full] };
        let values = weights.values_of_one_shape("weight", allowed)?;
        let bias = if shape.bias { Some(weights.tensor("bias", [outputs])?) } else { None };
        Ok(Self { weight: weights.upload(values, [outputs, inputs, kernel, kernel]), bias, shape })
    }

    /// `[N, in, H, W]` -> `[N, out, H', W']`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let Conv2dShape { stride, padding, .. } = self.shape;
        let options = ConvOptions::new_with_padding([stride; 2], [padding; 2], [1; 2], 1);
        module::conv2d(x, self.weight.clone(), self.bias.clone(), options)
    }
}
