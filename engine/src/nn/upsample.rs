//! Nearest-neighbour enlargement.

use burn::tensor::Tensor;
use burn::tensor::module::interpolate;
use burn::tensor::ops::{InterpolateMode, InterpolateOptions};

/// `[N, C, H, W]` -> `[N, C, 2 H, 2 W]`.
pub(crate) fn upsample_nearest_2x(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    resize_nearest(x, [2 * height, 2 * width])
}

/// `[N, C, _, _]` -> `[N, C, height, width]`; output pixel `i` is input pixel `floor(i * in / out)`, as in PyTorch.
pub(crate) fn resize_nearest(x: Tensor<4>, [height, width]: [usize; 2]) -> Tensor<4> {
    interpolate(x, InterpolateOptions::new(InterpolateMode::Nearest).with_output_size([height, width]))
}
