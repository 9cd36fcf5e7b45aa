//! Two-dimensional convolution.

use burn::tensor::ops::ConvOptions;
use burn::tensor::{Tensor, module};

use super::compute::Kernels;
use super::cpu::conv::{Epilogue, PackedConv, Pictures};
use super::cpu::{self, Values};
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
    /// From one tap of the kernel to the next.
    pub dilation: usize,
    pub bias: bool,
}

impl Conv2dShape {
    /// 3x3 that keeps height and width.
    pub fn three(inputs: usize, outputs: usize) -> Self {
        Self { inputs, outputs, kernel: 3, stride: 1, padding: (1, 1), dilation: 1, bias: true }
    }

    /// 1x1.
    pub fn one(inputs: usize, outputs: usize) -> Self {
        Self { inputs, outputs, kernel: 1, stride: 1, padding: (0, 0), dilation: 1, bias: true }
    }

    /// 3x3 with stride 2. `padding` 1 is symmetric; 0 means diffusers' `(0, 1)`: nothing before, one zero after.
    pub fn halving(channels: usize, padding: usize) -> Self {
        let padding = if padding == 0 { (0, 1) } else { (padding, padding) };
        Self { inputs: channels, outputs: channels, kernel: 3, stride: 2, padding, dilation: 1, bias: true }
    }

    fn keeps_size(&self) -> bool {
        let half = self.kernel / 2;
        self.stride == 1 && self.dilation == 1 && self.kernel % 2 == 1 && self.padding == (half, half)
    }

    /// The same without a bias.
    pub fn without_bias(self) -> Self {
        Self { bias: false, ..self }
    }
}

/// A convolution layer.
#[derive(Clone, Debug)]
pub(crate) struct Conv2d {
    shape: Conv2dShape,
    kernel: Kernel,
}

#[derive(Clone, Debug)]
enum Kernel {
    /// burn's.
    Burn(Box<BurnWeights>),
    /// Own, on the CPU, for what keeps height and width; `bias` has one number a channel.
    Cpu { conv: PackedConv, bias: Option<Vec<f32>> },
}

#[derive(Clone, Debug)]
struct BurnWeights {
    /// `[out, in, k, k]`.
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
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
        let bias = if shape.bias { Some(weights.values_of_one_shape("bias", &[&[outputs]])?) } else { None };
        Ok(Self::of_values(weights, shape, values, bias))
    }

    /// Of `values` `[out, in, k, k]`, row-major, that were not read as they are.
    pub fn of_values(weights: &Weights<'_>, shape: Conv2dShape, values: Vec<f32>, bias: Option<Vec<f32>>) -> Self {
        let Conv2dShape { inputs, outputs, kernel, .. } = shape;
        let kernel = if weights.compute().kernels() == Kernels::Cpu && shape.keeps_size() {
            Kernel::Cpu { conv: PackedConv::new(&values, [outputs, inputs, kernel]), bias }
        } else {
            let weight = weights.upload(values, [outputs, inputs, kernel, kernel]);
            let bias = bias.map(|bias| weights.upload(bias, [outputs]));
            Kernel::Burn(Box::new(BurnWeights { weight, bias }))
        };
        Self { shape, kernel }
    }

    /// `[N, in, H, W]` -> `[N, out, H', W']`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.forward_and_add(x, None, None)
    }

    /// The result plus `shift`, `[1 or N, out]`, in every pixel and plus `residual` of the result's shape.
    pub fn forward_and_add(&self, x: Tensor<4>, shift: Option<Tensor<2>>, residual: Option<Tensor<4>>) -> Tensor<4> {
        match &self.kernel {
            Kernel::Burn(burn) => {
                let Conv2dShape { stride, padding, dilation, .. } = self.shape;
                let options = ConvOptions::new_with_padding([stride; 2], [padding; 2], [dilation; 2], 1);
                let out = module::conv2d(x, burn.weight.clone(), burn.bias.clone(), options);
                let out = match shift {
                    Some(shift) => out + shift.unsqueeze_dims::<4>(&[2, 3]),
                    None => out,
                };
                match residual {
                    Some(residual) => residual + out,
                    None => out,
                }
            }
            Kernel::Cpu { conv, bias } => {
                let [count, _, height, width] = x.dims();
                let (shift, residual) = (shift.map(Values::of), residual.map(Values::of));
                let add = Epilogue {
                    bias: bias.as_deref(),
                    shift: shift.as_ref().map(Values::as_slice),
                    residual: residual.as_ref().map(Values::as_slice),
                };
                let out = conv.forward(Values::of(x).as_slice(), Pictures { count, height, width }, add);
                cpu::tensor(out, [count, self.shape.outputs, height, width])
            }
        }
    }
}
