//! Convolution of each channel by itself.

use burn::tensor::ops::ConvOptions;
use burn::tensor::{Tensor, module};

use super::compute::Kernels;
use super::cpu::depthwise::{Filters, Picture};
use super::cpu::{self, Values};
use super::weights::Weights;

/// What a depthwise convolution looks like; the kernel is square.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DepthwiseShape {
    pub channels: usize,
    pub kernel: usize,
    pub stride: usize,
    /// Zeros before and after each row and each column.
    pub padding: (usize, usize),
}

/// A depthwise convolution with a bias.
#[derive(Clone, Debug)]
pub(crate) struct DepthwiseConv2d {
    shape: DepthwiseShape,
    kernel: Kernel,
}

#[derive(Clone, Debug)]
enum Kernel {
    /// burn's: `[C, 1, k, k]` and `[C]`.
    Burn(Box<(Tensor<4>, Tensor<1>)>),
    Cpu(Filters),
}

impl DepthwiseConv2d {
    /// Of `values` `[C, 1, k, k]`, row-major, and a bias for each channel.
    pub fn of_values(weights: &Weights<'_>, shape: DepthwiseShape, values: Vec<f32>, bias: Vec<f32>) -> Self {
        let DepthwiseShape { channels, kernel, stride, padding } = shape;
        let kernel = match weights.compute().kernels() {
            Kernels::Burn => {
                let (values, bias) =
                    (weights.upload(values, [channels, 1, kernel, kernel]), weights.upload(bias, [channels]));
                Kernel::Burn(Box::new((values, bias)))
            }
            Kernels::Cpu => Kernel::Cpu(Filters::new(values, bias, [kernel, stride], padding)),
        };
        Self { shape, kernel }
    }

    /// `[N, C, H, W]` -> `[N, C, H', W']`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match &self.kernel {
            Kernel::Burn(tensors) => {
                let DepthwiseShape { channels, stride, padding, .. } = self.shape;
                let (weight, bias) = tensors.as_ref().clone();
                let options = ConvOptions::new_with_padding([stride; 2], [padding; 2], [1; 2], channels);
                module::conv2d(x, weight, Some(bias), options)
            }
            Kernel::Cpu(filters) => {
                let [count, channels, height, width] = x.dims();
                let (out, size) = filters.forward(Values::of(x).as_slice(), Picture { height, width });
                cpu::tensor(out, [count, channels, size.height, size.width])
            }
        }
    }
}
