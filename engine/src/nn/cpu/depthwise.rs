//! Convolution of each channel by itself: a row of the result is a sum of shifted rows.

use std::sync::Arc;

use rayon::prelude::*;

use super::vector::{Kernel, dispatch};

/// A filter a channel.
#[derive(Clone, Debug)]
pub struct Filters {
    /// `[channels, kernel, kernel]`.
    weights: Arc<Vec<f32>>,
    bias: Arc<Vec<f32>>,
    kernel: usize,
    stride: usize,
    /// Zeros before and after each row and each column.
    padding: (usize, usize),
}

/// Size of one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    pub height: usize,
    pub width: usize,
}

impl Filters {
    /// `weights` is `[channels, kernel, kernel]`, row-major, `bias` has one number a channel.
    pub fn new(weights: Vec<f32>, bias: Vec<f32>, [kernel, stride]: [usize; 2], padding: (usize, usize)) -> Self {
        Self { weights: Arc::new(weights), bias: Arc::new(bias), kernel, stride, padding }
    }

    /// `x` `[N, channels, H, W]` -> `[N, channels, H', W']` and their size.
    pub fn forward(&self, x: &[f32], picture: Picture) -> (Vec<f32>, Picture) {
        let size =
            |length: usize| (length + self.padding.0 + self.padding.1).saturating_sub(self.kernel) / self.stride + 1;
        let to = Picture { height: size(picture.height), width: size(picture.width) };
        let (pixels, channels) = (picture.height * picture.width, self.bias.len());
        let mut out = vec![0.0; x.len() / pixels * to.height * to.width];
        let planes = out.par_chunks_mut(to.height * to.width).zip(x.par_chunks(pixels)).enumerate();
        planes.with_min_len((16_384 / pixels).max(1)).for_each(|(i, (out, x))| {
            let taps = self.kernel * self.kernel;
            let (weights, bias) = (&self.weights[i % channels * taps..][..taps], self.bias[i % channels]);
            dispatch(Plane { filters: self, weights, bias, x, from: picture, out, to });
        });
        (out, to)
    }
}

/// One channel.
struct Plane<'a> {
    filters: &'a Filters,
    weights: &'a [f32],
    bias: f32,
    x: &'a [f32],
    from: Picture,
    out: &'a mut [f32],
    to: Picture,
}

impl Kernel for Plane<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Filters { kernel, stride, padding: (before, _), .. } = *self.filters;
        for (y, out) in self.out.chunks_exact_mut(self.to.width).enumerate() {
            out.fill(self.bias);
            for (row, weights) in self.weights.chunks_exact(kernel).enumerate() {
                let Some(y) = (y * stride + row).checked_sub(before).filter(|&y| y < self.from.height) else {
                    continue;
                };
                let line = &self.x[y * self.from.width..][..self.from.width];
                for (column, &weight) in weights.iter().enumerate() {
                    add_tap(out, line, weight, stride, (before, column));
                }
            }
        }
    }
}

/// Adds `weight` times the pixels of `line` that lie `column - before` beside those of `out`.
#[inline(always)]
fn add_tap(out: &mut [f32], line: &[f32], weight: f32, stride: usize, (before, column): (usize, usize)) {
    // The first pixel of `out` whose partner is in the line.
    let first = before.saturating_sub(column).div_ceil(stride);
    let from = first * stride + column - before;
    let (Some(out), Some(line)) = (out.get_mut(first..), line.get(from..)) else { return };
    if stride == 1 {
        for (out, x) in out.iter_mut().zip(line) {
            *out += weight * x;
        }
    } else {
        for (out, x) in out.iter_mut().zip(line.iter().step_by(stride)) {
            *out += weight * x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_definition(filters: &Filters, x: &[f32], from: Picture, to: Picture) -> Vec<f32> {
        let Filters { kernel, stride, padding: (before, _), .. } = *filters;
        let channels = filters.bias.len();
        let mut out = Vec::new();
        for plane in 0..x.len() / (from.height * from.width) {
            for y in 0..to.height {
                for x_out in 0..to.width {
                    let mut sum = filters.bias[plane % channels];
                    for tap in 0..kernel * kernel {
                        let row = (y * stride + tap / kernel) as isize - before as isize;
                        let column = (x_out * stride + tap % kernel) as isize - before as isize;
                        let inside =
                            row >= 0 && column >= 0 && row < from.height as isize && column < from.width as isize;
                        if inside {
                            let at = (plane * from.height + row as usize) * from.width + column as usize;
                            sum += filters.weights[plane % channels * kernel * kernel + tap] * x[at];
                        }
                    }
                    out.push(sum);
                }
            }
        }
        out
    }

    #[test]
    fn every_size_stride_and_padding_gives_what_the_definition_says() {
        let wave = |n: usize, f: f32| (0..n).map(|i| (i as f32 * f).sin()).collect::<Vec<_>>();
        for (kernel, stride, padding, size) in [
            (3, 1, (1, 1), (8, 5)),
            (3, 2, (0, 1), (8, 8)),
            (5, 2, (1, 2), (10, 6)),
            (5, 1, (2, 2), (2, 3)),
            (2, 2, (0, 0), (4, 6)),
        ] {
            let channels = 3;
            let filters =
                Filters::new(wave(channels * kernel * kernel, 0.7), wave(channels, 0.3), [kernel, stride], padding);
            let from = Picture { height: size.0, width: size.1 };
            let x = wave(2 * channels * size.0 * size.1, 1.1);
            let (found, to) = filters.forward(&x, from);
            let expected = by_definition(&filters, &x, from, to);
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-5, "{kernel} {stride} {padding:?}: {found} {expected}");
            }
        }
    }
}
