//! `y = x W + b`.

use burn::tensor::{Tensor, module};

use super::weights::{ModelError, Weights};

/// A linear layer.
#[derive(Clone, Debug)]
pub(crate) struct Linear {
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
        layer.bias = Some(weights.tensor("bias", [outputs])?);
        Ok(layer)
    }

    /// As [`Linear::load`], for a layer that has no bias.
    ///
    /// # Errors
    /// The weight is missing or has another shape.
    pub fn load_without_bias(weights: &Weights<'_>, inputs: usize, outputs: usize) -> Result<Self, ModelError> {
        let values = weights.values_of_one_shape("weight", &[&[outputs, inputs], &[outputs, inputs, 1, 1]])?;
        Ok(Self { weight: weights.upload(transposed(&values, outputs, inputs), [inputs, outputs]), bias: None })
    }

    /// `[.., in]` -> `[.., out]`.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        module::linear(x, self.weight.clone(), self.bias.clone())
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
