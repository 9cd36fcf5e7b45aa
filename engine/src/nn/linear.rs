//! `y = x W + b`.

use burn::tensor::{Tensor, module};

use super::compute::Kernels;
use super::cpu::linear::Matrix;
use super::cpu::{self, Values};
use super::weights::{ModelError, Weights};

/// A linear layer.
#[derive(Clone, Debug)]
pub(crate) enum Linear {
    Burn(Box<BurnWeights>),
    Cpu(Matrix),
}

/// What burn's linear operation takes.
#[derive(Clone, Debug)]
pub(crate) struct BurnWeights {
    /// `[in, out]`: PyTorch's transposed.
    weight: Tensor<2>,
    bias: Option<Tensor<1>>,
}

impl Linear {
    /// Reads `weight` (`[out, in]`, or `[out, in, 1, 1]` where a checkpoint has a 1x1 convolution in its place) and
    /// `bias`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(weights: &Weights<'_>, inputs: usize, outputs: usize) -> Result<Self, ModelError> {
        let mut layer = Self::load_without_bias(weights, inputs, outputs)?;
        let bias = weights.values_of_one_shape("bias", &[&[outputs]])?;
        match &mut layer {
            Self::Burn(burn) => burn.bias = Some(weights.upload(bias, [outputs])),
            Self::Cpu(matrix) => matrix.set_bias(bias),
        }
        Ok(layer)
    }

    /// As [`Linear::load`], for a layer that has no bias.
    ///
    /// # Errors
    /// The weight is missing or has another shape.
    pub fn load_without_bias(weights: &Weights<'_>, inputs: usize, outputs: usize) -> Result<Self, ModelError> {
        let values = weights.values_of_one_shape("weight", &[&[outputs, inputs], &[outputs, inputs, 1, 1]])?;
        let values = transposed(&values, outputs, inputs);
        Ok(match weights.compute().kernels() {
            Kernels::Burn => {
                let weight = weights.upload(values, [inputs, outputs]);
                Self::Burn(Box::new(BurnWeights { weight, bias: None }))
            }
            Kernels::Cpu => Self::Cpu(Matrix::new(values, [inputs, outputs])),
        })
    }

    /// `[.., in]` -> `[.., out]`.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Burn(burn) => module::linear(x, burn.weight.clone(), burn.bias.clone()),
            Self::Cpu(matrix) => {
                let mut shape = x.dims();
                assert_eq!(shape[D - 1], matrix.inputs(), "the width of a linear layer's input");
                shape[D - 1] = matrix.outputs();
                cpu::tensor(matrix.rows_to_rows(Values::of(x).as_slice()), shape)
            }
        }
    }

    /// Applied to the channels of every pixel: `[N, in, H, W]` -> `[N, H * W, out]`.
    pub fn forward_from_channels(&self, x: Tensor<4>) -> Tensor<3> {
        let [n, channels, height, width] = x.dims();
        let pixels = height * width;
        match self {
            Self::Burn(_) => self.forward(x.reshape([n, channels, pixels]).swap_dims(1, 2)),
            Self::Cpu(matrix) => {
                let out = matrix.channels_to_rows(Values::of(x).as_slice(), pixels);
                cpu::tensor(out, [n, pixels, matrix.outputs()])
            }
        }
    }

    /// The way back, beside a residual: `[N, H * W, in]` -> `[N, out, H, W]`, the shape of `residual`.
    pub fn forward_to_channels(&self, x: Tensor<3>, residual: Tensor<4>) -> Tensor<4> {
        let shape = residual.dims();
        match self {
            Self::Burn(_) => residual + self.forward(x).swap_dims(1, 2).reshape(shape),
            Self::Cpu(matrix) => {
                let residual = Values::of(residual).into_vec();
                let out = matrix.rows_to_channels(Values::of(x).as_slice(), shape[2] * shape[3], residual);
                cpu::tensor(out, shape)
            }
        }
    }
}

/// Row-major `[rows, columns]` -> row-major `[columns, rows]`, in square blocks that stay in the first cache.
fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    const BLOCK: usize = 32;
    let mut out = vec![0.0; values.len()];
    for row_block in (0..rows).step_by(BLOCK) {
        for column_block in (0..columns).step_by(BLOCK) {
            for row in row_block..(row_block + BLOCK).min(rows) {
                for column in column_block..(column_block + BLOCK).min(columns) {
                    out[column * rows + row] = values[row * columns + column];
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposing_swaps_rows_and_columns_also_across_blocks() {
        assert_eq!(transposed(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, 3), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        let values: Vec<f32> = (0..40 * 70).map(|i| i as f32).collect();
        let out = transposed(&values, 40, 70);
        assert_eq!((out[69 * 40 + 39], out[33 * 40 + 2]), (39.0 * 70.0 + 69.0, 2.0 * 70.0 + 33.0));
    }
}
