//! Enlargement, nearest and smooth.

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

/// How [`resize_smoothly`] weighs pixels and which places it lets coincide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Smooth {
    /// Bilinear, edges on edges: PyTorch's `align_corners=False` and TensorFlow's `half_pixel_centers`.
    Bilinear,
    /// Bilinear, middles of the outermost pixels on each other: PyTorch's `align_corners=True`.
    BilinearByCorners,
    /// Bicubic, edges on edges.
    Bicubic,
}

/// `[N, C, _, _]` -> `[N, C, height, width]`. Where it makes smaller it does not average.
pub(crate) fn resize_smoothly(x: Tensor<4>, size: [usize; 2], smooth: Smooth) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    if [height, width] == size {
        return x;
    }
    let (mode, by_corners) = match smooth {
        Smooth::Bilinear => (InterpolateMode::Bilinear, false),
        Smooth::BilinearByCorners => (InterpolateMode::Bilinear, true),
        Smooth::Bicubic => (InterpolateMode::Bicubic, false),
    };
    interpolate(x, InterpolateOptions::new(mode).with_align_corners(by_corners).with_output_size(size))
}
