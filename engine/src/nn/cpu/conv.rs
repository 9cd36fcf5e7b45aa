//! Convolution with stride 1 as a sum of matrix products.
//!
//! A tap of the kernel multiplies the picture, shifted by the tap's place, with a matrix: no patches are gathered (im2col).
//! For this the pictures of a batch lie in one row a channel, each picture row followed by one zero and each picture by
//! one row of zeros; what a shift carries over an edge lands on zeros. The columns computed for those zeros are dropped;
//! they are 1 in `width + 1`.
//!
//! `cargo bench -p brushfire-tests` repeats the comparison with burn's own convolution; at 320 channels, 64 x 64, batch 2
//! this one takes about half the time.

use std::sync::Arc;

use rayon::prelude::*;

use super::gemm::{Threads, View, ViewMut, multiply};

/// Columns computed at once by one thread: their outputs stay in the second cache while all taps are added up.
const BLOCK: usize = 512;

/// Weights of a 1x1 or 3x3 convolution with stride 1 that keeps height and width.
#[derive(Clone, Debug)]
pub struct PackedConv {
    /// A matrix `[outputs, inputs]` for each tap, row by row.
    taps: Arc<Vec<f32>>,
    inputs: usize,
    outputs: usize,
    kernel: usize,
}

/// What is added to a convolution's result.
#[derive(Clone, Copy, Default)]
pub struct Epilogue<'a> {
    /// One number a channel.
    pub bias: Option<&'a [f32]>,
    /// One number a channel, for all pictures or for each of them.
    pub shift: Option<&'a [f32]>,
    /// A number for every output.
    pub residual: Option<&'a [f32]>,
}

impl PackedConv {
    /// `weight` is `[outputs, inputs, kernel, kernel]`, row-major; `kernel` is odd.
    pub fn new(weight: &[f32], [outputs, inputs, kernel]: [usize; 3]) -> Self {
        let taps = kernel * kernel;
        let mut packed = vec![0.0; weight.len()];
        if taps > 0 && inputs * outputs > 0 {
            packed.par_chunks_mut(inputs * outputs).enumerate().for_each(|(tap, matrix)| {
                matrix.iter_mut().zip(weight.iter().skip(tap).step_by(taps)).for_each(|(to, from)| *to = *from);
            });
        }
        Self { taps: Arc::new(packed), inputs, outputs, kernel }
    }

    /// `x` `[N, inputs, H, W]` -> `[N, outputs, H, W]`.
    pub fn forward(&self, x: &[f32], shape: Pictures, epilogue: Epilogue<'_>) -> Vec<f32> {
        assert_eq!(x.len(), shape.count * self.inputs * shape.height * shape.width, "a convolution's input");
        let rows = Rows::new(shape, self.kernel);
        let padded = rows.scatter(x, self.inputs);
        let block = rows.block();
        let mut computed = vec![0.0; self.outputs * rows.columns()];
        computed.par_chunks_mut(self.outputs * block).enumerate().for_each(|(i, out)| {
            self.add_taps(out, &padded, &rows, i * block);
        });
        rows.gather(&computed, block, self.outputs, epilogue)
    }

    /// Fills `out`, `[outputs, columns]`, with the columns from `start` on.
    fn add_taps(&self, out: &mut [f32], padded: &[f32], rows: &Rows, start: usize) {
        let columns = out.len() / self.outputs;
        let mut out = ViewMut::new(out, [self.outputs, columns], [columns, 1]);
        let matrices = self.taps.chunks_exact(self.inputs * self.outputs);
        for (tap, matrix) in matrices.enumerate() {
            let shift = tap / self.kernel * rows.stride + tap % self.kernel;
            let input = &padded[start + shift..];
            let input = View::new(input, [self.inputs, columns], [rows.length, 1]);
            let matrix = View::new(matrix, [self.outputs, self.inputs], [self.inputs, 1]);
            multiply(&mut out, matrix, input, tap > 0, Threads::One);
        }
    }
}

/// How many pictures of which size.
#[derive(Clone, Copy, Debug)]
pub struct Pictures {
    pub count: usize,
    pub height: usize,
    pub width: usize,
}

/// The row-with-zeros layout of a batch: where pictures lie in a channel's row.
struct Rows {
    pictures: Pictures,
    /// Zeros around each picture, before and after.
    margin: usize,
    /// From one picture row to the next.
    stride: usize,
    /// From one channel to the next.
    length: usize,
}

impl Rows {
    fn new(pictures: Pictures, kernel: usize) -> Self {
        let margin = kernel / 2;
        let stride = pictures.width + margin;
        let picture_rows = pictures.count * (pictures.height + margin) + margin;
        Self { pictures, margin, stride, length: picture_rows * stride + 2 * margin }
    }

    /// Columns computed: all of the row from the first to the last output.
    fn columns(&self) -> usize {
        let picture_rows = self.pictures.count * (self.pictures.height + self.margin);
        (picture_rows * self.stride).saturating_sub(self.margin * self.stride)
    }

    /// Columns a thread computes at once: few enough to keep every core busy, and evenly shared.
    fn block(&self) -> usize {
        let columns = self.columns().max(1);
        let threads = rayon::current_num_threads();
        let blocks = columns.div_ceil(BLOCK).next_multiple_of(threads);
        columns.div_ceil(blocks).next_multiple_of(16)
    }

    /// Where output row `row` of picture `picture` begins among the columns.
    fn column(&self, picture: usize, row: usize) -> usize {
        (picture * (self.pictures.height + self.margin) + row) * self.stride
    }

    /// `[N, channels, H, W]` -> a row a channel with zeros between.
    fn scatter(&self, x: &[f32], channels: usize) -> Vec<f32> {
        let Pictures { height, width, .. } = self.pictures;
        let mut padded = vec![0.0; channels * self.length];
        padded.par_chunks_mut(self.length).enumerate().for_each(|(channel, row)| {
            for picture in 0..self.pictures.count {
                let from = &x[(picture * channels + channel) * height * width..][..height * width];
                for (y, from) in from.chunks_exact(width).enumerate() {
                    let start = self.column(picture, y) + self.margin * self.stride + self.margin;
                    row[start..start + width].copy_from_slice(from);
                }
            }
        });
        padded
    }

    /// Blocks of `[channels, block]` -> `[N, channels, H, W]`, with the epilogue added and the columns between dropped.
    fn gather(&self, blocks: &[f32], block: usize, channels: usize, add: Epilogue<'_>) -> Vec<f32> {
        let Pictures { count, height, width } = self.pictures;
        let columns = self.columns();
        let mut out = vec![0.0; count * channels * height * width];
        out.par_chunks_mut(height * width).enumerate().for_each(|(i, out)| {
            let (picture, channel) = (i / channels, i % channels);
            let shift = add.shift.map_or(0.0, |shift| shift[i % shift.len()]);
            let bias = add.bias.map_or(0.0, |bias| bias[channel]) + shift;
            let residual = add.residual.map(|all| &all[i * height * width..][..height * width]);
            for (y, out) in out.chunks_exact_mut(width).enumerate() {
                let mut start = self.column(picture, y);
                let mut rest = &mut *out;
                while !rest.is_empty() {
                    let (index, inside) = (start / block, start % block);
                    let length_of_block = block.min(columns - index * block);
                    let count = rest.len().min(length_of_block - inside);
                    let from = &blocks[index * block * channels + channel * length_of_block + inside..][..count];
                    let (to, after) = rest.split_at_mut(count);
                    to.iter_mut().zip(from).for_each(|(to, from)| *to = from + bias);
                    (rest, start) = (after, start + count);
                }
                if let Some(residual) = residual {
                    let residual = &residual[y * width..][..width];
                    out.iter_mut().zip(residual).for_each(|(to, from)| *to += from);
                }
            }
        });
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition: every output is a sum over channels and taps.
    fn by_definition(x: &[f32], weight: &[f32], shape: Pictures, [outputs, inputs, kernel]: [usize; 3]) -> Vec<f32> {
        let Pictures { count, height, width } = shape;
        let margin = (kernel / 2) as isize;
        let mut out = Vec::new();
        for n in 0..count {
            for o in 0..outputs {
                for y in 0..height as isize {
                    for x_out in 0..width as isize {
                        let mut sum = 0.0;
                        for i in 0..inputs {
                            for ky in 0..kernel as isize {
                                for kx in 0..kernel as isize {
                                    let (y, x_in) = (y + ky - margin, x_out + kx - margin);
                                    if y < 0 || x_in < 0 || y >= height as isize || x_in >= width as isize {
                                        continue;
                                    }
                                    let at = ((n * inputs + i) * height + y as usize) * width + x_in as usize;
                                    let tap = ((o * inputs + i) * kernel + ky as usize) * kernel + kx as usize;
                                    sum += x[at] * weight[tap];
                                }
                            }
                        }
                        out.push(sum);
                    }
                }
            }
        }
        out
    }

    fn add<'a>(bias: &'a [f32], shift: &'a [f32], residual: &'a [f32]) -> Epilogue<'a> {
        Epilogue { bias: Some(bias), shift: Some(shift), residual: Some(residual) }
    }

    #[test]
    fn convolutions_of_any_size_are_what_the_definition_says() {
        let wave = |n: usize, f: f32| (0..n).map(|i| (i as f32 * f).sin()).collect::<Vec<_>>();
        for (count, height, width) in [(1, 1, 1), (2, 3, 5), (3, 9, 1), (1, 40, 33), (2, 1, 700)] {
            for (outputs, inputs, kernel) in [(1, 1, 3), (5, 3, 3), (4, 7, 1), (2, 2, 5)] {
                let shape = Pictures { count, height, width };
                let x = wave(count * inputs * height * width, 0.7);
                let weight = wave(outputs * inputs * kernel * kernel, 1.3);
                let bias = wave(outputs, 2.1);
                let residual = wave(count * outputs * height * width, 0.3);
                let shift = wave(outputs, 1.9);
                let conv = PackedConv::new(&weight, [outputs, inputs, kernel]);
                let found = conv.forward(&x, shape, add(&bias, &shift, &residual));
                let expected = by_definition(&x, &weight, shape, [outputs, inputs, kernel]);
                for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
                    let channel = i / (height * width) % outputs;
                    let expected = expected + bias[channel] + shift[channel] + residual[i];
                    assert!((found - expected).abs() < 1e-4, "{shape:?} {outputs} {inputs} {kernel}");
                }
            }
        }
    }
}
